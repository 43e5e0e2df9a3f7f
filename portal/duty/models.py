"""Who of support takes which topics, when they are on duty, and when they are away (HOW-1)."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Time, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.clock import now
from portal.db import Base, Key

# A person's key as a range: the exclusion constraint then needs no extension of PostgreSQL.
SAME_PERSON = text("int8range(person_id, person_id, '[]')")


class Skill(Base):
    """A topic that a member of support takes. Whoever has none of them takes every topic."""

    __tablename__ = "skill"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    topic: Mapped[str]

    __table_args__ = (UniqueConstraint("person_id", "topic"),)


class DutyHours(Base):
    """The hours of one weekday (0 is Monday) on which a person is on duty, in US Eastern.

    Whoever has none on any day is on duty in business hours.
    """

    __tablename__ = "duty_hours"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    weekday: Mapped[int]
    opens: Mapped[time] = mapped_column(Time)
    closes: Mapped[time] = mapped_column(Time)

    __table_args__ = (
        UniqueConstraint("person_id", "weekday"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("closes > opens", name="order"),
    )


class DutyException(Base):
    """Other hours on one day in US Eastern, in place of those of its weekday; without hours, off duty."""

    __tablename__ = "duty_exception"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    day: Mapped[date]
    opens: Mapped[time | None] = mapped_column(Time)
    closes: Mapped[time | None] = mapped_column(Time)

    person: Mapped[Person] = relationship()

    __table_args__ = (
        UniqueConstraint("person_id", "day"),
        CheckConstraint(
            "(opens IS NULL) = (closes IS NULL) AND (opens IS NULL OR closes > opens)", name="order"
        ),
    )


class Absence(Base):
    """A stretch of time in which somebody is away; it outweighs all hours. `during` leaves its end out."""

    __tablename__ = "absence"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    note: Mapped[str] = mapped_column(default="")
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime] = mapped_column(default=now)

    person: Mapped[Person] = relationship(foreign_keys=person_id)

    __table_args__ = (
        CheckConstraint(
            "NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)", name="during"
        ),
        ExcludeConstraint((SAME_PERSON, "&&"), ("during", "&&"), name="ex_absence_person"),
    )

    @property
    def starts_at(self) -> datetime:
        """When it begins."""
        assert self.during.lower is not None
        return self.during.lower

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        assert self.during.upper is not None
        return self.during.upper

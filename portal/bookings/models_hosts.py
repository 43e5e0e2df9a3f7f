"""When hosts take live sessions week by week, what they do on one date instead, and which kinds they take."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from portal.accounts.models import Person
from portal.bookings.models import SAME_HOST
from portal.db import Base, Key

MINUTES_OF_DAY = "0 <= opens AND opens < closes AND closes <= 1440"


class HostProfile(Base):
    """The zone in which a host's hours are told, and the kinds of session they take; none chosen is all of them."""

    __tablename__ = "host_profile"

    host_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    zone: Mapped[str]
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)

    host: Mapped[Person] = relationship()

    __table_args__ = (
        CheckConstraint(
            "kinds <@ ARRAY['contact_training', 'presenter_training', 'exhibitor_training', 'operator_training',"
            " 'live_assistance']",
            name="kinds",
        ),
    )


class HostHours(Base):
    """Hours of a weekday (0 is Monday) from a date on, until a date or for good, both included.

    `opens` and `closes` are minutes of the day on the clock of the host's zone; 1440 is its end.
    """

    __tablename__ = "host_hours"

    id: Mapped[Key]
    host_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    weekday: Mapped[int]
    opens: Mapped[int]
    closes: Mapped[int]
    first_day: Mapped[date]
    last_day: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint(MINUTES_OF_DAY, name="minutes"),
        CheckConstraint("last_day >= first_day", name="days"),
        ExcludeConstraint(
            (SAME_HOST, "&&"),
            (text("int8range(weekday, weekday, '[]')"), "&&"),
            (text("int8range(opens, closes)"), "&&"),
            (text("daterange(first_day, last_day, '[]')"), "&&"),
            name="ex_host_hours",
        ),
    )


class HostDay(Base):
    """A date on which other hours hold than those of its weekday, holidays included; without hours, none."""

    __tablename__ = "host_day"

    id: Mapped[Key]
    host_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    day: Mapped[date]
    opens: Mapped[int | None]
    closes: Mapped[int | None]

    __table_args__ = (
        UniqueConstraint("host_id", "day"),
        CheckConstraint(
            f"(opens IS NULL) = (closes IS NULL) AND (opens IS NULL OR {MINUTES_OF_DAY})", name="minutes"
        ),
    )

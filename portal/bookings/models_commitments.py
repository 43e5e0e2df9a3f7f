"""What takes a member of staff: one table for all of it, times held while a form is filled, and the waiting list."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.actor import Scope
from portal.accounts.models import Person
from portal.bookings.models import SAME_HOST, Booking
from portal.clock import now
from portal.db import Base, Key
from portal.duty.models import Absence
from portal.events.models import Event
from portal.policy.terms import SessionKind, in_words

KINDS = "kind IN ('contact_training', 'presenter_training', 'exhibitor_training', 'operator_training', 'live_assistance')"


class Commitment(Base):
    """A stretch in which a member of staff is taken (HOW-5): nobody is in two places, whatever takes them there.

    Those of sessions, absences and holds are kept by triggers on their tables. `during` leaves its end out.
    """

    __tablename__ = "commitment"

    id: Mapped[Key]
    host_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    kind: Mapped[str]
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), unique=True)
    absence_id: Mapped[int | None] = mapped_column(ForeignKey("absence.id", ondelete="CASCADE"), unique=True)
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("slot_hold.id", ondelete="CASCADE"), unique=True)
    window_id: Mapped[int | None] = mapped_column(
        ForeignKey("after_hours_window.id", ondelete="CASCADE"), unique=True
    )
    title: Mapped[str] = mapped_column(default="")
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime] = mapped_column(default=now)
    form_key: Mapped[str | None] = mapped_column(unique=True)

    host: Mapped[Person] = relationship(foreign_keys=host_id)
    booking: Mapped[Booking | None] = relationship()
    absence: Mapped[Absence | None] = relationship()

    __table_args__ = (
        CheckConstraint("kind IN ('session', 'hold', 'absence', 'entry', 'after_hours')", name="kind"),
        CheckConstraint(
            "NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)", name="during"
        ),
        CheckConstraint("(kind = 'session') = (booking_id IS NOT NULL)", name="session"),
        CheckConstraint("(kind = 'absence') = (absence_id IS NOT NULL)", name="absence"),
        CheckConstraint("(kind = 'hold') = (hold_id IS NOT NULL)", name="hold"),
        CheckConstraint("(kind = 'after_hours') = (window_id IS NOT NULL)", name="window"),
        ExcludeConstraint((SAME_HOST, "&&"), ("during", "&&"), name="ex_commitment_host"),
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


class SlotHold(Base):
    """A time that is kept for somebody while they fill in its form, or while an offer of the waiting list stands.

    `busy` is the time with its buffers. It holds until `expires_at`; whoever needs the time after that deletes it.
    """

    __tablename__ = "slot_hold"

    id: Mapped[Key]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    kind: Mapped[str]
    host_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    host_reason: Mapped[str] = mapped_column(default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    busy: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    held_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    held_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    waiting_id: Mapped[int | None] = mapped_column(ForeignKey("waiting.id"), unique=True)

    event: Mapped[Event] = relationship()
    host: Mapped[Person] = relationship(foreign_keys=host_id)

    __table_args__ = (
        CheckConstraint(KINDS, name="kind"),
        CheckConstraint("ends_at > starts_at", name="order"),
        CheckConstraint("busy @> tstzrange(starts_at, ends_at)", name="busy"),
        CheckConstraint("expires_at > held_at", name="expiry"),
        Index(
            "uq_slot_hold_form", "held_by_id", "event_id", "kind",
            unique=True, postgresql_where=text("waiting_id IS NULL"),
        ),
        Index("ix_slot_hold_expires_at", "expires_at"),
    )  # fmt: skip


class Waiting(Base):
    """A place on the waiting list of a kind of live session, in order of arrival over all events (HOW-5).

    With `before`, only a time that starts earlier will do. `ended_at` is when it was booked, left or let lapse.
    """

    __tablename__ = "waiting"

    id: Mapped[Key]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    kind: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    since: Mapped[datetime] = mapped_column(default=now)
    before: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default="waiting")
    ended_at: Mapped[datetime | None]
    form_key: Mapped[str | None] = mapped_column(unique=True)

    event: Mapped[Event] = relationship()
    person: Mapped[Person] = relationship()

    __table_args__ = (
        CheckConstraint(KINDS, name="kind"),
        CheckConstraint("state IN ('waiting', 'offered', 'booked', 'lapsed', 'left')", name="state"),
        CheckConstraint("(state IN ('waiting', 'offered')) = (ended_at IS NULL)", name="ended_at"),
        Index(
            "uq_waiting_event", "event_id", "kind",
            unique=True, postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_waiting_turn", "kind", "since", "id", postgresql_where=text("ended_at IS NULL")),
    )  # fmt: skip

    @property
    def scope(self) -> Scope:
        """Where it belongs; its event must have been loaded with it."""
        return self.event.scope

    @property
    def title(self) -> str:
        """What is waited for, in words."""
        words = in_words(SessionKind(self.kind))
        return words[0].upper() + words[1:]

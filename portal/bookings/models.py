"""Staff's published availability and the live sessions booked in it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.actor import Scope
from portal.accounts.models import Person
from portal.bookings.models_calendars import InCalendars, room_address
from portal.clock import now
from portal.db import Base, Key
from portal.events.models import Event
from portal.policy.terms import Audience, SessionKind, in_words
from portal.policy.training import entitlement_to, kind_for

# A host's key as a range: the exclusion constraint then needs no extension of PostgreSQL.
SAME_HOST = text("int8range(host_id, host_id, '[]')")


def _usual_kind(context: DefaultExecutionContext) -> str:
    given = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return kind_for(Audience(given["audience"])).value


class Availability(Base):
    """A stretch of time in which a member of staff takes live sessions."""

    __tablename__ = "availability"

    id: Mapped[Key]
    host_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    published_at: Mapped[datetime] = mapped_column(default=now)

    host: Mapped[Person] = relationship()

    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="order"),
        ExcludeConstraint(
            (SAME_HOST, "&&"),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            name="ex_availability_host",
        ),
        Index("ix_availability_ends_at", "ends_at"),
    )


class Booking(InCalendars, Base):
    """A live session with an event's people (HOW-5), held by one host.

    `busy` is the session with its buffers; a trigger keeps it among the host's commitments. `uses_entitlement`
    stays true for a no-show and for a cancellation after the cut-off: the one session of COV-5 to COV-7 is then
    used up, until staff give it back. `ticket_id` is the ticket it was booked from, where there is one.
    `placed_by_id` is who of support booked it for the customer, `override_reason` why against a limit, if it was;
    `moved_from` is when it would have started before it was moved last.
    """

    __tablename__ = "booking"

    id: Mapped[Key]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    audience: Mapped[str]
    kind: Mapped[str] = mapped_column(default=_usual_kind)
    state: Mapped[str] = mapped_column(default="confirmed")
    host_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    host_reason: Mapped[str] = mapped_column(default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    busy: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    one_per_event: Mapped[bool]
    uses_entitlement: Mapped[bool]
    recording_wanted: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(default="")
    booked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    booked_at: Mapped[datetime] = mapped_column(default=now)
    placed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    override_reason: Mapped[str] = mapped_column(default="")
    moved_from: Mapped[datetime | None]
    handed_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    cancelled_at: Mapped[datetime | None]
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    calendar_sequence: Mapped[int] = mapped_column(default=0)
    policy_edition: Mapped[int] = mapped_column(ForeignKey("policy_edition.number"))
    form_key: Mapped[str | None] = mapped_column(unique=True)

    event: Mapped[Event] = relationship()
    host: Mapped[Person] = relationship(foreign_keys=host_id)
    booked_by: Mapped[Person] = relationship(foreign_keys=booked_by_id)
    handed_to: Mapped[Person | None] = relationship(foreign_keys=handed_to_id)
    placed_by: Mapped[Person | None] = relationship(foreign_keys=placed_by_id)

    __table_args__ = (
        CheckConstraint("state IN ('confirmed', 'done', 'no_show', 'cancelled')", name="state"),
        CheckConstraint("audience IN ('contacts', 'presenters', 'exhibitors', 'operators')", name="audience"),
        CheckConstraint(
            "(audience = 'contacts' AND kind IN ('contact_training', 'live_assistance'))"
            " OR (audience, kind) IN (('presenters', 'presenter_training'),"
            " ('exhibitors', 'exhibitor_training'), ('operators', 'operator_training'))",
            name="kind",
        ),
        CheckConstraint("ends_at > starts_at", name="order"),
        CheckConstraint("busy @> tstzrange(starts_at, ends_at)", name="busy"),
        CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_at"),
        CheckConstraint("NOT uses_entitlement OR one_per_event", name="entitlement"),
        CheckConstraint(
            "state IN ('no_show', 'cancelled') OR uses_entitlement = one_per_event", name="held"
        ),
        Index(
            "uq_booking_entitlement", "event_id", "audience",
            unique=True, postgresql_where=text("uses_entitlement"),
        ),
        Index("ix_booking_event", "event_id", "starts_at", "id"),
        Index("ix_booking_starts_at", "starts_at", "id"),
    )  # fmt: skip

    @property
    def session_kind(self) -> SessionKind:
        """The kind of live session, as the policy names it."""
        return SessionKind(self.kind)

    @property
    def attended_by(self) -> Person:
        """Whom the host meets: who booked, or whom it passed to; both must have been loaded with it."""
        return self.handed_to or self.booked_by

    @property
    def title(self) -> str:
        """What the session is, in words: `Training for presenters`."""
        words = in_words(self.session_kind)
        return words[0].upper() + words[1:]

    @property
    def rule(self) -> str:
        """The rule that entitles the event to it; its event must have been loaded with it."""
        return entitlement_to(self.session_kind, self.event.facts).rule

    @property
    def may_be_given_back(self) -> bool:
        """Whether it was missed and still uses up its entitlement: staff may restore that."""
        return self.state in ("no_show", "cancelled") and self.uses_entitlement

    @property
    def scope(self) -> Scope:
        """Where the session belongs; its event must have been loaded with it."""
        return self.event.scope

    @property
    def join_address(self) -> str | None:
        """Where to meet: the link that staff entered, else a room of the meeting server; None once it is over."""
        if self.state != "confirmed" or self.ends_at <= now():
            return None
        return self.join_url or room_address(self.room)

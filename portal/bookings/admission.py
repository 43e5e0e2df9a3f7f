"""Whether a session may be booked: asked when it is offered, and again inside the transaction that books it."""

from dataclasses import dataclass
from datetime import datetime

from portal.bookings.models import Booking
from portal.bookings.open_times import open_times
from portal.bookings.queries import session_using
from portal.clock import now
from portal.editions.queries import edition_in_force
from portal.errors import Link, Refused
from portal.events.models import Event
from portal.policy.decision import Decision, WayOn, refused
from portal.policy.edition import Edition
from portal.policy.training import Audience, Entitlement, Slot, entitlement_to, kind_for, may_book

OFFERED = 3

UNREADABLE = refused("HOW-5", "Choose one of the times on offer.", WayOn.OTHER_SLOT)
NOT_FREE = refused(
    "HOW-5", "That time is not free: live sessions go to whoever books first.", WayOn.OTHER_SLOT
)


class TimeNotOpen(Refused):
    """HOW-5: the time cannot be booked; `offered` are the next ones that can.

    409 when it is not free, or no longer; 422 when it is too soon, too far ahead, or no time at all.
    """

    title = "That time cannot be booked"

    def __init__(self, decision: Decision, offered: tuple[Slot, ...]) -> None:
        super().__init__(decision)
        self.offered, self.status = offered, 409 if decision is NOT_FREE else 422


@dataclass(frozen=True)
class Admission:
    """A yes: what entitles the event, the slot of each host who can take it, and the edition that says so."""

    entitlement: Entitlement
    slots: tuple[Slot, ...]
    edition: Edition


def admit(event: Event, audience: Audience, starts_at: datetime | None) -> Admission:
    """COV-1, COV-5 to COV-7, HOW-5: the slots in which `event` may book training for `audience` at a start.

    None stands for a text that named no instant; a time without a zone names none either. Raises Refused without the entitlement or when it
    is used up, TimeNotOpen when the time is past, too near, too far or not free.
    """
    if starts_at is not None and starts_at.utcoffset() is None:
        starts_at = None
    edition, at = edition_in_force(), now()
    entitlement = entitlement_to(kind_for(audience), event.facts, edition)
    used_by = session_using(event.id, audience)
    decision = may_book(entitlement, used_by is not None, starts_at or at, at, edition)
    if not decision and decision.rule == entitlement.rule:
        raise Refused(decision, links=ways_on(event.id, used_by))
    if starts_at is None or not decision:
        raise time_not_open(audience, UNREADABLE if starts_at is None else decision, edition)
    slots = open_times(edition, at, around=starts_at).starting(kind_for(audience), starts_at)
    if not slots:
        raise time_not_open(audience, NOT_FREE, edition)
    return Admission(entitlement, slots, edition)


def time_not_open(audience: Audience, decision: Decision, edition: Edition) -> TimeNotOpen:
    """The refusal of a time, with the next ones that can be booked."""
    return TimeNotOpen(decision, open_times(edition, now()).soonest(kind_for(audience), OFFERED))


def ways_on(event_id: int, used_by: Booking | None) -> tuple[Link, ...]:
    """Where a refused entitlement leads: the session that uses it, and a ticket that asks for a price."""
    ask = Link("Ask in a ticket for the price of a further session", "tickets.new", {"event_id": event_id})
    if used_by is None:
        return (ask,)
    return Link("See the session that uses it", "bookings.show", {"booking_id": used_by.id}), ask

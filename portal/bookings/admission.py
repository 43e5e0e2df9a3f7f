"""Whether a session may be booked: asked when it is offered, and again inside the transaction that books it."""

from dataclasses import dataclass
from datetime import datetime

from portal.bookings.models import Booking
from portal.bookings.open_times import NOTHING, Besides, open_times
from portal.bookings.queries import session_using
from portal.clock import now
from portal.editions.queries import edition_in_force
from portal.errors import Link, Refused
from portal.events.models import Event
from portal.policy.decision import Decision, WayOn, refused
from portal.policy.edition import Edition
from portal.policy.training import (
    Entitlement,
    SessionKind,
    Slot,
    audience_of,
    entitlement_to,
    has_session_left,
    may_book_kind,
    notice_decision,
)

OFFERED = 3

UNREADABLE = refused("HOW-5", "Choose one of the times on offer.", WayOn.OTHER_SLOT)
NOT_FREE = refused(
    "HOW-5", "That time is not free: live sessions go to whoever books first.", WayOn.OTHER_SLOT
)
RUN_OUT = refused("HOW-5", "That time is no longer kept for you, so nothing is booked yet.", WayOn.OTHER_SLOT)


class TimeNotOpen(Refused):
    """HOW-5: the time cannot be booked; `offered` are the next ones that can.

    409 when it is not free, or no longer; 422 when it is too soon, too far ahead, or no time at all.
    """

    title = "That time cannot be booked"

    def __init__(self, decision: Decision, offered: tuple[Slot, ...]) -> None:
        super().__init__(decision)
        self.offered, self.status = offered, 409 if decision in (NOT_FREE, RUN_OUT) else 422


@dataclass(frozen=True)
class Admission:
    """A yes: what entitles the event, the slot of each host who can take it, and the edition that says so."""

    entitlement: Entitlement
    slots: tuple[Slot, ...]
    edition: Edition


def admit(
    event: Event,
    kind: SessionKind,
    starts_at: datetime | None,
    *,
    is_contact: bool,
    besides: Besides = NOTHING,
    edition: Edition | None = None,
) -> Admission:
    """COV-1, COV-5 to COV-7, HOW-5, WHO-1: the slots in which a session of a kind may be booked at a start.

    None stands for a text that named no instant; a time without a zone names none either. Raises Refused
    without the entitlement, when it is used up, or for live assistance of somebody who is no contact;
    TimeNotOpen when the time is past, too near, too far or not free. `edition` is the one in force, where it is
    known already.
    """
    edition = edition or edition_in_force()
    entitlement = entitled(event, kind, edition, is_contact=is_contact)
    return Admission(entitlement, open_slots_at(kind, starts_at, edition, besides), edition)


def entitled(event: Event, kind: SessionKind, edition: Edition, *, is_contact: bool) -> Entitlement:
    """COV-1, COV-5 to COV-7, WHO-1: what entitles an event to book a session of a kind. Raises Refused."""
    entitlement = entitlement_to(kind, event.facts, edition)
    used_by = session_using(event.id, audience_of(kind)) if entitlement.sessions is not None else None
    decision = has_session_left(entitlement, used_by is not None)
    if not decision:
        raise Refused(decision, links=ways_on(event.id, used_by))
    allowed = may_book_kind(kind, is_contact=is_contact)
    if not allowed:
        raise Refused(
            allowed, links=(Link("Register as a Technical Contact", "roster.new", {"event_id": event.id}),)
        )
    return entitlement


def open_slots_at(
    kind: SessionKind, starts_at: datetime | None, edition: Edition, besides: Besides = NOTHING
) -> tuple[Slot, ...]:
    """HOW-5: the slot of each host who can take a kind of session at a start. Raises TimeNotOpen."""
    if starts_at is None or starts_at.utcoffset() is None:
        raise time_not_open(kind, UNREADABLE, edition)
    at = now()
    timely = notice_decision(kind, starts_at, at, edition)
    if not timely:
        raise time_not_open(kind, timely, edition)
    times = open_times(edition, at, besides=besides)
    slots = times.starting(kind, starts_at)
    if not slots:
        raise TimeNotOpen(NOT_FREE, times.soonest(kind, OFFERED))
    return slots


def time_not_open(kind: SessionKind, decision: Decision, edition: Edition) -> TimeNotOpen:
    """The refusal of a time, with the next ones that can be booked."""
    return TimeNotOpen(decision, open_times(edition, now()).soonest(kind, OFFERED))


def ways_on(event_id: int, used_by: Booking | None) -> tuple[Link, ...]:
    """Where a refused entitlement leads: the session that uses it, and a ticket that asks for a price."""
    ask = Link("Ask in a ticket for the price of a further session", "tickets.new", {"event_id": event_id})
    if used_by is None:
        return (ask,)
    return Link("See the session that uses it", "bookings.show", {"booking_id": used_by.id}), ask

"""Moving a session to another time, and handing it to another host (HOW-5, COV-5 to COV-7)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.audit.record import record
from portal.bookings.admission import NOT_FREE, open_slots_at, time_not_open
from portal.bookings.clashes import HOST_TAKEN, Clash, clashes
from portal.bookings.commitments import StandsInTheWay, lock_hosts, what_takes
from portal.bookings.endings import change, held, refuse_ended
from portal.bookings.host_times import hosts
from portal.bookings.hosts import Choice, fairest, hold_hosts
from portal.bookings.letters import send_host_changed, send_moved
from portal.bookings.models import Booking
from portal.bookings.models_commitments import Commitment
from portal.bookings.open_times import Besides, open_times
from portal.bookings.turns import clear_run_out, pass_on
from portal.clock import now
from portal.db import db, use_case
from portal.editions.queries import edition_in_force, edition_numbered
from portal.errors import Invalid, Link, Refused
from portal.policy.edition import Edition
from portal.policy.session_changes import may_move
from portal.policy.terms import in_words
from portal.policy.training import Slot, busy_range, entitlement_to

SHOWN = 24


@use_case
def move_booking(actor: Actor, booking_id: int, starts_at: datetime | None) -> Booking:
    """Move a session that has not begun to another open time, with the same host where they can take it.

    Its entitlement stays used by it. Raises Refused after its cut-off (COV-5 to COV-7), TimeNotOpen (HOW-5)
    for a time that cannot be booked, Invalid for the time it has, Conflict when it has begun or ended.
    """
    booking = held(actor, booking_id, "booking:move")
    refuse_ended(booking)
    refuse_late(actor, booking)
    if starts_at == booking.starts_at:
        raise Invalid(starts_at="The session is at that time already. Choose another one.")
    was, former, edition = booking.starts_at, booking.host, edition_in_force()
    clear_run_out(hold_hosts(starts_at or now(), former.id))
    besides = Besides(booking_id=booking.id)
    choice = _same_or_fairest(booking, open_slots_at(booking.session_kind, starts_at, edition, besides))
    _put(booking, choice, edition)
    record(
        actor, "booking.moved", booking, scope=booking.scope,
        before={"starts_at": was, "host": former.name},
        after={"starts_at": booking.starts_at, "host": booking.host.name, "host_chosen_because": choice.reason},
    )  # fmt: skip
    send_moved(booking, actor, was=was, former_host=former if former.id != booking.host_id else None)
    pass_on([former.id])
    return booking


@use_case
def hand_to_host(actor: Actor, booking_id: int, host_id: int, reason: str) -> Booking:
    """Give a session that has not begun to another member of support who is free then; for staff.

    Raises Invalid for nobody who takes sessions and without a reason, StandsInTheWay when something takes them
    at that time (HOW-5), Conflict when it has begun or ended.
    """
    booking = held(actor, booking_id, "booking:assign")
    refuse_ended(booking)
    if not reason.strip():
        raise Invalid(reason="Say why the session changes hands.")
    former = booking.host
    if host_id == former.id or host_id not in {each.id for each in possible_hosts()}:
        raise Invalid(host="Choose another member of support who takes live sessions.")
    lock_hosts([former.id, host_id])
    clear_run_out([former.id, host_id])
    taken = what_takes(host_id, booking.busy)
    if taken:
        raise StandsInTheWay(taken, actor.time_zone)
    change(
        booking, "confirmed", host_id=host_id, host_reason=f"handed over by {actor.name}: {reason}",
        calendar_sequence=Booking.calendar_sequence + 1,
    )  # fmt: skip
    record(
        actor, "booking.handed_to_host", booking, scope=booking.scope,
        before={"host": former.name}, after={"host": booking.host.name, "reason": reason},
    )  # fmt: skip
    send_host_changed(booking, actor, former_host=former, reason=reason)
    pass_on([former.id])
    return booking


def times_to_move_to(booking: Booking, after: datetime | None) -> tuple[tuple[Slot, ...], datetime | None]:
    """The next open times for a session, its own time given up; and from when there are more, if there are."""
    times = open_times(edition_in_force(), now(), besides=Besides(booking_id=booking.id))
    found = times.soonest(booking.session_kind, SHOWN + 2, after=after)
    others = tuple(slot for slot in found if slot.starts_at != booking.starts_at)
    return others[:SHOWN], others[SHOWN].starts_at if len(others) > SHOWN else None


def possible_hosts() -> Sequence[Person]:
    """Everyone of support who may take live sessions, by name."""
    return db.session.scalars(
        select(Person).where(Person.id.in_(hosts())).order_by(Person.name, Person.id)
    ).all()


def free_hosts(booking: Booking) -> list[Person]:
    """Whom a session could be handed to: those who take live sessions and have nothing else at its time."""
    taken = select(Commitment.host_id).where(Commitment.during.overlaps(booking.busy))
    free = select(Person).where(Person.id.in_(hosts()), Person.id.not_in(taken), Person.id != booking.host_id)
    return list(db.session.scalars(free.order_by(Person.name, Person.id)))


def _same_or_fairest(booking: Booking, slots: tuple[Slot, ...]) -> Choice:
    own = next((slot for slot in slots if slot.host_id == booking.host_id), None)
    if own is not None:
        return Choice(own, "the same host as before the move")
    choice = fairest(slots)
    return Choice(choice.slot, f"{booking.host.name} is not free then; {choice.reason}")


def _put(booking: Booking, choice: Choice, edition: Edition) -> None:
    slot, kind = choice.slot, booking.session_kind
    try:
        with clashes(HOST_TAKEN):
            change(
                booking, "confirmed", host_id=slot.host_id,
                host_reason=f"takes {in_words(kind)}; {choice.reason}",
                starts_at=slot.starts_at, ends_at=slot.ends_at, moved_from=booking.starts_at,
                busy=Range(*busy_range(slot.starts_at, edition, kind)),
                calendar_sequence=Booking.calendar_sequence + 1,
            )  # fmt: skip
    except Clash as clash:
        raise time_not_open(kind, NOT_FREE, edition) from clash


def refuse_late(actor: Actor, booking: Booking) -> None:
    """Raise Refused where a customer would move the one session of its kind after its cut-off (COV-5 to COV-7)."""
    edition = edition_numbered(booking.policy_edition) or edition_in_force()
    if not booking.one_per_event:
        return
    entitlement = entitlement_to(booking.session_kind, booking.event.facts, edition)
    decision = may_move(entitlement, booking.starts_at, now(), edition, is_staff=actor.may("booking:assign"))
    if not decision:
        ask = Link("Ask in a ticket to have it moved", "tickets.new", {"event_id": booking.event_id})
        raise Refused(decision, links=(ask,))

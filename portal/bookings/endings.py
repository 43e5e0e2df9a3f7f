"""How a session ends: cancelled, held, missed; and a missed one given back (COV-5 to COV-7)."""

from typing import Any

from sqlalchemy import update

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.bookings.hosts import hold_host
from portal.bookings.letters import send_cancellation, send_given_back, send_missed
from portal.bookings.models import Booking
from portal.bookings.queries import is_given_back_at, session_for
from portal.bookings.turns import pass_on
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid, Link, Refused
from portal.events.queries import locked_event
from portal.policy.training import may_restore

STATES = {
    "confirmed": "is to come",
    "done": "was held",
    "no_show": "was marked as missed",
    "cancelled": "was cancelled",
}


@use_case
def cancel_booking(actor: Actor, booking_id: int, *, reason: str = "") -> Booking:
    """Cancel a session that has not begun; it is given back when its cut-off has not passed (COV-5 to COV-7).

    Raises Conflict when it has begun, or was cancelled meanwhile.
    """
    booking = held(actor, booking_id, "booking:cancel")
    at = now()
    if booking.state == "confirmed" and at >= booking.starts_at:
        raise Conflict("This session has begun, so it can no longer be cancelled.")
    keeps = booking.uses_entitlement and not is_given_back_at(booking, at)
    change(
        booking, "confirmed", state="cancelled", cancelled_at=at, cancelled_by_id=actor.person_id,
        uses_entitlement=keeps, calendar_sequence=Booking.calendar_sequence + 1,
    )  # fmt: skip
    after = {"state": "cancelled", "uses_entitlement": keeps, "reason": reason}
    record(
        actor, "booking.cancelled", booking, before={"state": "confirmed"}, after=after, scope=booking.scope
    )
    send_cancellation(booking, actor, reason)
    hold_host(booking.host_id)
    pass_on([booking.host_id])
    return booking


@use_case
def close_booking(actor: Actor, booking_id: int, outcome: str) -> Booking:
    """Say how a session that has begun went: `done`, or `no_show`, which uses up its entitlement.

    Raises Conflict before it begins and when it was closed already, Invalid for another outcome.
    """
    booking = held(actor, booking_id, "booking:close")
    if outcome not in ("done", "no_show"):
        raise Invalid(outcome="Choose how the session went.")
    if booking.state == "confirmed" and now() < booking.starts_at:
        raise Conflict("This session has not begun, so nobody can say yet how it went.")
    change(booking, "confirmed", state=outcome)
    record(
        actor, f"booking.{outcome}", booking,
        before={"state": "confirmed"}, after={"state": outcome}, scope=booking.scope,
    )  # fmt: skip
    if outcome == "no_show":
        send_missed(booking)
    return booking


@use_case
def restore_entitlement(actor: Actor, booking_id: int, reason: str) -> Booking:
    """Give back what a no-show or a late cancellation used up, so that the event may book once more.

    For staff (COV-5 to COV-7). Raises Refused for others, Invalid without a reason, Conflict when the
    session uses up nothing.
    """
    booking = held(actor, booking_id, "booking:close")
    decision = may_restore(is_staff=actor.is_staff)
    if not decision:
        raise Refused(decision)
    if not reason.strip():
        raise Invalid(reason="Say why the session is given back.")
    if not booking.may_be_given_back:
        raise Conflict("This session uses up nothing that could be given back.")
    change(booking, booking.state, uses_entitlement=False)
    after = {"uses_entitlement": False, "reason": reason}
    record(
        actor,
        "booking.restored",
        booking,
        before={"uses_entitlement": True},
        after=after,
        scope=booking.scope,
    )
    send_given_back(booking, reason)
    return booking


def refuse_ended(booking: Booking) -> None:
    """Raise Conflict, with what became of it, for a session that can no longer be cancelled or moved."""
    see = (Link("See the session", "bookings.show", {"booking_id": booking.id}),)
    if booking.state != "confirmed":
        raise Conflict(f"This session {STATES[booking.state]} already.", links=see)
    if now() >= booking.starts_at:
        raise Conflict("This session has begun, so it stays as it is.", links=see)


def held(actor: Actor, booking_id: int, permission: str) -> Booking:
    """A session behind the lock of its event, for whoever has a permission there. Raises NotFound, Forbidden."""
    # Seen once to learn its event, then read again behind the event's lock.
    event = locked_event(actor, session_for(actor, booking_id).event_id)
    actor.require(permission, event.scope)
    return session_for(actor, booking_id)


def change(booking: Booking, expected: str, **values: Any) -> None:
    """Change a session that is still in the state that was read. Raises Conflict with what became of it meanwhile."""
    changed = (
        update(Booking)
        .where(Booking.id == booking.id, Booking.state == expected)
        .values(**values)
        .returning(Booking.id)
    )
    if db.session.scalar(changed) is None:
        db.session.refresh(booking)
        raise Conflict(f"Meanwhile this session {STATES[booking.state]}.")
    db.session.refresh(booking)

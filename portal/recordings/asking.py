"""A recording is asked for by the customer, and accepted or declined by support with a reason (COV-5 to COV-7)."""

from typing import Any

from sqlalchemy import select, update

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.bookings.models import Booking
from portal.bookings.queries import session_for
from portal.clock import now
from portal.db import db, use_case
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Invalid, Link, Refused
from portal.policy.audiences import may_ask_recording
from portal.policy.training import entitlement_to
from portal.recordings.letters import tell_asked, tell_decided
from portal.recordings.models import Recording

REASON_MOST = 500
STATES = {
    "asked": "has been asked for",
    "declined": "was declined",
    "accepted": "was accepted",
    "published": "is published",
    "withdrawn": "was withdrawn",
    "expired": "has expired",
}


@use_case
def ask_for_recording(actor: Actor, booking_id: int, *, form_key: str) -> Recording:
    """Ask for a recording of a session that has not begun; a repeated form is one, and one that was declined is asked anew.

    Raises Refused (COV-5 to COV-7) for a kind that none is made of and once the session has begun, Conflict when
    the session is cancelled or its recording was asked for already, NotFound, Forbidden.
    """
    booking = locked(actor, booking_id)
    actor.require("recording:ask", booking.scope)
    key, found = actor.own_key(form_key), held(booking.id)
    if found is not None and found.form_key == key:
        return found
    _may_be_asked(booking)
    if found is not None:
        change(
            found, "declined", state="asked", asked_by_id=actor.id, asked_at=now(), reason="", form_key=key
        )
    else:
        found = _asked(booking, actor.id, key)
    record(actor, "recording.asked", found, after={"booking": booking.id}, scope=booking.scope)
    tell_asked(booking, found)
    return found


def asked_with(actor: Actor, booking: Booking) -> None:
    """Ask for the recording that was wished for when a session was booked; takes part in that transaction.

    The session must have been written, with `recording_wanted` only where the policy allows one.
    """
    if booking.recording_wanted and held(booking.id) is None:
        found = _asked(booking, actor.id, None)
        record(actor, "recording.asked", found, after={"booking": booking.id}, scope=booking.scope)


@use_case
def decide_recording(actor: Actor, booking_id: int, *, accept: bool, reason: str = "") -> Recording:
    """Accept or decline a recording that was asked for; the customer is told. A declined one has a reason.

    Raises Invalid (`reason`), Conflict when it was decided already or the session is cancelled, NotFound, Forbidden.
    """
    booking = locked(actor, booking_id)
    actor.require("recording:decide", booking.scope)
    found, reason = there(booking), reason.strip()
    if len(reason) > REASON_MOST or not (accept or reason):
        raise Invalid(reason=f"Say why, in at most {REASON_MOST} characters.")
    if booking.state in ("cancelled", "no_show"):
        raise Conflict("This session is not held, so there is nothing to record.")
    state = "accepted" if accept else "declined"
    change(found, "asked", state=state, decided_by_id=actor.id, decided_at=now(), reason=reason)
    record(
        actor, f"recording.{state}", found, before={"state": "asked"}, after={"state": state, "reason": reason},
        scope=booking.scope,
    )  # fmt: skip
    tell_decided(booking, found)
    return found


def locked(actor: Actor, booking_id: int) -> Booking:
    """A session the actor may see, its row held until the transaction closes. Raises NotFound."""
    session_for(actor, booking_id)
    db.session.execute(select(Booking.id).where(Booking.id == booking_id).with_for_update(key_share=True))
    return session_for(actor, booking_id)


def held(booking_id: int) -> Recording | None:
    """A session's recording as it is now; the session's row must be held."""
    found = select(Recording).where(Recording.booking_id == booking_id)
    return db.session.scalar(found.with_for_update().execution_options(populate_existing=True))


def there(booking: Booking) -> Recording:
    """The recording of a session whose row is held. Raises Conflict where none was asked for."""
    found = held(booking.id)
    if found is None:
        raise Conflict("No recording of this session was asked for.")
    return found


def change(recording: Recording, *expected: str, **values: Any) -> None:
    """Write what a recording becomes, if it is still what was `expected`; else raise Conflict with what it is."""
    changed = update(Recording).where(Recording.id == recording.id, Recording.state.in_(expected))
    if db.session.scalar(changed.values(**values).returning(Recording.id)) is None:
        db.session.refresh(recording)
        raise Conflict(f"The recording {STATES[recording.state]} already.")
    db.session.refresh(recording)


def _asked(booking: Booking, person_id: int, key: str | None) -> Recording:
    found = Recording(
        booking_id=booking.id, asked_by_id=person_id, asked_at=now(), policy_edition=edition_in_force().number,
        form_key=key,
    )  # fmt: skip
    db.session.add(found)
    db.session.flush()
    booking.recording_wanted = True
    return found


def _may_be_asked(booking: Booking) -> None:
    if booking.state != "confirmed":
        raise Conflict("This session is not to come, so no recording of it can be asked for.")
    entitlement = entitlement_to(booking.session_kind, booking.event.facts, edition_in_force())
    decision = may_ask_recording(entitlement, has_begun=booking.starts_at <= now())
    if not decision:
        quote = Link("Ask for a price quote", "quotes.new", {"event_id": booking.event_id})
        raise Refused(decision, links=(quote,))

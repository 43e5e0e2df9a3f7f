"""Who came to a session: ticked by its host or the event's people, and corrected as often as needed (COV-5 to COV-7)."""

from collections.abc import Collection

from sqlalchemy import update

from portal.accounts.actor import Actor
from portal.audiences.listing import to_session
from portal.audiences.models import AudienceMember, SessionRecord
from portal.audiences.queries import locked_session, numbers_of, on_list
from portal.audiences.records import record_held
from portal.audit.record import record
from portal.bookings.models import Booking
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid

OTHERS_MOST = 10_000


@use_case
def note_attendance(
    actor: Actor, booking_id: int, came: Collection[int], *, others: int = 0
) -> SessionRecord:
    """Note which of the list came, by their keys; the rest missed it. `others` came without being listed.

    Raises Conflict before the session begins, when it was cancelled or nobody came to it at all; Invalid (`others`);
    NotFound for who may not know of its people. Keys that are not on the list are left out.
    """
    booking = locked_session(actor, booking_id)
    actor.require("attendance:note", booking.scope)
    _has_begun(booking)
    if not 0 <= others <= OTHERS_MOST:
        raise Invalid(others=f"Enter a number from 0 to {OTHERS_MOST:,}.")
    was = numbers_of(booking_id)
    _tick(booking_id, came)
    noted = record_held(booking)
    noted.attendance_at, noted.attendance_by_id, noted.others_came = now(), actor.id, others
    db.session.flush()
    is_now = numbers_of(booking_id)
    record(
        actor, "audience.attendance_noted", booking, scope=booking.scope, before={"came": was.came},
        after={"came": is_now.came, "missed": is_now.missed, "others": others},
    )  # fmt: skip
    return noted


def _tick(booking_id: int, came: Collection[int]) -> None:
    listed = update(AudienceMember).where(AudienceMember.booking_id == booking_id, on_list())
    changed = listed.values(attended=AudienceMember.id.in_(list(came)))
    db.session.execute(changed, execution_options={"synchronize_session": False})


def _has_begun(booking: Booking) -> None:
    if booking.state in ("cancelled", "no_show"):
        raise Conflict("This session was not held, so nobody came to it.", links=(to_session(booking),))
    if booking.starts_at > now():
        raise Conflict("Who came can be noted once the session has begun.", links=(to_session(booking),))

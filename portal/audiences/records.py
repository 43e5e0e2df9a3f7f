"""What staff write down of a session: notes among themselves, and a summary shared with the customer."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.actor import Actor
from portal.audiences.models import SessionNote, SessionRecord
from portal.audit.record import record
from portal.bookings.models import Booking
from portal.bookings.queries import session_for
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Invalid

NOTE_MOST = 5_000
SUMMARY_MOST = 10_000
OVERTAKEN = "Somebody changed the summary while you wrote. Read theirs, shown above, and save yours again."


@use_case
def add_note(actor: Actor, booking_id: int, *, body: str, form_key: str) -> SessionNote:
    """Add a note that staff alone read; a repeated form is one. Raises Invalid (`body`), NotFound, Forbidden."""
    booking = session_for(actor, booking_id)
    actor.require("session:note", booking.scope)
    key = actor.own_key(form_key)
    if sent := db.session.scalar(select(SessionNote).where(SessionNote.form_key == key)):
        return sent
    if not body.strip() or len(body) > NOTE_MOST:
        raise Invalid(body=f"Write a note of at most {NOTE_MOST:,} characters.")
    note = SessionNote(booking_id=booking.id, author_id=actor.id, body=body.strip(), form_key=key)
    db.session.add(note)
    db.session.flush()
    record(actor, "session.noted", note, after={"booking": booking.id}, scope=booking.scope)
    return note


@use_case
def write_summary(actor: Actor, booking_id: int, *, summary: str, seen: str) -> SessionRecord:
    """Write, change or with an empty text take back what the customer reads of a session.

    `seen` is the text it was written in view of. Raises Invalid (`summary`), also when somebody changed it since;
    NotFound, Forbidden.
    """
    booking = session_for(actor, booking_id)
    actor.require("session:note", booking.scope)
    if len(summary) > SUMMARY_MOST:
        raise Invalid(summary=f"Keep the summary within {SUMMARY_MOST:,} characters.")
    held = record_held(booking)
    before, after = held.summary, summary.strip()
    if before == after:
        return held
    if _plain(before) != _plain(seen):
        raise Invalid(summary=OVERTAKEN)
    held.summary, held.summary_by_id, held.summary_at = after, actor.id, now()
    record(
        actor, "session.summarised", booking, before={"summary": before}, after={"summary": after},
        scope=booking.scope,
    )  # fmt: skip
    return held


def record_held(booking: Booking) -> SessionRecord:
    """The row of what was written down of a session, held; made where there is none. In the caller's transaction."""
    empty = insert(SessionRecord).values(booking_id=booking.id, others_came=0, summary="")
    db.session.execute(empty.on_conflict_do_nothing(index_elements=["booking_id"]))
    held = select(SessionRecord).where(SessionRecord.booking_id == booking.id).with_for_update()
    return db.session.scalars(held.execution_options(populate_existing=True)).one()


def _plain(text: str) -> str:
    # A form gives line ends back as browsers write them.
    return "\n".join(text.split("\r\n")).strip()

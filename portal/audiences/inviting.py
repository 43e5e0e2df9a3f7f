"""Inviting a session's audience, at the press of the customer's button (WHO-2, COV-5 to COV-7)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.audiences.letters import send_invitations, unrefused
from portal.audiences.listing import to_session
from portal.audiences.mail_limit import may_be_written_to
from portal.audiences.models import AudienceLetter, AudienceMember
from portal.audiences.naming import nobody_reads, sender_of
from portal.audiences.queries import locked_session, members_of
from portal.audit.record import record
from portal.bookings.models import Booking
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid
from portal.mail.post import Draft, address_of, drafted

NOTE_MOST = 1_000
LINKS_MOST = 2
ADDRESS = re.compile(r"https?://|www\.", re.I)
SAMPLE_LINK = "each-persons-own-link"
SAMPLE = AudienceMember(name="Ada Byron", email="ada.byron@society.example")


@dataclass(frozen=True)
class Invited:
    """What a press of the button came to: how many were written to, refuse mail, or have had enough of it today."""

    written: int
    refusing: int
    waiting: int


@use_case
def invite_audience(
    actor: Actor, booking_id: int, *, note: str, answers_to_me: bool, asks_feedback: bool, form_key: str
) -> Invited:
    """Write to everybody on a session's list who was not invited yet; each gets it once, also when sent twice.

    Raises Conflict when the session has begun or is cancelled, or nobody waits for an invitation; Invalid (`note`);
    NotFound for who may not know of its people.
    """
    booking = locked_session(actor, booking_id)
    actor.require("audience:edit", booking.scope)
    key = actor.own_key(form_key)
    sent = db.session.scalar(select(AudienceLetter).where(AudienceLetter.form_key == key))
    if sent is not None:
        return Invited(sent.people, 0, 0)
    check_note(note)
    waiting = _waiting(booking)
    writable = unrefused(booking, waiting)
    allowed = may_be_written_to([member.email for member in writable])
    chosen = [member for member in writable if member.email in allowed]
    if chosen:
        _write(actor, booking, chosen, note, answers_to_me, asks_feedback, key)
    return Invited(len(chosen), len(waiting) - len(writable), len(writable) - len(chosen))


def shown_first(
    booking: Booking, actor: Actor, note: str, *, answers_to_me: bool, first: AudienceMember | None
) -> Draft:
    """The invitation as it would go out to the first of the list, before anything is sent.

    The session's event must have been loaded with its organisation.
    """
    stop = address_of("audiences.new_refusal", token=SAMPLE_LINK)
    return drafted(
        "audience_invitation", sender_name=sender_of(booking), zone=booking.event.time_zone,
        reply_to=actor.email if answers_to_me else nobody_reads(), member=first or SAMPLE, booking=booking,
        event=booking.event, note=note, page=address_of("audiences.attend", token=SAMPLE_LINK), stop=stop,
    )  # fmt: skip


def check_note(note: str) -> None:
    """Raise Invalid (`note`) for a note that is too long or full of addresses of pages."""
    if len(note) > NOTE_MOST:
        raise Invalid(note=f"Keep the note within {NOTE_MOST:,} characters.")
    if len(ADDRESS.findall(note)) > LINKS_MOST:
        raise Invalid(note=f"Leave at most {LINKS_MOST} addresses of web pages in it.")


def _waiting(booking: Booking) -> list[AudienceMember]:
    if booking.state != "confirmed" or booking.starts_at <= now():
        raise Conflict("Invitations go out before a session begins.", links=(to_session(booking),))
    waiting = [member for member in members_of(booking.id) if member.invited_at is None]
    if not waiting:
        raise Conflict("Everybody on the list has been invited.", links=(to_session(booking),))
    return waiting


def _write(
    actor: Actor,
    booking: Booking,
    chosen: Sequence[AudienceMember],
    note: str,
    answers_to_me: bool,
    asks_feedback: bool,
    key: str,
) -> None:
    me = db.session.get_one(Person, actor.id)
    letter = AudienceLetter(
        booking_id=booking.id, note=note.strip(), answers_to=me if answers_to_me else None,
        asks_feedback=asks_feedback, people=len(chosen), sent_by_id=me.id, form_key=key,
    )  # fmt: skip
    db.session.add(letter)
    db.session.flush()
    for member in chosen:
        member.letter, member.letter_id, member.invited_at = letter, letter.id, letter.sent_at
    send_invitations(chosen, booking, letter)
    record(
        actor, "audience.invited", booking, scope=booking.scope,
        after={"letter": letter.id, "people": len(chosen), "answers_to": "me" if answers_to_me else "nobody"},
    )  # fmt: skip

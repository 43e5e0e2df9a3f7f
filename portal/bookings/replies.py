"""Answers of calendars to the invitation to a session (RFC 5546). Takes part in the caller's transaction.

An answer is noted whatever it is worth. It counts only when it came to the address that was signed for its person
and session, from that person's own address, which the mail server does not doubt, and that person may know of the
session at this moment (WHO-6). No answer ever cancels or moves a session.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts.actor import SYSTEM
from portal.accounts.models import Person
from portal.accounts.queries import actor_for
from portal.audit.record import record
from portal.bookings.answer_letters import tell_of_answer
from portal.bookings.models import Booking
from portal.bookings.models_calendars import SessionReply
from portal.clock import now
from portal.db import db

ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}

FORGED = "Our mail server found that it does not come from whom it names."
NOT_THEIR_ADDRESS = "It did not come to the address of that person's own invitation."
NOT_THEIR_NAME = "It was sent from another address than that of the person who was invited."
NOT_INVITED = "Who answers is not invited to this session, or may not know of it any more (WHO-6)."
SEVERAL = "It answers for several people at once."


@dataclass(frozen=True)
class Answer:
    """What a mail says an attendee answers, and what can be known of who sent it.

    `booking_id` and `person_id` are what the address tells that it came to, 0 where it is not a signed one;
    `sender` is None unless exactly one sender is named; `doubted` when the mail server found the sender false.
    """

    uid: str
    partstat: str
    is_counter: bool
    attendee: str
    attendees: int
    sequence: int
    stamped_at: datetime | None
    proposed_at: datetime | None
    comment: str
    sender: str | None
    doubted: bool
    booking_id: int
    person_id: int
    mail_id: int | None
    received_at: datetime

    @property
    def word(self) -> str:
        """The answer in one word of the table."""
        return "counter" if self.is_counter else ANSWERS.get(self.partstat, "other")


@dataclass(frozen=True)
class Noted:
    """What became of an answer; without a session nobody knows what it answers."""

    standing: Literal["counts", "late", "refused", "unknown"]
    booking: Booking | None = None
    person: Person | None = None


def note_answer(answer: Answer) -> Noted:
    """Note an answer on its session, and tell whom it concerns if it counts; the newest of a person counts."""
    booking = _locked(answer.uid)
    if booking is None:
        return Noted("unknown")
    person = _invited(booking, answer.person_id)
    reason = _doubt(booking, person, answer)
    reply = _written(booking, person, answer, reason)
    before = _counting(booking, person)
    if not reason:
        reply.standing = "counts" if _is_newest(booking, before, reply) else "late"
    if reply.standing == "counts" and before is not None:
        before.standing = "replaced"
        db.session.flush()
    db.session.add(reply)
    db.session.flush()
    _record(booking, before, reply)
    if reply.standing == "counts" and person is not None:
        tell_of_answer(booking, person, reply, before)
    return Noted(reply.standing, booking, None if reason else person)  # type: ignore[arg-type]


def _locked(uid: str) -> Booking | None:
    whole = (
        joinedload(Booking.event), joinedload(Booking.host), joinedload(Booking.booked_by), joinedload(Booking.handed_to)
    )  # fmt: skip
    found = select(Booking).where(Booking.calendar_uid == uid).options(*whole)
    held = found.with_for_update(of=Booking, key_share=True).execution_options(populate_existing=True)
    return db.session.scalar(held)


def _invited(booking: Booking, person_id: int) -> Person | None:
    parties = {booking.host.id: booking.host, booking.attended_by.id: booking.attended_by}
    return parties.get(person_id)


def _doubt(booking: Booking, person: Person | None, answer: Answer) -> str:
    if answer.doubted:
        return FORGED
    if answer.booking_id != booking.id:
        return NOT_THEIR_ADDRESS
    actor = actor_for(person.id) if person else None
    if person is None or actor is None or not actor.may("booking:read", booking.scope):
        return NOT_INVITED
    if answer.attendees != 1:
        return SEVERAL
    return "" if answer.sender == answer.attendee == person.email else NOT_THEIR_NAME


def _written(booking: Booking, person: Person | None, answer: Answer, reason: str) -> SessionReply:
    # A clock that is ahead, or a forged moment, must not keep every later answer from counting.
    stamped_at = min(answer.stamped_at or answer.received_at, answer.received_at)
    return SessionReply(
        booking_id=booking.id, person_id=person and person.id, inbound_mail_id=answer.mail_id, answer=answer.word,
        sequence=min(answer.sequence, booking.calendar_sequence), stamped_at=stamped_at,
        received_at=answer.received_at, proposed_at=answer.proposed_at, comment=answer.comment,
        standing="refused", reason=reason,
    )  # fmt: skip


def _counting(booking: Booking, person: Person | None) -> SessionReply | None:
    standing = select(SessionReply).where(
        SessionReply.booking_id == booking.id, SessionReply.standing == "counts",
        SessionReply.person_id == (person and person.id),
    )  # fmt: skip
    return db.session.scalar(standing) if person else None


def _is_newest(booking: Booking, before: SessionReply | None, reply: SessionReply) -> bool:
    if booking.state != "confirmed" or booking.ends_at <= now() or reply.sequence < booking.time_sequence:
        return False
    return before is None or (reply.sequence, reply.stamped_at) > (before.sequence, before.stamped_at)


def _record(booking: Booking, before: SessionReply | None, reply: SessionReply) -> None:
    after = {"by": reply.person_id, "answer": reply.answer, "standing": reply.standing}
    record(
        SYSTEM, "booking.answered", booking, scope=booking.scope,
        before={"answer": before.answer} if before else None,
        after=after | ({"reason": reply.reason} if reply.reason else {}),
    )  # fmt: skip

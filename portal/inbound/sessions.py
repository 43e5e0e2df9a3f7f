"""Answers of calendars to invitations to live sessions go to their session, and become no turn of a ticket."""

import re
from datetime import datetime

import structlog
from sqlalchemy import select

from portal.bookings.replies import Answer, Noted, note_answer
from portal.db import db, in_transaction
from portal.inbound import reasons
from portal.inbound.authentication import fails
from portal.inbound.models import InboundMail
from portal.inbound.outcome import WAITING, mark_settled
from portal.inbound.parsed import CalendarReply, ParsedMail
from portal.inbound.recognising import Recognised, tells_of

log = structlog.get_logger(__name__)

REASONS = {
    "counts": reasons.CALENDAR, "late": reasons.CALENDAR_LATE, "refused": reasons.CALENDAR_REFUSED,
    "unknown": reasons.CALENDAR_UNKNOWN,
}  # fmt: skip
# What mail programs put before a subject when somebody answers an invitation.
ANSWERED = re.compile(
    r"(?i)^\s*(?:accepted|declined|tentative(?:ly accepted)?|new time proposed|zugesagt|abgelehnt|mit vorbehalt"
    r"|accepté|refusé|provisoire|aceptad[oa]|rechazad[oa]|provisional|accettato|rifiutato|provvisorio)\s*:"
)


def note_answer_of(mail: InboundMail, parsed: ParsedMail, answer: CalendarReply) -> None:
    """Note what somebody's calendar answers, and settle the mail with it, in one transaction. May run twice."""
    told = _answer(mail, parsed, answer)
    noted = in_transaction(lambda: _noted(mail.id, parsed, told))
    if noted is not None:
        log.info("calendar_answer", mail_id=mail.id, standing=noted.standing)


def answers_by_subject_alone(parsed: ParsedMail) -> bool:
    """Whether a mail has nothing but a subject such as a mail program makes of an answer to an invitation."""
    return not parsed.text.strip() and not parsed.attachments and bool(ANSWERED.match(parsed.subject))


def _noted(mail_id: int, parsed: ParsedMail, told: Answer) -> Noted | None:
    waiting = select(InboundMail.id).where(InboundMail.id == mail_id, InboundMail.state.in_(WAITING))
    if db.session.scalar(waiting.with_for_update()) is None:
        return None
    noted = note_answer(told)
    event = noted.booking.event if noted.booking else None
    found = Recognised(by="token" if noted.person else "", person=noted.person, event=event)
    mark_settled(mail_id, parsed, found, REASONS[noted.standing])
    return noted


def _answer(mail: InboundMail, parsed: ParsedMail, answer: CalendarReply) -> Answer:
    token = next((told for told in tells_of(mail, parsed) if told.about == "session"), None)
    return Answer(
        uid=answer.uid, partstat=answer.partstat, is_counter=answer.method == "COUNTER", attendee=answer.attendee,
        attendees=answer.attendees, sequence=answer.sequence, stamped_at=_moment(answer.stamped_at),
        proposed_at=_moment(answer.starts_at), comment=answer.comment,
        sender=parsed.senders[0].address if len(parsed.senders) == 1 else None, doubted=fails(mail),
        booking_id=token.booking_id if token else 0, person_id=token.person_id if token else 0,
        mail_id=mail.id, received_at=mail.received_at,
    )  # fmt: skip


def _moment(told: str) -> datetime | None:
    return datetime.fromisoformat(told) if told else None

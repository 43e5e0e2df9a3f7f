"""Writing down what a mail came to, once. These take part in the caller's transaction."""

from typing import Any

from sqlalchemy import update

from portal.accounts.actor import SYSTEM
from portal.audit.record import record
from portal.clock import now
from portal.db import db
from portal.inbound import reasons
from portal.inbound.answers import answer_sender
from portal.inbound.models import InboundMail
from portal.inbound.parsed import ParsedMail
from portal.inbound.recognising import Recognised, tells_of
from portal.inbound.reports import note_bounce
from portal.inbound.turn_text import body_of, content_of
from portal.tickets.models import Message

WAITING = ("received", "released")
KEPT_TEXT = 20_000
GIVE_UP_AFTER = 14


def mark_filed(mail_id: int, parsed: ParsedMail, found: Recognised, message: Message) -> bool:
    """Say that a mail is this message; False when it was settled meanwhile."""
    return _moved(
        mail_id, parsed, found, state="filed", reason="", ticket_id=message.ticket_id, ticket_message_id=message.id
    )  # fmt: skip


def mark_settled(mail_id: int, parsed: ParsedMail, found: Recognised, reason: str) -> None:
    """Say that a mail waits for staff, or asks for nothing; whoever wrote it hears of it where that is polite."""
    state = "ignored" if reason in reasons.IGNORED else "quarantined"
    at = {"ticket_id": found.ticket and found.ticket.id, "event_id": found.event and found.event.id}
    if _moved(mail_id, parsed, found, state=state, reason=reason, **at):
        mail = db.session.get_one(InboundMail, mail_id, populate_existing=True)
        record(SYSTEM, f"mail.{state}", mail, after={"reason": reason, "sender": mail.sender})
        if reason == reasons.BOUNCE:
            note_bounce(parsed, tells_of(mail, parsed))
        answer_sender(mail, found)


def note_failure(mail_id: int, described: str) -> None:
    """Count a try that failed; after the last one the mail is told to staff as failed."""
    held = db.session.get(InboundMail, mail_id, with_for_update=True, populate_existing=True)
    if held is None or held.state not in WAITING:
        return
    held.attempts += 1
    held.last_error = described[:2000]
    if held.attempts >= GIVE_UP_AFTER:
        held.state, held.settled_at = "failed", now()


def _moved(mail_id: int, parsed: ParsedMail, found: Recognised, **values: Any) -> bool:
    waiting = update(InboundMail).where(InboundMail.id == mail_id, InboundMail.state.in_(WAITING))
    values |= {"recognised_by": found.by, "settled_at": now()} | _told_by(parsed, found)
    return db.session.scalar(waiting.values(values).returning(InboundMail.id)) is not None


def _told_by(parsed: ParsedMail, found: Recognised) -> dict[str, Any]:
    sender = parsed.sender
    return {
        "message_id": parsed.message_id, "content_sha256": content_of(parsed),
        "sender": sender.address if sender else "", "sender_name": sender.name if sender else "",
        "subject": parsed.subject, "body": body_of(parsed)[:KEPT_TEXT], "notes": list(parsed.notes),
        "files": [file.name for file in parsed.attachments], "person_id": found.person and found.person.id,
    }  # fmt: skip

"""Whether a mail is one to file: machines that answer, mail that came before, storms, and false senders are not."""

from dataclasses import replace
from datetime import timedelta

from flask import current_app
from sqlalchemy import ColumnElement, func, select

from portal.clock import now
from portal.db import db
from portal.inbound import reasons
from portal.inbound.authentication import fails
from portal.inbound.models import InboundMail
from portal.inbound.parsed import ParsedMail
from portal.inbound.recognising import Recognised, recognised
from portal.inbound.sessions import answers_by_subject_alone
from portal.inbound.turn_text import body_of, content_of
from portal.mail.addresses import told_by
from portal.mail.models import OutboundMail

HOPS_MOST = 30
STORM_WITHIN = timedelta(minutes=10)
STORM_SENDER, STORM_TICKET, STORM_OPENED = 10, 30, 10


def judged(mail: InboundMail, parsed: ParsedMail) -> Recognised:
    """Where a mail belongs, with the reason why it is not filed there, if there is one."""
    if reason := _by_machine(mail, parsed):
        return Recognised(reason)
    found = recognised(mail, parsed)
    return found if found.reason == reasons.SENDERS else replace(found, reason=_doubt(mail, parsed, found))


def _by_machine(mail: InboundMail, parsed: ParsedMail) -> str:
    if _is_ours(parsed) or parsed.hops > HOPS_MOST:
        return reasons.OWN
    if parsed.kind == "bounce":
        return reasons.BOUNCE
    if parsed.kind == "calendar-reply":
        return reasons.CALENDAR
    if answers_by_subject_alone(parsed):
        return reasons.CALENDAR_WORDS
    # Who sends from nobody wants no answer: a machine, whatever else it says.
    from_nobody = mail.door == "smtp" and not mail.envelope_from
    return reasons.AUTO_REPLY if parsed.kind == "auto-reply" or from_nobody else ""


def _is_ours(parsed: ParsedMail) -> bool:
    own = current_app.extensions["settings"].mail_from.lower()
    if any(told_by(one.address) or one.address == own for one in parsed.senders):
        return True
    ours = select(OutboundMail.id).where(OutboundMail.message_id == parsed.message_id)
    return bool(parsed.message_id) and db.session.scalar(ours) is not None


def _doubt(mail: InboundMail, parsed: ParsedMail, found: Recognised) -> str:
    if _came_before(mail, parsed):
        return reasons.DUPLICATE
    if fails(mail):
        return reasons.FORGED
    if found.reason:
        return found.reason
    if parsed.kind == "list" and found.by != "token":
        return reasons.LIST
    if not body_of(parsed):
        return reasons.EMPTY
    return reasons.STORM if _storms(mail, parsed, found) else ""


def _came_before(mail: InboundMail, parsed: ParsedMail) -> bool:
    sender = parsed.sender
    if not parsed.message_id or sender is None:
        return False
    same = select(InboundMail.id).where(
        InboundMail.message_id == parsed.message_id, InboundMail.sender == sender.address,
        InboundMail.content_sha256 == content_of(parsed), InboundMail.id != mail.id,
    )  # fmt: skip
    return db.session.scalar(same.limit(1)) is not None


def _storms(mail: InboundMail, parsed: ParsedMail, found: Recognised) -> bool:
    """Whether more came lately than people write: from this sender, or on this ticket by whomever."""
    of_sender = InboundMail.sender == (parsed.sender.address if parsed.sender else "")
    lately = (InboundMail.state == "filed") & (InboundMail.received_at > now() - STORM_WITHIN)
    if found.ticket is None:
        opened = InboundMail.recognised_by.in_(("sender", "address"))
        return _number(lately & of_sender & opened) >= STORM_OPENED
    here = lately & (InboundMail.ticket_id == found.ticket.id)
    return _number(here) >= STORM_TICKET or _number(here & of_sender) >= STORM_SENDER


def _number(which: ColumnElement[bool]) -> int:
    return db.session.scalars(select(func.count()).select_from(InboundMail).where(which)).one()

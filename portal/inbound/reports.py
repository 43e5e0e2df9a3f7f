"""What a mail server reports of a mail of ours goes on that mail's record. Takes part in the caller's transaction."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, select

from portal.clock import now
from portal.db import db
from portal.inbound.parsed import Bounce, ParsedMail
from portal.mail.addresses import Told
from portal.mail.models import OutboundMail
from portal.tickets.letters import tell_of_bounce
from portal.tickets.models import Message

LONGEST = 300


def note_bounce(parsed: ParsedMail, told: Iterable[Told]) -> None:
    """Put on record that a mail of ours did not arrive, and tell whoever wrote the answer that it carried.

    It is found by the address that the report came to, else by the Message-ID that the report names. A report
    of a delay, or on a mail that is not ours, changes nothing.
    """
    report = parsed.bounce
    if report is None or not report.is_final:
        return
    which = _which(report, told)
    held = select(OutboundMail).where(which, OutboundMail.state == "sent") if which is not None else None
    mail = db.session.scalar(held.with_for_update()) if held is not None else None
    if mail is None:
        return
    mail.state, mail.bounced_at, mail.bounce_reason = "bounced", now(), _reason(report)
    message = db.session.get(Message, mail.ticket_message_id) if mail.ticket_message_id else None
    if message is not None and message.from_staff:
        tell_of_bounce(message, mail.address, mail.bounce_reason, mail.id)


def _which(report: Bounce, told: Iterable[Told]) -> ColumnElement[bool] | None:
    for one in told:
        if one.about == "bounce":
            return OutboundMail.id == one.mail_id
    if report.original_message_id:
        return OutboundMail.message_id == report.original_message_id
    return None


def _reason(report: Bounce) -> str:
    given_up = [one for one in report.failed if one.action == "failed"]
    said = " ".join((given_up[0].status, given_up[0].reason)).strip() if given_up else ""
    return said.replace("\x00", "")[:LONGEST] or "The mail server gave no reason."

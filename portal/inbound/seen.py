"""What the author of an answer had before them, so that an answer that was overtaken is not sent (HOW-1)."""

from sqlalchemy import func, select

from portal.db import db
from portal.inbound.models import InboundMail
from portal.inbound.recognising import Recognised
from portal.mail.models import OutboundMail

ALL_OF_IT = 2**63 - 1


def seen_by(mail: InboundMail, found: Recognised) -> int:
    """The newest turn of the ticket that had reached the sender by mail when theirs came in.

    Whoever releases a mail from quarantine has seen all of it.
    """
    if mail.state == "released" or found.ticket is None or found.person is None:
        return ALL_OF_IT
    mailed = select(func.max(OutboundMail.ticket_message_id)).where(
        OutboundMail.ticket_id == found.ticket.id,
        OutboundMail.person_id == found.person.id,
        OutboundMail.sent_at <= mail.received_at,
    )
    return db.session.scalar(mailed) or 0

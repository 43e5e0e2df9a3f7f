"""The files of a turn travel with the mail that carries it, so that whoever reads mail needs no page."""

import structlog
from sqlalchemy import select

from portal.db import db
from portal.mail.models import OutboundMail
from portal.tickets.models import Attachment, Message
from portal.tickets.storage import store

log = structlog.get_logger(__name__)

MOST_BYTES = 10 * 2**20


def files_of(found: OutboundMail) -> list[tuple[str, str, bytes]]:
    """Name, type and content of each file; none where they are more than a mail carries, or the reader's own."""
    if found.ticket_message_id is None:
        return []
    files = (
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .where(Message.id == found.ticket_message_id, Message.author_id != found.person_id)
    )
    attached = list(db.session.scalars(files.order_by(Attachment.id)))
    return [_content(file) for file in attached] if travels(attached) else []


def travels(attached: list[Attachment]) -> bool:
    """Whether these files go along with a mail, rather than being fetched from the page."""
    return sum(file.size for file in attached) <= MOST_BYTES


def _content(file: Attachment) -> tuple[str, str, bytes]:
    try:
        with store().open(file.storage_name) as stored:
            return file.name, file.media_type, stored.read()
    except FileNotFoundError:
        log.error("attachment_missing", attachment_id=file.id)
        return f"{file.name}.txt", "text/plain", b"This file is no longer in the store."

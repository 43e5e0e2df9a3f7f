"""One turn of a ticket's conversation. Takes part in the caller's transaction."""

from collections.abc import Sequence

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.clock import now
from portal.db import db
from portal.errors import Invalid
from portal.jobs.queue import enqueue
from portal.tickets.arrivals import BY_PAGE, Arrival
from portal.tickets.models import Attachment, Message, Ticket
from portal.tickets.previews import FORMATS
from portal.tickets.uploads import Upload, limits


def added(
    actor: Actor,
    ticket: Ticket,
    body: str,
    uploads: Sequence[Upload],
    *,
    form_key: str | None = None,
    from_staff: bool = False,
    arrival: Arrival = BY_PAGE,
    internal: bool = False,
) -> Message:
    """Add a message with its files to a ticket. An `internal` one leaves no trace that a customer could see.

    Raises Invalid for too many files, or one that was sent before.
    """
    db.session.flush()
    message = Message(
        ticket_id=ticket.id,
        author_id=actor.id,
        body=body,
        channel=arrival.channel,
        quoted=arrival.quoted,
        remarks=arrival.remarks,
        from_staff=from_staff,
        internal=internal,
        form_key=form_key,
        sent_at=now(),
    )
    db.session.add(message)
    db.session.flush()
    _attach(message, uploads)
    arrival.filed(message)
    if not internal:
        ticket.last_activity_at = message.sent_at
    return message


def _attach(message: Message, uploads: Sequence[Upload]) -> None:
    if len(uploads) > limits().count:
        raise Invalid(files=f"A message carries at most {limits().count} files.")
    names = [upload.storage_name for upload in uploads]
    if db.session.scalar(select(Attachment.id).where(Attachment.storage_name.in_(names)).limit(1)):
        raise Invalid(files="A file of your earlier try was sent already. Please choose it again.")
    for upload in uploads:
        db.session.add(
            Attachment(
                message_id=message.id, storage_name=upload.storage_name, name=upload.name,
                media_type=upload.media_type, size=upload.size, sha256=upload.sha256,
            )
        )  # fmt: skip
    db.session.flush()
    if any(upload.media_type in FORMATS for upload in uploads):
        enqueue("make_previews", lock="previews", message_id=message.id)

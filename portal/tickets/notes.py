"""Notes among support. They never leave the staff: see `queries.visible_messages`."""

from collections.abc import Sequence

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.db import db, use_case
from portal.tickets.drafts import drop_draft
from portal.tickets.models import Message
from portal.tickets.queries import locked_target
from portal.tickets.sides import require_support
from portal.tickets.turns import added
from portal.tickets.uploads import Upload


@use_case
def add_note(
    actor: Actor, ticket_id: int, *, body: str, form_key: str, uploads: Sequence[Upload] = ()
) -> Message:
    """Note something for support alone: nobody is mailed, and nothing that a customer sees changes.

    A repeated form gives the same note. Raises NotFound, and Forbidden for who is not support on this
    ticket: an agent who is a contact of the event is its customer (HOW-1).
    """
    ticket = locked_target(actor, ticket_id)
    require_support(actor, ticket.scope)
    own_key = actor.own_key(form_key)
    if noted := db.session.scalar(select(Message).where(Message.form_key == own_key)):
        return noted
    note = added(actor, ticket, body, uploads, form_key=own_key, from_staff=True, internal=True)
    drop_draft(actor, f"note:{ticket.id}")
    record(actor, "ticket.noted", ticket, after={"message": note.id}, scope=ticket.scope)
    return note

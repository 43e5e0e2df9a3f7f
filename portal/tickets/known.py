"""What an event's own tickets may answer already, told before another is sent."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, literal_column, select

from portal.accounts.actor import Actor
from portal.audit.models import AuditEntry
from portal.audit.record import record
from portal.db import db, use_case
from portal.search.models import TicketWords
from portal.search.stems import ASKED, shared_with
from portal.tickets.models import Ticket
from portal.tickets.queries import ticket_for, visible_tickets

READ_CHARACTERS = 300

_SHARED = shared_with("ticket_words.shared")
_ENOUGH: ColumnElement[int] = literal_column(
    "least(cardinality(asked.stems), greatest(2, cardinality(asked.stems) / 2 + 1))"
)


def earlier_tickets(actor: Actor, event_id: int, words: str, limit: int = 3) -> Sequence[Ticket]:
    """Tickets of an event that may answer what was typed, closest first; none for no words. One query.

    A ticket counts when it shares more than half of the words, and two at least (the only one, if there is one).
    What support notes among itself is not looked at, whoever asks.
    """
    typed = words.replace("\x00", " ")[:READ_CHARACTERS]
    near = visible_tickets(actor).where(Ticket.event_id == event_id, Ticket.merged_into_id.is_(None))
    joined = near.join(TicketWords, TicketWords.ticket_id == Ticket.id)
    matching = joined.join(ASKED, TicketWords.shared.op("@@", is_comparison=True)(ASKED.c.query))
    close = matching.where(_SHARED >= _ENOUGH)
    ranked = close.order_by(_SHARED.desc(), Ticket.last_activity_at.desc(), Ticket.id).limit(limit)
    return db.session.scalars(ranked.params(typed=typed)).all()


def sent_ticket(actor: Actor, form_key: str) -> Ticket | None:
    """The ticket that a form of the actor's has opened already, if it has."""
    return db.session.scalar(select(Ticket).where(Ticket.form_key == actor.own_key(form_key)))


@use_case
def note_ticket_spared(actor: Actor, ticket_id: int, *, form_key: str) -> bool:
    """Put on record that an earlier ticket answered what would have been another.

    A form spares one ticket, however often it is clicked: False when that was noted before. Raises
    NotFound when the actor cannot see the ticket, Forbidden when they could not have asked.
    """
    ticket = ticket_for(actor, ticket_id)
    actor.require("ticket:open", ticket.scope)
    form = {"form": actor.own_key(form_key)}
    noted = select(AuditEntry.id).where(AuditEntry.action == "ticket.spared", AuditEntry.after == form)
    if db.session.scalar(noted.where(AuditEntry.event_id == ticket.event_id)) is not None:
        return False
    record(actor, "ticket.spared", ticket, after=form, scope=ticket.scope)
    return True

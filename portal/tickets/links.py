"""Tickets that lead to one another. `link_tickets` takes part in the caller's transaction."""

from dataclasses import dataclass

from sqlalchemy import or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.db import db
from portal.tickets.models import Ticket
from portal.tickets.models_work import TicketLink
from portal.tickets.queries import visible_tickets

RELATIONS = ("related", "split", "continued")
# How a relation reads on the page of the ticket that it starts from, and on that of the other.
READS = {
    "related": ("Related", "Related"),
    "split": ("Part of it became", "Taken out of"),
    "continued": ("Continued in", "Continues"),
}


@dataclass(frozen=True)
class Linked:
    """Another ticket, and how it stands to the one whose page it is shown on."""

    link_id: int
    relation: str
    label: str
    ticket: Ticket


def link_tickets(actor: Actor, ticket: Ticket, other: Ticket, relation: str) -> bool:
    """Let `ticket` lead to `other`: `related` (both alike), `split` or `continued`; False when it does already.

    Both must be visible to the actor and have their keys; the row goes on the record of `ticket`.
    """
    ends = {"ticket_id": ticket.id, "other_id": other.id}
    if relation == "related":
        ends = dict(zip(ends, sorted(ends.values()), strict=True))
    new = insert(TicketLink).values(**ends, relation=relation, made_by_id=actor.person_id)
    made = db.session.scalar(new.on_conflict_do_nothing().returning(TicketLink.id))
    if made is not None:
        after = {"relation": relation, "ticket": other.id}
        record(actor, "ticket.linked", ticket, after=after, scope=ticket.scope)
    return made is not None


def linked_tickets(actor: Actor, ticket: Ticket) -> list[Linked]:
    """The tickets that a visible one leads to or comes from, as far as the actor may see them. One query."""
    touching = or_(TicketLink.ticket_id == ticket.id, TicketLink.other_id == ticket.id)
    there = or_(Ticket.id == TicketLink.ticket_id, Ticket.id == TicketLink.other_id)
    visible = visible_tickets(actor).add_columns(TicketLink).join(TicketLink, there)
    whole = visible.where(touching, Ticket.id != ticket.id).options(joinedload(Ticket.event))
    rows = db.session.execute(whole.order_by(TicketLink.id)).tuples()
    return [_linked(ticket, link, other) for other, link in rows]


def _linked(ticket: Ticket, link: TicketLink, other: Ticket) -> Linked:
    label = READS[link.relation][0 if link.ticket_id == ticket.id else 1]
    return Linked(link.id, link.relation, label, other)

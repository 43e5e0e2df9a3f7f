"""Tickets that lead to one another. `link_tickets` takes part in the caller's transaction."""

from dataclasses import dataclass

from sqlalchemy import delete, or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.db import db, use_case
from portal.errors import Conflict, Invalid
from portal.tickets.models import Ticket
from portal.tickets.models_work import TicketLink
from portal.tickets.queries import locked_target, visible_tickets
from portal.tickets.sides import require_support

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


@use_case
def link_related(actor: Actor, ticket_id: int, other_id: int) -> None:
    """Link two tickets of one customer's as related. Raises Invalid (other), NotFound, Forbidden."""
    ticket = locked_target(actor, ticket_id)
    require_support(actor, ticket.scope)
    found = db.session.scalar(
        visible_tickets(actor).where(Ticket.id == other_id).options(joinedload(Ticket.event))
    )
    if found is None or found.id == ticket.id:
        raise Invalid(other="There is no other ticket of this number.")
    require_support(actor, found.scope)
    if not link_tickets(actor, ticket, found, "related"):
        raise Invalid(other="These two are linked already.")


@use_case
def unlink(actor: Actor, ticket_id: int, link_id: int) -> None:
    """Take a link between related tickets away again. Raises Conflict when there is none, NotFound, Forbidden."""
    ticket = locked_target(actor, ticket_id)
    require_support(actor, ticket.scope)
    touching = or_(TicketLink.ticket_id == ticket.id, TicketLink.other_id == ticket.id)
    gone = delete(TicketLink).where(TicketLink.id == link_id, touching, TicketLink.relation == "related")
    ends = db.session.execute(gone.returning(TicketLink.ticket_id, TicketLink.other_id)).first()
    if ends is None:
        raise Conflict("There is no such link any more.")
    other = ends[1] if ends[0] == ticket.id else ends[0]
    before = {"relation": "related", "ticket": other}
    record(actor, "ticket.unlinked", ticket, before=before, scope=ticket.scope)


def linked_tickets(actor: Actor, ticket: Ticket) -> list[Linked]:
    """The tickets that a visible one leads to or comes from, as far as the actor may see them. One query."""
    touching = or_(TicketLink.ticket_id == ticket.id, TicketLink.other_id == ticket.id)
    there = or_(Ticket.id == TicketLink.ticket_id, Ticket.id == TicketLink.other_id)
    visible = visible_tickets(actor).add_columns(TicketLink).join(TicketLink, there)
    whole = visible.where(touching, Ticket.id != ticket.id).options(joinedload(Ticket.event))
    rows = db.session.execute(whole.order_by(TicketLink.id))
    return [_linked(ticket, link, other) for other, link in rows]


def links_of(actor: Actor, ticket: Ticket) -> list[Linked]:
    """As `linked_tickets`, for support alone."""
    require_support(actor, ticket.scope)
    return linked_tickets(actor, ticket)


def _linked(ticket: Ticket, link: TicketLink, other: Ticket) -> Linked:
    label = READS[link.relation][0 if link.ticket_id == ticket.id else 1]
    return Linked(link.id, link.relation, label, other)

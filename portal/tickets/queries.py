"""Reading tickets: every reading starts from what the actor may see."""

from dataclasses import dataclass, field

from sqlalchemy import Select, func, or_, select, union
from sqlalchemy.orm import joinedload, with_expression

from portal.accounts.actor import Actor, Scope
from portal.accounts.permissions import PERMISSIONS
from portal.db import db
from portal.errors import NotFound
from portal.events.models import Event
from portal.mail.queries import deliveries
from portal.paging import Page, page_of
from portal.questions.models import Question
from portal.tickets.models import Attachment, Message, Ticket
from portal.tickets.sides import is_support

THREAD_PAGE = 100
STATES = ("open", "waiting", "closed")

WITH_PARTIES = (
    joinedload(Ticket.event).joinedload(Event.organisation),
    joinedload(Ticket.opened_by),
    joinedload(Ticket.assignee),
    joinedload(Ticket.handed_to),
    # Whose it is stays with the contacts: name and address are read only where they share them (WHO-2).
    joinedload(Ticket.question).load_only(Question.id, Question.state, Question.shares_address),
)


def visible_tickets(actor: Actor) -> Select[Ticket]:
    """The tickets `actor` may read: all for agents and managers, those of their events for customers."""
    tickets = select(Ticket)
    if actor.is_system or actor.staff_roles & PERMISSIONS["ticket:read"]:
        return tickets
    organised = select(Event.id).where(Event.organisation_id.in_(actor.organisation_ids))
    return tickets.where(or_(Ticket.event_id.in_(actor.contact_event_ids), Ticket.event_id.in_(organised)))


@dataclass(frozen=True)
class TicketScope(Scope):
    """Where a ticket belongs, with the ticket, so that its page need not read it twice."""

    ticket: Ticket | None = field(default=None, compare=False)


def ticket_scope(actor: Actor, ticket_id: int) -> TicketScope | None:
    """Where a ticket belongs, and the ticket with its parties; None when the actor may not know of it."""
    visible = visible_tickets(actor).where(Ticket.id == ticket_id)
    found = db.session.scalar(visible.options(*WITH_PARTIES))
    return TicketScope(found.scope.event_id, found.scope.organisation_id, found) if found else None


def ticket_for(actor: Actor, ticket_id: int) -> Ticket:
    """A ticket with its event, customer, opener and assignee. Raises NotFound when it cannot be seen."""
    visible = visible_tickets(actor).where(Ticket.id == ticket_id)
    return _found(db.session.scalar(visible.options(*WITH_PARTIES)))


def locked_ticket(actor: Actor, ticket_id: int) -> Ticket:
    """A ticket as it is now, held until the transaction closes. Raises NotFound when it cannot be seen."""
    visible = visible_tickets(actor).where(Ticket.id == ticket_id)
    held = visible.with_for_update(key_share=True, of=Ticket)
    return _found(db.session.scalar(held.execution_options(populate_existing=True)))


def event_tickets(
    actor: Actor, event_id: int, state: str | None, cursor: str | None, *, own: bool = False
) -> Page[Ticket]:
    """The tickets of an event, the latest activity first; only those in `state`, only the actor's `own`.

    A ticket that was handed over is whose it was handed to.
    """
    tickets = visible_tickets(actor).where(Ticket.event_id == event_id).options(*WITH_PARTIES)
    if state in STATES:
        tickets = tickets.where(Ticket.state == state)
    if own:
        tickets = tickets.where(func.coalesce(Ticket.handed_to_id, Ticket.opened_by_id) == actor.person_id)
    return page_of(tickets, [Ticket.last_activity_at, Ticket.id], cursor, descending=True)


def with_merged(ticket: Ticket) -> Select[int]:
    """The key of a ticket and those of all that were merged into it, whose messages it shows as its own."""
    keys = select(Ticket.id).where(Ticket.id == ticket.id).cte("with_merged", recursive=True)
    into = select(Ticket.id).join(keys, Ticket.merged_into_id == keys.c.id)
    return select(keys.union(into).c.id)


def locked_target(actor: Actor, ticket_id: int) -> Ticket:
    """As `locked_ticket`, but of a merged ticket the one that it leads to: what is written goes there."""
    ticket = locked_ticket(actor, ticket_id)
    while ticket.merged_into_id is not None:
        ticket = locked_ticket(actor, ticket.merged_into_id)
    return ticket


def target_for(actor: Actor, ticket: Ticket) -> Ticket:
    """The ticket that a merged one leads to, itself where it was not merged, with its parties."""
    while ticket.merged_into_id is not None:
        ticket = ticket_for(actor, ticket.merged_into_id)
    return ticket


def visible_messages(actor: Actor, ticket: Ticket) -> Select[Message]:
    """What `actor` may read on a ticket already found to be visible: support's notes for support alone."""
    messages = select(Message).where(Message.ticket_id.in_(with_merged(ticket)))
    return messages if is_support(actor, ticket.scope) else messages.where(Message.internal.is_(False))


def thread_of(actor: Actor, ticket: Ticket, cursor: str | None = None) -> Page[Message]:
    """The newest messages of a visible ticket that `actor` may read, newest first, with what is attached."""
    messages = visible_messages(actor, ticket)
    whole = messages.options(
        joinedload(Message.author), joinedload(Message.logged_by), joinedload(Message.attachments)
    )
    if is_support(actor, ticket.scope):
        whole = whole.options(with_expression(Message.delivery, deliveries(Message.id)))
    return page_of(whole, [Message.id], cursor, descending=True, size=THREAD_PAGE)


def last_message_id(actor: Actor, ticket: Ticket) -> int:
    """The key of the newest message of a ticket that `actor` may read; 0 when there is none."""
    newest = visible_messages(actor, ticket).with_only_columns(func.max(Message.id))
    return db.session.scalar(newest) or 0


def newest_of_others(actor: Actor, ticket: Ticket) -> int:
    """The key of the newest message that `actor` may read and did not write; 0 when there is none."""
    others = visible_messages(actor, ticket).where(Message.author_id != actor.person_id)
    return db.session.scalar(others.with_only_columns(func.max(Message.id))) or 0


def customer_authors(ticket: Ticket) -> set[int]:
    """Who took part in a ticket on the customer's side: its opener, whoever wrote there, whoever has it now."""
    here = with_merged(ticket)
    wrote = select(Message.author_id).where(Message.ticket_id.in_(here), Message.from_staff.is_(False))
    opened = select(Ticket.opened_by_id).where(Ticket.id.in_(here))
    handed = select(Ticket.handed_to_id).where(Ticket.id.in_(here), Ticket.handed_to_id.is_not(None))
    return set(db.session.scalars(union(wrote, opened, handed)))


def attachment_scope(actor: Actor, attachment_id: int) -> Scope | None:
    """Where an attachment belongs; None when the actor may not read the message it came with."""
    holding = select(Message.ticket_id).join(Attachment, Attachment.message_id == Message.id)
    ticket = visible_tickets(actor).where(Ticket.id.in_(holding.where(Attachment.id == attachment_id)))
    found = db.session.scalar(ticket.options(joinedload(Ticket.event)))
    return found.scope if found and _readable(actor, found, attachment_id) else None


def attachment_for(actor: Actor, attachment_id: int) -> Attachment:
    """An attachment of a message that the actor may read. Raises NotFound for any other."""
    found = db.session.get(Attachment, attachment_id)
    if found is None or attachment_scope(actor, attachment_id) is None:
        raise NotFound
    return found


def _readable(actor: Actor, ticket: Ticket, attachment_id: int) -> bool:
    holding = visible_messages(actor, ticket).join(Attachment, Attachment.message_id == Message.id)
    return db.session.scalar(holding.where(Attachment.id == attachment_id)) is not None


def _found(ticket: Ticket | None) -> Ticket:
    if ticket is None:
        raise NotFound
    return ticket

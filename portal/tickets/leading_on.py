"""What a ticket leads to: a live session that support proposes, a wish, a help article."""

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.db import db, use_case
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Invalid
from portal.policy.terms import SessionKind
from portal.policy.training import entitlements
from portal.tickets.letters_work import tell_of_proposal
from portal.tickets.models import Message, Ticket
from portal.tickets.queries import locked_target, with_merged
from portal.tickets.sides import require_support


@use_case
def propose_session(actor: Actor, ticket_id: int, kind: str) -> Ticket:
    """Propose a live session on a ticket; a contact books it, and the booking remembers the ticket (HOW-5).

    Those who took part are told by mail. Raises Invalid (kind) for one that the event is not entitled
    to (COV-1, COV-5 to COV-7), Conflict when that one is proposed already, NotFound, Forbidden.
    """
    ticket = locked_target(actor, ticket_id)
    require_support(actor, ticket.scope)
    if kind not in proposable(ticket):
        raise Invalid(kind="Choose a session that the event is entitled to.")
    if ticket.session_proposed == kind:
        raise Conflict("This session is proposed already.")
    before = {"session_proposed": ticket.session_proposed}
    ticket.session_proposed = kind
    after = {"session_proposed": kind}
    record(actor, "ticket.session_proposed", ticket, before=before, after=after, scope=ticket.scope)
    tell_of_proposal(ticket)
    return ticket


@use_case
def withdraw_proposal(actor: Actor, ticket_id: int) -> Ticket:
    """Take the proposal of a live session back. Raises Conflict when there is none, NotFound, Forbidden."""
    ticket = locked_target(actor, ticket_id)
    require_support(actor, ticket.scope)
    if ticket.session_proposed is None:
        raise Conflict("No session is proposed on this ticket.")
    before = {"session_proposed": ticket.session_proposed}
    ticket.session_proposed = None
    after = {"session_proposed": None}
    record(actor, "ticket.session_proposed", ticket, before=before, after=after, scope=ticket.scope)
    return ticket


def proposable(ticket: Ticket) -> list[SessionKind]:
    """The kinds of live session that the ticket's event is entitled to (COV-1, COV-5 to COV-7, HOW-5)."""
    known = entitlements(ticket.event.facts, edition_in_force())
    return [found.kind for found in known if found.entitled]


def first_question(ticket: Ticket) -> str:
    """What the customer asked first on a ticket."""
    asked = select(Message.body).where(Message.ticket_id == ticket.id, Message.from_staff.is_(False))
    return db.session.scalar(asked.order_by(Message.id).limit(1)) or ""


def last_answer(ticket: Ticket) -> str:
    """What support answered last on a ticket or one merged into it; never a note."""
    said = select(Message.body).where(Message.ticket_id.in_(with_merged(ticket)), Message.from_staff)
    return db.session.scalar(said.where(~Message.internal).order_by(Message.id.desc()).limit(1)) or ""

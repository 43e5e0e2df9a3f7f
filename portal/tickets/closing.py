"""Closing a ticket that the caller has locked. Takes part in the caller's transaction."""

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.clock import now
from portal.tickets import letters
from portal.tickets.goals import follow
from portal.tickets.models import Ticket
from portal.tickets.satisfaction import ask_once
from portal.tickets.sides import is_support


def close(actor: Actor, ticket: Ticket, newest_id: int) -> None:
    """Close a ticket in view of its newest message, with its audit row and the mail to the other side."""
    before = {"state": ticket.state, "reply_due_at": ticket.reply_due_at, "assignee": ticket.assignee_id}
    ticket.state, ticket.closed_at = "closed", now()
    ticket.reply_due_at = ticket.awaiting_since = None
    ticket.last_activity_at = ticket.closed_at
    follow(ticket)
    after = {"state": "closed", "reply_due_at": None, "assignee": ticket.assignee_id}
    record(actor, "ticket.closed", ticket, before=before, after=after, scope=ticket.scope)
    letters.tell_of_closing(
        ticket, actor.id, newest_id, by_support=is_support(actor, ticket.scope), asks=ask_once(ticket)
    )

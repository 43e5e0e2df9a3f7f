"""The two sides of a ticket: support, and the customer."""

from sqlalchemy import ColumnElement, false, true

from portal.accounts.actor import Actor, Scope
from portal.accounts.permissions import PERMISSIONS, Role
from portal.errors import Forbidden
from portal.tickets.models import Ticket


def is_support(actor: Actor, scope: Scope) -> bool:
    """Whether the actor speaks for support on a ticket of `scope`: not where they are its customer (HOW-1).

    Whoever does not is never shown what support notes among itself.
    """
    return actor.may("ticket:work", scope) and Role.CONTACT not in actor.roles_in(scope)


def reads_notes(actor: Actor) -> ColumnElement[bool]:
    """`is_support` as a condition on tickets, for reading many at once."""
    if not actor.is_system and not actor.staff_roles & PERMISSIONS["ticket:work"]:
        return false()
    return Ticket.event_id.not_in(actor.contact_event_ids) if actor.contact_event_ids else true()


def require_support(actor: Actor, scope: Scope) -> None:
    """Raise Forbidden unless the actor speaks for support on a ticket of `scope`."""
    actor.require("ticket:work", scope)
    if not is_support(actor, scope):
        raise Forbidden("You are a Technical Contact of this event: here you are its customer.", rule="HOW-1")

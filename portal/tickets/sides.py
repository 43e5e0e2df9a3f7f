"""The two sides of a ticket: support, and the customer."""

from portal.accounts.actor import Actor, Scope
from portal.accounts.permissions import Role
from portal.errors import Forbidden


def is_support(actor: Actor, scope: Scope) -> bool:
    """Whether the actor speaks for support on a ticket of `scope`: not where they are its customer (HOW-1).

    Whoever does not is never shown what support notes among itself.
    """
    return actor.may("ticket:work", scope) and Role.CONTACT not in actor.roles_in(scope)


def require_support(actor: Actor, scope: Scope) -> None:
    """Raise Forbidden unless the actor speaks for support on a ticket of `scope`."""
    actor.require("ticket:work", scope)
    if not is_support(actor, scope):
        raise Forbidden("You are a Technical Contact of this event: here you are its customer.", rule="HOW-1")

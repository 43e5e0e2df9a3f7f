"""Permissions at the door: every route declares one, and the object in its address is checked with it.

What the actor cannot see is 404; what they see but may not do is 403. An exception inside the check
is an error page, never a pass.
"""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from flask import g, request

from portal.accounts.actor import Actor, Scope
from portal.accounts.permissions import PERMISSIONS, PUBLIC, SIGNED_IN
from portal.errors import Forbidden, NotFound, PortalError
from portal.web.open_reading import is_open
from portal.web.signed_in import current_actor

log = structlog.get_logger(__name__)

Resolver = Callable[[Actor, int], Scope | None]
View = TypeVar("View", bound=Callable[..., Any])

RESOLVERS: dict[str, Resolver] = {}
HIGHEST_KEY = 2**63 - 1


class SignInFirst(PortalError):
    """Nobody is signed in: answered with the way to the sign-in page."""

    status, title = 401, "Please sign in"


def resolves(parameter: str, resolver: Resolver) -> None:
    """Register how an address's `<int:parameter>` is found.

    `resolver(actor, key)` gives the scope of the thing, or None when the actor may not know of it.
    """
    RESOLVERS[parameter] = resolver


def requires(permission: str, *, open_by: str | None = None) -> Callable[[View], View]:
    """Declare a view's permission: one of PERMISSIONS, `public`, or `signed-in`.

    `open_by` names a setting that, switched on, lets everybody in; what the address names must still be theirs to see.
    """
    if permission not in PERMISSIONS and permission not in (PUBLIC, SIGNED_IN):
        raise ValueError(f"unknown permission {permission!r}")

    def mark(view: View) -> View:
        @functools.wraps(view)
        def guarded(**values: Any) -> Any:
            if is_open(open_by):
                _find(values)
            else:
                _admit(permission, values)
            return view(**values)

        guarded.permission, guarded.open_by = permission, open_by  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return mark


def _admit(permission: str, values: dict[str, Any]) -> None:
    if permission == PUBLIC:
        return
    actor = current_actor()
    if not actor.is_signed_in:
        raise SignInFirst("Sign in to see this page.")
    try:
        g.scope = _scope(actor, values)
        if permission != SIGNED_IN:
            actor.require(permission, g.scope)
    except (NotFound, Forbidden) as denied:
        log.warning("denied", permission=permission, route=str(request.url_rule), status=denied.status)
        raise


def _find(values: dict[str, Any]) -> None:
    g.scope = _scope(current_actor(), values)


def _scope(actor: Actor, values: dict[str, Any]) -> Scope | None:
    found = None
    for parameter in values.keys() & RESOLVERS.keys():
        # A number beyond what a key can be is not sent to the database, which would call it an error.
        found = RESOLVERS[parameter](actor, values[parameter]) if values[parameter] <= HIGHEST_KEY else None
        if found is None:
            raise NotFound
    return found

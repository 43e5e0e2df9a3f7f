"""Today: what waits for the member of staff who looks, by what they may do about it."""

from typing import Any

from flask import Blueprint, render_template

from portal.accounts.actor import Actor
from portal.bookings.queries import upcoming_sessions
from portal.clock import now
from portal.editions.queries import edition_in_force
from portal.orders.queries import orders_page
from portal.roster.queries import pending_removals
from portal.tickets.promises import due
from portal.tickets.queue import queue_counts, queue_page
from portal.tickets.queue_filter import QueueFilter
from portal.web.access import requires
from portal.web.signed_in import current_actor
from portal.wishlist.queries import waiting_wishes_count

blueprint = Blueprint("staff", __name__)

SHOWN = 6


@blueprint.get("/staff")
@requires("staff:read")
def index() -> str:
    """The tickets due next, decisions to make, sessions to give and wishes to read."""
    actor = current_actor()
    parts = _tickets(actor) | _sessions(actor) | _decisions(actor) | _wishes(actor)
    return render_template("staff/index.html", at=now(), **parts)


def _tickets(actor: Actor) -> dict[str, Any]:
    if not actor.may("ticket:work"):
        return {"counts": None, "tickets": []}
    hours, at = edition_in_force().hours, now()
    waiting = queue_page(actor, QueueFilter("open"), at, hours).items[:SHOWN]
    rows = [(ticket, ticket.reply_due_at and due(ticket.reply_due_at, at, hours)) for ticket in waiting]
    return {"counts": queue_counts(actor, at, hours), "tickets": rows}


def _sessions(actor: Actor) -> dict[str, Any]:
    return {"sessions": upcoming_sessions(actor, SHOWN) if actor.may("booking:close") else None}


def _decisions(actor: Actor) -> dict[str, Any]:
    removals = pending_removals(actor, None).items[:SHOWN] if actor.may("roster:decide") else None
    orders = orders_page(actor, state="pending").items[:SHOWN] if actor.may("order:settle") else None
    return {"removals": removals, "orders": orders}


def _wishes(actor: Actor) -> dict[str, Any]:
    return {"wishes": waiting_wishes_count() if actor.may("wish:moderate") else None}

"""Pages of events."""

from typing import Any

from flask import Blueprint, render_template, url_for

from portal.events.models import Event
from portal.events.queries import event_for, event_scope
from portal.web.access import requires, resolves
from portal.web.signed_in import current_actor

blueprint = Blueprint("events", __name__)
resolves("event_id", event_scope)

TABS = (
    ("overview", "Overview", "event:read", "events.show", "event_id"),
    ("contacts", "Contacts", "roster:read", "roster.index", "event_id"),
    ("tickets", "Tickets", "ticket:read", "tickets.index", "event_id"),
    ("sessions", "Sessions", "booking:read", "bookings.index", "event_id"),
    ("orders", "Orders", "order:read", "orders.index", "event"),
)


@blueprint.app_template_global()
def event_places(event: Event, current: str) -> list[dict[str, Any]]:
    """The pages of one event that the reader may open, as tabs; `current` is the key of the one shown."""
    actor = current_actor()
    return [
        {"label": label, "href": _address(endpoint, {value: event.id}), "current": key == current}
        for key, label, permission, endpoint, value in TABS
        if actor.may(permission, event.scope)
    ]


def _address(endpoint: str, values: dict[str, Any]) -> str:
    return url_for(endpoint, **values)


@blueprint.get("/events")
@requires("event:read")
def index() -> str:
    """The events the reader may see."""
    return render_template("base.html")


@blueprint.get("/events/<int:event_id>")
@requires("event:read")
def show(event_id: int) -> str:
    """One event: what it is and what it is entitled to."""
    return render_template("events/show.html", event=event_for(current_actor(), event_id))

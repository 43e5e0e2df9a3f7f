"""Pages of an event's Technical Contacts."""

from flask import Blueprint, render_template

from portal.events.queries import event_for
from portal.web.access import requires
from portal.web.signed_in import current_actor

blueprint = Blueprint("roster", __name__)


@blueprint.get("/events/<int:event_id>/contacts")
@requires("roster:read")
def index(event_id: int) -> str:
    """The contacts of an event."""
    return render_template("events/show.html", event=event_for(current_actor(), event_id))


@blueprint.get("/events/<int:event_id>/contacts/new")
@requires("roster:add")
def new(event_id: int) -> str:
    """The form that registers a contact."""
    return render_template("events/show.html", event=event_for(current_actor(), event_id))

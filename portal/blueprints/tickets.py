"""Pages of tickets."""

from flask import Blueprint, render_template

from portal.web.access import requires

blueprint = Blueprint("tickets", __name__)


@blueprint.get("/events/<int:event_id>/tickets")
@requires("ticket:read")
def index(event_id: int) -> str:
    """Placeholder."""
    return render_template("base.html")

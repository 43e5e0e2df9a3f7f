"""Pages of events."""

from flask import Blueprint, render_template

from portal.web.access import requires

blueprint = Blueprint("events", __name__)


@blueprint.get("/events")
@requires("event:read")
def index() -> str:
    """Placeholder."""
    return render_template("base.html")

"""Pages of bookings."""

from flask import Blueprint, render_template

from portal.web.access import requires

blueprint = Blueprint("bookings", __name__)


@blueprint.get("/events/<int:event_id>/bookings")
@requires("booking:read")
def index(event_id: int) -> str:
    """Placeholder."""
    return render_template("base.html")

"""Pages of queue."""

from flask import Blueprint, render_template

from portal.web.access import requires

blueprint = Blueprint("queue", __name__)


@blueprint.get("/staff/tickets")
@requires("ticket:work")
def index() -> str:
    """Placeholder."""
    return render_template("base.html")

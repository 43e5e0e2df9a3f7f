"""Pages of availability."""

from flask import Blueprint, render_template

from portal.web.access import requires

blueprint = Blueprint("availability", __name__)


@blueprint.get("/staff/availability")
@requires("availability:publish")
def index() -> str:
    """Placeholder."""
    return render_template("base.html")

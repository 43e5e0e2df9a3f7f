"""Pages of people."""

from flask import Blueprint, render_template

from portal.web.access import requires

blueprint = Blueprint("people", __name__)


@blueprint.get("/staff/people")
@requires("people:manage")
def index() -> str:
    """Placeholder."""
    return render_template("base.html")

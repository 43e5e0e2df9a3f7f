"""Pages of removals."""

from flask import Blueprint, render_template

from portal.web.access import requires

blueprint = Blueprint("removals", __name__)


@blueprint.get("/staff/removals")
@requires("roster:decide")
def index() -> str:
    """Placeholder."""
    return render_template("base.html")

"""Pages of staff."""

from flask import Blueprint, render_template

from portal.web.access import requires

blueprint = Blueprint("staff", __name__)


@blueprint.get("/staff")
@requires("staff:read")
def index() -> str:
    """Placeholder."""
    return render_template("base.html")

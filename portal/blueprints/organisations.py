"""Pages of organisations."""

from flask import Blueprint, render_template

from portal.web.access import requires

blueprint = Blueprint("organisations", __name__)


@blueprint.get("/staff/organisations")
@requires("organisation:manage")
def index() -> str:
    """Placeholder."""
    return render_template("base.html")

"""Pages of wishes."""

from flask import Blueprint, render_template

from portal.web.access import requires

blueprint = Blueprint("wishes", __name__)


@blueprint.get("/wishes")
@requires("wish:read")
def index() -> str:
    """Placeholder."""
    return render_template("base.html")

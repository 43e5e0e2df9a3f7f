"""Pages of guides."""

from flask import Blueprint, render_template

from portal.web.access import requires

blueprint = Blueprint("guides", __name__)


@blueprint.get("/guide")
@requires("public")
def index() -> str:
    """Placeholder."""
    return render_template("base.html")

"""Pages of moderation."""

from flask import Blueprint, render_template

from portal.web.access import requires

blueprint = Blueprint("moderation", __name__)


@blueprint.get("/staff/wishes")
@requires("wish:moderate")
def index() -> str:
    """Placeholder."""
    return render_template("base.html")

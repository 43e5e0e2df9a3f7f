"""Pages of editions."""

from flask import Blueprint, render_template

from portal.web.access import requires

blueprint = Blueprint("editions", __name__)


@blueprint.get("/policies")
@requires("public")
def show() -> str:
    """Placeholder."""
    return render_template("base.html")

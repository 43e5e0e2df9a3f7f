"""Pages of audit."""

from flask import Blueprint, render_template

from portal.web.access import requires

blueprint = Blueprint("audit", __name__)


@blueprint.get("/staff/audit")
@requires("audit:read")
def index() -> str:
    """Placeholder."""
    return render_template("base.html")

"""Pages of orders."""

from flask import Blueprint, render_template

from portal.web.access import requires

blueprint = Blueprint("orders", __name__)


@blueprint.get("/orders")
@requires("order:read")
def index() -> str:
    """Placeholder."""
    return render_template("base.html")

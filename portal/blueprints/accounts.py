"""Pages of accounts."""

from flask import Blueprint, render_template

from portal.web.access import requires

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/sign-in")
@requires("public")
def new_sign_in() -> str:
    """Placeholder."""
    return render_template("base.html")


@blueprint.get("/sign-out")
@requires("public")
def sign_out() -> str:
    """Placeholder."""
    return render_template("base.html")


@blueprint.get("/account")
@requires("signed-in")
def show_account() -> str:
    """Placeholder."""
    return render_template("base.html")

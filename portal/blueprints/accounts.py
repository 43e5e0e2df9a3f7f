"""Pages of accounts."""

from flask import Blueprint, render_template

from portal.web.access import requires

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/sign-in")
@requires("public")
def new_sign_in() -> str:
    """Placeholder."""
    return render_template("base.html")


@blueprint.post("/sign-out")
@requires("public")
def sign_out() -> str:
    """Placeholder."""
    return render_template("base.html")


@blueprint.get("/account")
@requires("signed-in")
def show_account() -> str:
    """Placeholder."""
    return render_template("base.html")


@blueprint.get("/account/sessions")
@requires("signed-in")
def sessions() -> str:
    """Placeholder."""
    return render_template("base.html")


@blueprint.get("/password-reset")
@requires("public")
def new_reset() -> str:
    """Placeholder."""
    return render_template("base.html")


@blueprint.get("/password-reset/<token>")
@requires("public")
def reset(token: str) -> str:
    """Placeholder."""
    return render_template("base.html")


@blueprint.get("/invitations/<token>")
@requires("public")
def invitation(token: str) -> str:
    """Placeholder."""
    return render_template("base.html")

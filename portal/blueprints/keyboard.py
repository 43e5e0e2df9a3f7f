"""The keys that do something on the pages of tickets and moderation, and turning them off."""

from flask import Blueprint, Response, render_template, request, url_for

from portal.accounts.shortcuts import set_shortcuts
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("keyboard", __name__)


@blueprint.get("/staff/tickets/keyboard")
@requires("staff:read")
def show() -> str:
    """Which keys do what, and the switch."""
    return render_template("queue/keyboard.html")


@blueprint.post("/staff/tickets/keyboard")
@requires("staff:read")
def update() -> Response:
    """Turn single keys on or off."""
    on = request.form.get("on") == "yes"
    set_shortcuts(current_actor(), on=on)
    return done(url_for("keyboard.show"), "Single keys are on." if on else "Single keys are off.")

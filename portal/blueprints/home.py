"""The front door."""

from flask import Blueprint, Response, redirect, url_for

from portal.web.access import requires
from portal.web.signed_in import current_actor

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@requires("public")
def index() -> Response:
    """Lead everyone to where their work is: staff to today, customers to their events, visitors to sign in."""
    actor = current_actor()
    place = (
        "staff.index" if actor.is_staff else "events.index" if actor.is_signed_in else "accounts.new_sign_in"
    )
    return redirect(url_for(place))  # type: ignore[return-value]

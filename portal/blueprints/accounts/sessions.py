"""Where a person is signed in."""

from flask import Response, render_template, url_for

from portal.accounts import queries, service
from portal.blueprints.accounts import blueprint
from portal.blueprints.accounts.sign_in import leave
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor, current_session_id


@blueprint.get("/account/sessions")
@requires("signed-in")
def sessions() -> str:
    """Every browser in which the person is signed in."""
    found = queries.open_sessions(current_actor())
    return render_template("accounts/sessions.html", sessions=found, this_one=current_session_id())


@blueprint.post("/account/sessions/<int:session_id>/sign-out")
@requires("signed-in")
def end_session(session_id: int) -> Response:
    """Sign one browser out."""
    service.end_session(current_actor(), session_id)
    if session_id == current_session_id():
        return leave()
    return done(url_for("accounts.sessions"), "That browser is signed out.")


@blueprint.post("/account/sessions/others/sign-out")
@requires("signed-in")
def end_other_sessions() -> Response:
    """Sign every other browser out."""
    ended = service.end_sessions(current_actor(), but=current_session_id())
    return done(url_for("accounts.sessions"), f"Other browsers signed out: {ended}.")


@blueprint.post("/account/sessions/all/sign-out")
@requires("signed-in")
def end_all_sessions() -> Response:
    """Sign out everywhere, here too."""
    service.end_sessions(current_actor())
    return leave()

"""Getting in by a link sent by mail. Opening a link uses nothing up: programs that read mail open it too."""

from flask import Response, make_response, render_template, request, url_for

from portal.accounts import recovery
from portal.accounts.actor import ANONYMOUS
from portal.accounts.forms import InvitationForm, ResetForm, ResetRequestForm
from portal.accounts.links import Purpose, person_behind
from portal.blueprints.accounts import blueprint
from portal.blueprints.accounts.sign_in import this_browser
from portal.errors import Invalid
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.rate_limits import by_typed_email, limiter
from portal.web.signed_in import begin

TRIES_FROM_AN_ADDRESS = "20 per minute"
RESETS_OF_AN_EMAIL = "5 per hour"
ASKED = (
    "If {email} has an account, a link to choose a new password is on its way. It works once, for an hour."
)


@blueprint.get("/password-reset")
@requires("public")
def new_reset() -> Response:
    """Whose password is to be chosen anew?"""
    return _page("new_reset", ResetRequestForm(formdata=None))


@blueprint.post("/password-reset")
@limiter.limit(RESETS_OF_AN_EMAIL, key_func=by_typed_email)
@limiter.limit(TRIES_FROM_AN_ADDRESS)
@requires("public")
def create_reset() -> Response:
    """Have a link sent. The answer is the same whether the address is known or not."""
    form = ResetRequestForm()
    if not form.validate():
        return _page("new_reset", form, 422)
    try:
        recovery.ask_for_reset(ANONYMOUS, form.email.data or "")
    except Invalid as error:
        form.show_problems(error.fields)
        return _page("new_reset", form, 422)
    return done(url_for("accounts.new_sign_in"), ASKED.format(email=form.email.data))


@blueprint.get("/password-reset/<token>")
@requires("public")
def reset(token: str) -> Response:
    """The form for a new password, if the link still works."""
    person = person_behind(token, Purpose.RESET)
    return _page("reset", ResetForm(formdata=None), person=person) if person else _used_up()


@blueprint.post("/password-reset/<token>")
@limiter.limit(TRIES_FROM_AN_ADDRESS)
@requires("public")
def update_reset(token: str) -> Response:
    """Set the new password and use the link up."""
    form = ResetForm()
    try:
        if form.validate():
            recovery.reset_password(ANONYMOUS, token=token, password=form.password.data or "")
            return done(
                url_for("accounts.new_sign_in"),
                "Your new password is set, and you are signed out everywhere. Sign in with it.",
            )
    except Invalid as error:
        form.show_problems(error.fields)
    except recovery.LinkUsedUp:
        return _used_up()
    person = person_behind(token, Purpose.RESET)
    return _page("reset", form, 422, person=person) if person else _used_up()


@blueprint.get("/invitations/<token>")
@requires("public")
def invitation(token: str) -> Response:
    """The form to start with, if the link still works."""
    person = person_behind(token, Purpose.INVITATION)
    if person is None:
        return _used_up()
    return _page("invitation", InvitationForm(formdata=None, obj=person), person=person)


@blueprint.post("/invitations/<token>")
@limiter.limit(TRIES_FROM_AN_ADDRESS)
@requires("public")
def accept_invitation(token: str) -> Response:
    """Set the first password, use the link up and sign in."""
    person = person_behind(token, Purpose.INVITATION)
    form = InvitationForm(obj=person)
    try:
        if person and form.validate():
            opened = recovery.accept_invitation(
                ANONYMOUS,
                token=token,
                name=form.name.data or "",
                time_zone=form.time_zone.data,
                password=form.password.data or "",
                browser=this_browser(),
            )
            begin(opened.actor, opened.token, opened.session_id)
            return done(url_for("home.index"), "Welcome. Your password is set and you are signed in.")
    except Invalid as error:
        form.show_problems(error.fields)
    except recovery.LinkUsedUp:
        return _used_up()
    return _page("invitation", form, 422, person=person) if person else _used_up()


def _page(name: str, form: object, status: int = 200, **context: object) -> Response:
    return make_response(render_template(f"accounts/{name}.html", form=form, **context), status)


def _used_up() -> Response:
    is_invitation = request.path.startswith("/invitations/")
    return make_response(render_template("accounts/link_used_up.html", is_invitation=is_invitation), 410)

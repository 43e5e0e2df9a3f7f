"""Signing in and out."""

from flask import Response, current_app, make_response, redirect, render_template, request, url_for

from portal.accounts import service
from portal.accounts.actor import ANONYMOUS
from portal.accounts.browsers import browser_name
from portal.accounts.forms import SignInForm
from portal.accounts.sessions import Browser
from portal.blueprints.accounts import blueprint
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.own_addresses import own_address
from portal.web.rate_limits import by_typed_email, forget_count, limiter
from portal.web.signed_in import begin, current_actor, current_session_id, forget

TRIES_FROM_AN_ADDRESS = "20 per minute"
TRIES_AT_AN_EMAIL = "10 per 15 minutes"
WRONG = "This e-mail address and password do not belong together. Check both, or choose a new password."


@blueprint.get("/sign-in")
@requires("public")
def new_sign_in() -> Response:
    """The sign-in form."""
    onward = own_address(request.args.get("next"))
    if current_actor().is_signed_in:
        return make_response(redirect(onward or url_for("home.index")))
    return _page(SignInForm(formdata=None, data={"next": onward or ""}))


@blueprint.post("/sign-in")
@limiter.limit(TRIES_AT_AN_EMAIL, key_func=by_typed_email)
@limiter.limit(TRIES_FROM_AN_ADDRESS)
@requires("public")
def create_sign_in() -> Response:
    """Sign in, and go on to where the person was going."""
    form = SignInForm()
    if not form.validate():
        return _page(form, 422)
    opened = service.sign_in(
        ANONYMOUS, email=form.email.data or "", password=form.password.data or "", browser=this_browser()
    )
    if opened is None:
        form.form_errors.append(WRONG)
        return _page(form, 422)
    forget_count(by_typed_email())
    begin(opened.actor, opened.token, opened.session_id)
    return done(own_address(form.next.data) or url_for("home.index"))


@blueprint.post("/sign-out")
@requires("public")
def sign_out() -> Response:
    """End the session on the server, and what the browser keeps of it."""
    session_id = current_session_id()
    if session_id is not None:
        service.end_session(current_actor(), session_id)
    return leave()


def leave() -> Response:
    """Answer a browser whose session has ended: it forgets the cookie and all that it kept of our pages."""
    forget()
    answer = done(url_for("accounts.new_sign_in"), "You have signed out.")
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def this_browser() -> Browser:
    """The browser behind this request, with the session that it leaves by signing in anew."""
    name = browser_name(request.user_agent.string)
    return Browser(name, request.remote_addr or "unknown", current_session_id())


def _page(form: SignInForm, status: int = 200) -> Response:
    page = render_template("accounts/new_sign_in.html", form=form, cast=_cast())
    return make_response(page, status)


def _cast() -> object | None:
    if not current_app.extensions["settings"].demo:
        return None
    from portal.demo import cast

    return cast

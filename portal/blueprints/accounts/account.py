"""A person's own details, roles and password."""

from flask import Response, make_response, render_template, url_for

from portal.accounts import queries, roles, service
from portal.accounts.forms import AccountForm, MailForm, PasswordChangeForm
from portal.blueprints.accounts import blueprint
from portal.errors import Invalid
from portal.mail.optional import kinds_for
from portal.mail.preferences import choose_mail
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.rate_limits import by_person, limiter
from portal.web.signed_in import begin, current_actor, current_session_id

CHANGES_OF_A_PERSON = "10 per 15 minutes"


@blueprint.get("/account")
@requires("signed-in")
def show_account() -> Response:
    """The person's details, roles and password."""
    return _page(AccountForm(obj=queries.person_of(current_actor())), PasswordChangeForm(formdata=None))


@blueprint.post("/account")
@requires("signed-in")
def update_account() -> Response:
    """Change name, telephone number and time zone."""
    form = AccountForm(obj=queries.person_of(current_actor()))
    if not form.validate():
        return _page(form, PasswordChangeForm(formdata=None), 422)
    try:
        service.update_account(
            current_actor(),
            name=form.name.data or "",
            phone=form.phone.data or "",
            time_zone=form.time_zone.data,
        )
    except Invalid as error:
        form.show_problems(error.fields)
        return _page(form, PasswordChangeForm(formdata=None), 422)
    return done(url_for("accounts.show_account"), "Your details were saved.")


@blueprint.post("/account/mail")
@requires("signed-in")
def update_mail() -> Response:
    """Choose which optional mail to get."""
    form = MailForm()
    form.offer(kinds_for(current_actor().may("management:read")))
    choose_mail(current_actor(), form.wanted.data or [])
    return done(url_for("accounts.show_account"), "Your choice of mail was saved.")


@blueprint.post("/account/password")
@limiter.limit(CHANGES_OF_A_PERSON, key_func=by_person)
@requires("signed-in")
def update_password() -> Response:
    """Change the password: every other browser is signed out, this one gets a new token."""
    form = PasswordChangeForm()
    if not form.validate():
        return _page(_details(), form, 422)
    try:
        opened = service.change_password(
            current_actor(),
            session_id=current_session_id() or 0,
            current=form.current_password.data or "",
            password=form.password.data or "",
        )
    except Invalid as error:
        form.show_problems(error.fields)
        return _page(_details(), form, 422)
    begin(opened.actor, opened.token, opened.session_id)
    return done(url_for("accounts.show_account"), "Your password was changed. Other browsers are signed out.")


def _details() -> AccountForm:
    return AccountForm(formdata=None, obj=queries.person_of(current_actor()))


def _mail() -> MailForm:
    actor = current_actor()
    unwanted, kinds = queries.person_of(actor).unwanted_mail, kinds_for(actor.may("management:read"))
    form = MailForm(formdata=None, wanted=[kind for kind in kinds if kind not in unwanted])
    form.offer(kinds)
    return form


def _page(details: AccountForm, password: PasswordChangeForm, status: int = 200) -> Response:
    page = render_template(
        "accounts/show_account.html",
        form=password if password.errors else details,
        details=details,
        password=password,
        mail=_mail(),
        roles=roles.roles_of(current_actor().id),
    )
    return make_response(page, status)

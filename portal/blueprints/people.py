"""Pages on which an administrator looks after people and their roles."""

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.accounts import directory, people, roles
from portal.accounts.forms_staff import PersonForm, RoleForm
from portal.accounts.permissions import Role
from portal.errors import Invalid
from portal.forms import tidy
from portal.web.access import requires, resolves
from portal.web.htmx import done, page_or_fragment
from portal.web.paging import addressed
from portal.web.signed_in import current_actor

blueprint = Blueprint("people", __name__)
resolves("person_id", directory.person_scope)
resolves("grant_id", directory.grant_scope)


@blueprint.get("/staff/people")
@requires("people:manage")
def index() -> Response:
    """Everyone, by name."""
    words = (tidy(request.args.get("q")) or "")[:100]
    found = directory.people(current_actor(), words, request.args.get("cursor"))
    names = roles.role_names([person.id for person in found.items])
    return page_or_fragment(
        "people/index.html", "people/_list.html", listed=addressed(found), roles=names, words=words
    )


@blueprint.get("/staff/people/new")
@requires("people:manage")
def new() -> str:
    """The form for a new person."""
    return render_template("people/new.html", form=PersonForm(formdata=None))


@blueprint.post("/staff/people")
@requires("people:manage")
def create() -> Response:
    """Register somebody and invite them."""
    form = PersonForm()
    try:
        if form.validate():
            person = people.create_person(
                current_actor(),
                email=form.email.data or "",
                name=form.name.data or "",
                phone=form.phone.data or "",
            )
            return done(_at(person.id), f"{person.name} is registered and has been sent an invitation.")
    except Invalid as error:
        form.show_problems(error.fields)
    return make_response(render_template("people/new.html", form=form), 422)


@blueprint.get("/staff/people/<int:person_id>")
@requires("people:manage")
def show(person_id: int) -> Response:
    """A person: details, roles now and before, and what can be done."""
    return _page(person_id, RoleForm())


@blueprint.post("/staff/people/<int:person_id>/roles")
@requires("people:manage")
def create_role(person_id: int) -> Response:
    """Give a role."""
    form = RoleForm()
    try:
        if form.validate():
            people.give_role(current_actor(), person_id, Role(form.role.data), form.organisation.data or None)
            return done(_at(person_id), "The role was given.")
    except Invalid as error:
        form.show_problems(error.fields)
    return _page(person_id, form, 422)


@blueprint.post("/staff/people/<int:person_id>/roles/<int:grant_id>/end")
@requires("people:manage")
def end_role(person_id: int, grant_id: int) -> Response:
    """End a role at once."""
    people.end_role(current_actor(), person_id, grant_id)
    return done(_at(person_id), "The role has ended.")


@blueprint.post("/staff/people/<int:person_id>/closure")
@requires("people:manage")
def disable(person_id: int) -> Response:
    """Close the account; whoever is signed in with it is out."""
    people.disable_person(current_actor(), person_id)
    return done(_at(person_id), "The account is closed.")


@blueprint.post("/staff/people/<int:person_id>/reopening")
@requires("people:manage")
def enable(person_id: int) -> Response:
    """Open the account again."""
    people.enable_person(current_actor(), person_id)
    return done(_at(person_id), "The account is open again.")


@blueprint.post("/staff/people/<int:person_id>/sign-out")
@requires("people:manage")
def end_sessions(person_id: int) -> Response:
    """Sign the person out everywhere."""
    ended = people.end_sessions_of(current_actor(), person_id)
    return done(_at(person_id), f"Browsers signed out: {ended}.")


@blueprint.post("/staff/people/<int:person_id>/invitation")
@requires("people:manage")
def create_invitation(person_id: int) -> Response:
    """Send another invitation."""
    people.invite_again(current_actor(), person_id)
    return done(_at(person_id), "Another invitation is on its way.")


def _at(person_id: int) -> str:
    return url_for("people.show", person_id=person_id)


def _page(person_id: int, form: RoleForm, status: int = 200) -> Response:
    page = render_template(
        "people/show.html",
        form=form,
        person=directory.person_for(current_actor(), person_id),
        presence=directory.presence(person_id),
        held=roles.roles_of(person_id),
        past=roles.roles_of(person_id, ended=True),
    )
    return make_response(page, status)

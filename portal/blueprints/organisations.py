"""Pages on which staff look after the customers."""

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.accounts import directory, organisations, roles
from portal.accounts.forms_staff import BillingForm, OrganisationForm, OrganiserForm
from portal.errors import Invalid
from portal.forms import tidy
from portal.web.access import requires, resolves
from portal.web.htmx import done, page_or_fragment
from portal.web.paging import addressed
from portal.web.signed_in import current_actor

blueprint = Blueprint("organisations", __name__)
resolves("organisation_id", directory.organisation_scope)


@blueprint.get("/staff/organisations")
@requires("organisation:manage")
def index() -> Response:
    """Every customer, by name."""
    words = (tidy(request.args.get("q")) or "")[:100]
    found = directory.organisations(current_actor(), words, request.args.get("cursor"))
    return page_or_fragment(
        "organisations/index.html", "organisations/_list.html", listed=addressed(found), words=words
    )


@blueprint.get("/staff/organisations/new")
@requires("organisation:manage")
def new() -> str:
    """The form for a new customer."""
    return render_template("organisations/new.html", form=OrganisationForm(formdata=None))


@blueprint.post("/staff/organisations")
@requires("organisation:manage")
def create() -> Response:
    """Register a customer."""
    form = OrganisationForm()
    try:
        if form.validate():
            made = organisations.create_organisation(
                current_actor(),
                name=form.name.data or "",
                billing_address=form.billing_address.data or "",
                billing_email=form.billing_email.data or "",
            )
            return done(_at(made.id), f"{made.name} is registered. Now add an organiser and an event.")
    except Invalid as error:
        form.show_problems(error.fields)
    return make_response(render_template("organisations/new.html", form=form), 422)


@blueprint.get("/staff/organisations/<int:organisation_id>")
@requires("organisation:manage")
def show(organisation_id: int) -> Response:
    """A customer: its events, its organisers, where its invoices go."""
    return _page(organisation_id)


@blueprint.get("/staff/organisations/<int:organisation_id>/edit")
@requires("organisation:manage")
def edit(organisation_id: int) -> str:
    """The form for where invoices go."""
    organisation = directory.organisation_for(current_actor(), organisation_id)
    form = BillingForm(obj=organisation)
    return render_template("organisations/edit.html", form=form, organisation=organisation)


@blueprint.post("/staff/organisations/<int:organisation_id>")
@requires("organisation:manage")
def update(organisation_id: int) -> Response:
    """Change where invoices go."""
    form = BillingForm()
    try:
        if form.validate():
            organisations.update_organisation(
                current_actor(),
                organisation_id,
                billing_address=form.billing_address.data or "",
                billing_email=form.billing_email.data or "",
            )
            return done(_at(organisation_id), "The billing details were saved.")
    except Invalid as error:
        form.show_problems(error.fields)
    organisation = directory.organisation_for(current_actor(), organisation_id)
    return make_response(
        render_template("organisations/edit.html", form=form, organisation=organisation), 422
    )


@blueprint.post("/staff/organisations/<int:organisation_id>/organisers")
@requires("people:manage")
def create_organiser(organisation_id: int) -> Response:
    """Make somebody an organiser, and invite them if they are new."""
    form = OrganiserForm()
    try:
        if form.validate():
            person = organisations.add_organiser(
                current_actor(), organisation_id, email=form.email.data or "", name=form.name.data or ""
            )
            return done(_at(organisation_id), f"{person.name} is an organiser now.")
    except Invalid as error:
        form.show_problems(error.fields)
    return _page(organisation_id, form, 422)


def _at(organisation_id: int) -> str:
    return url_for("organisations.show", organisation_id=organisation_id)


def _page(organisation_id: int, form: OrganiserForm | None = None, status: int = 200) -> Response:
    page = render_template(
        "organisations/show.html",
        form=form or OrganiserForm(formdata=None),
        organisation=directory.organisation_for(current_actor(), organisation_id),
        events=directory.newest_events(current_actor(), organisation_id),
        organisers=roles.organisers_of(organisation_id),
    )
    return make_response(page, status)

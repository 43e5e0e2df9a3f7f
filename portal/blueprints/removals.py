"""Pages of requests to remove or replace a contact (WHO-6)."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.clock import now
from portal.editions.queries import edition_in_force
from portal.errors import Invalid, NotFound, Refused
from portal.policy.contacts import removal_due
from portal.policy.edition import Edition
from portal.roster.forms import DecisionForm, RemovalForm, ReplacementForm
from portal.roster.models import Contact
from portal.roster.queries import (
    contact_scope,
    contact_with,
    contacts_of,
    decided_removals,
    may_be_replaced,
    pending_removal,
    pending_removals,
    removal_scope,
    removal_with,
    seat_counts,
)
from portal.roster.removals import (
    ask_for_removal,
    ask_for_replacement,
    decide_removal,
    may_decide,
    withdraw_removal,
)
from portal.roster.ways_on import ways_on
from portal.web.access import requires, resolves
from portal.web.htmx import done
from portal.web.links import hrefs
from portal.web.paging import addressed
from portal.web.signed_in import current_actor

blueprint = Blueprint("removals", __name__)
ASKED = "Your request is with the support managers. Until they decide, nothing changes."
resolves("contact_id", contact_scope)
resolves("removal_id", removal_scope)


@blueprint.get("/staff/removals")
@requires("roster:decide")
def index() -> str:
    """What waits to be decided, the one due first on top; with `?state=decided` what has been."""
    decided = request.args.get("state") == "decided"
    listing = decided_removals if decided else pending_removals
    page = addressed(listing(current_actor(), request.args.get("cursor")))
    return render_template("removals/index.html", page=page, decided=decided, at=now())


@blueprint.get("/contacts/<int:contact_id>/removal")
@requires("roster:remove")
def new(contact_id: int) -> Response:
    """The form that asks for a removal, with the time by which it would be decided."""
    contact = _contact(contact_id)
    return _removal_page(contact, RemovalForm(_others(contact)))


@blueprint.post("/contacts/<int:contact_id>/removal")
@requires("roster:remove")
def create(contact_id: int) -> Response:
    """Ask for a removal."""
    contact = _contact(contact_id)
    form = RemovalForm(_others(contact))
    if not form.validate_on_submit():
        return _removal_page(contact, form, status=422)
    try:
        removal = ask_for_removal(
            current_actor(), contact_id, reason=form.reason.data or "", handover_to=form.heir_id
        )
    except Invalid as error:
        form.show_problems(error.fields)
        return _removal_page(_contact(contact_id), form, status=422)
    return done(url_for("removals.show", removal_id=removal.id), ASKED)


@blueprint.get("/contacts/<int:contact_id>/replacement")
@requires("roster:remove")
def new_replacement(contact_id: int) -> Response:
    """The form that asks for somebody else on a contact's seat."""
    contact = _contact(contact_id)
    return _replacement_page(contact, ReplacementForm(_others(contact)))


@blueprint.post("/contacts/<int:contact_id>/replacement")
@requires("roster:remove")
def create_replacement(contact_id: int) -> Response:
    """Ask for a replacement."""
    contact = _contact(contact_id)
    form = ReplacementForm(_others(contact))
    if not form.validate_on_submit():
        return _replacement_page(contact, form, status=422)
    typed = {name: form[name].data or "" for name in ("name", "email", "phone", "job_title", "reason")}
    try:
        removal = ask_for_replacement(current_actor(), contact_id, handover_to=form.heir_id, **typed)
    except Invalid as error:
        form.show_problems(error.fields)
        return _replacement_page(_contact(contact_id), form, status=422)
    except Refused:
        return _replacement_page(_contact(contact_id), form, status=422)
    return done(url_for("removals.show", removal_id=removal.id), ASKED)


@blueprint.get("/removals/<int:removal_id>")
@requires("removal:read")
def show(removal_id: int) -> Response:
    """One request: who asked, why, by when it is decided, what came of it."""
    return _shown(removal_id, DecisionForm())


@blueprint.post("/removals/<int:removal_id>/decision")
@requires("roster:decide")
def decide(removal_id: int) -> Response:
    """Approve or decline a request."""
    form = DecisionForm()
    approve = request.form.get("decision") == "approve"
    if not form.validate_on_submit():
        return _shown(removal_id, form, status=422)
    try:
        removal = decide_removal(current_actor(), removal_id, approve=approve, reason=form.reason.data or "")
    except Invalid as error:
        form.show_problems(error.fields)
        return _shown(removal_id, form, status=422)
    came = "is no longer a contact" if approve else "stays a contact"
    message = f"{removal.contact.person.name} {came} of {removal.event.name}."
    if approve and removal.is_replacement:
        message = f"{removal.replacement_name} has taken the seat. {message}"
    return done(url_for("removals.index"), message)


@blueprint.post("/removals/<int:removal_id>/withdrawal")
@requires("roster:remove")
def withdraw(removal_id: int) -> Response:
    """Take a request back."""
    removal = withdraw_removal(current_actor(), removal_id)
    message = f"The request is withdrawn. {removal.contact.person.name} stays a contact."
    return done(url_for("roster.index", event_id=removal.event_id), message)


def _contact(contact_id: int) -> Contact:
    contact = contact_with(current_actor(), contact_id)
    if contact is None:
        raise NotFound
    return contact


def _others(contact: Contact) -> list[Contact]:
    return [each for each in contacts_of(contact.event_id) if each.id != contact.id]


def _removal_page(contact: Contact, form: RemovalForm, *, status: int = 200) -> Response:
    return _request_page("removals/new.html", contact, form, edition_in_force(), status=status)


def _replacement_page(contact: Contact, form: ReplacementForm, *, status: int = 200) -> Response:
    edition = edition_in_force()
    room = may_be_replaced(contact, contact.event, edition)
    links = hrefs(ways_on(current_actor(), room, contact.event))
    return _request_page(
        "removals/replacement.html", contact, form, edition, status=status, room=room, room_links=links
    )


def _request_page(
    template: str, contact: Contact, form: RemovalForm, edition: Edition, *, status: int, **context: Any
) -> Response:
    page = render_template(
        template, contact=contact, form=form, due_at=removal_due(now(), edition),
        pending=pending_removal(contact.id), **context,
    )  # fmt: skip
    return make_response(page, status)


def _shown(removal_id: int, form: DecisionForm, *, status: int = 200) -> Response:
    removal = removal_with(current_actor(), removal_id)
    if removal is None:
        raise NotFound
    edition, event = edition_in_force(), removal.event
    seats = seat_counts([event.id])[event.id]
    takes_seat = removal.is_replacement and removal.state == "pending"
    page = render_template(
        "removals/show.html", removal=removal, form=form, decision=may_decide(current_actor(), removal), at=now(),
        seats=seats, limit=seats.limit(event, edition),
        room=may_be_replaced(removal.contact, event, edition) if takes_seat else None,
    )  # fmt: skip
    return make_response(page, status)

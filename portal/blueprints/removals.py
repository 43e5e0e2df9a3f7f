"""Pages of requests to remove a contact (WHO-6)."""

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.clock import now
from portal.editions.queries import edition_in_force
from portal.errors import Invalid, NotFound
from portal.policy.contacts import may_decide_removal, removal_due
from portal.roster.forms import DecisionForm, RemovalForm
from portal.roster.models import Removal
from portal.roster.queries import (
    contact_scope,
    contact_with,
    decided_removals,
    pending_removal,
    pending_removals,
    removal_scope,
    removal_with,
    seat_counts,
)
from portal.roster.removals import ask_for_removal, decide_removal, withdraw_removal
from portal.web.access import requires, resolves
from portal.web.htmx import done
from portal.web.paging import addressed
from portal.web.signed_in import current_actor

blueprint = Blueprint("removals", __name__)
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
    return _request_form(contact_id, RemovalForm())


@blueprint.post("/contacts/<int:contact_id>/removal")
@requires("roster:remove")
def create(contact_id: int) -> Response:
    """Ask for a removal."""
    form = RemovalForm()
    if not form.validate_on_submit():
        return _request_form(contact_id, form, status=422)
    removal = ask_for_removal(current_actor(), contact_id, reason=form.reason.data or "")
    message = "Your request is with the support managers. Until they decide, nothing changes."
    return done(url_for("removals.show", removal_id=removal.id), message)


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
    return done(url_for("removals.index"), f"{removal.contact.person.name} {came} of {removal.event.name}.")


@blueprint.post("/removals/<int:removal_id>/withdrawal")
@requires("roster:remove")
def withdraw(removal_id: int) -> Response:
    """Take a request back."""
    removal = withdraw_removal(current_actor(), removal_id)
    message = f"The request is withdrawn. {removal.contact.person.name} stays a contact."
    return done(url_for("roster.index", event_id=removal.event_id), message)


def _request_form(contact_id: int, form: RemovalForm, *, status: int = 200) -> Response:
    contact = contact_with(current_actor(), contact_id)
    if contact is None:
        raise NotFound
    due_at = removal_due(now(), edition_in_force())
    pending = pending_removal(contact_id)
    page = render_template("removals/new.html", contact=contact, form=form, due_at=due_at, pending=pending)
    return make_response(page, status)


def _shown(removal_id: int, form: DecisionForm, *, status: int = 200) -> Response:
    removal = removal_with(current_actor(), removal_id)
    if removal is None:
        raise NotFound
    seats = seat_counts([removal.event_id])[removal.event_id]
    page = render_template(
        "removals/show.html", removal=removal, form=form, decision=_decision(removal), at=now(),
        seats=seats, limit=seats.limit(removal.event, edition_in_force()),
    )  # fmt: skip
    return make_response(page, status)


def _decision(removal: Removal) -> object:
    actor = current_actor()
    return may_decide_removal(
        removal.requested_by_id, actor.id, is_manager=actor.may("roster:decide"),
        removed_id=removal.contact.person_id,
    )  # fmt: skip

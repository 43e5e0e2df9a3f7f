"""Times that are kept while a form is filled in: asked for by a click on a time, given back on leaving."""

from flask import Blueprint, Response, make_response, request, url_for

from portal.blueprints.booking_form import address_of_form, form_page, key_in, kind_in
from portal.bookings.admission import TimeNotOpen
from portal.bookings.days import instant_from
from portal.bookings.forms import BookingForm
from portal.bookings.holds import hold_slot, release_hold
from portal.bookings.waiting_queries import hold_scope
from portal.editions.queries import edition_in_force
from portal.events.queries import event_for
from portal.web.access import requires, resolves
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("holds", __name__)
resolves("hold_id", hold_scope)


@blueprint.post("/events/<int:event_id>/bookings/holds")
@requires("booking:create")
def create(event_id: int) -> Response:
    """Keep a time and open its form; where it has just been taken, the form with the next ones."""
    kind, starts_at, ticket = (request.form.get(name) for name in ("kind", "starts_at", "ticket"))
    try:
        hold = hold_slot(current_actor(), event_id, kind_in(kind), instant_from(starts_at))
    except TimeNotOpen as refusal:
        form = BookingForm(formdata=None, kind=kind, starts_at=starts_at, ticket=str(key_in(ticket) or ""))
        event = event_for(current_actor(), event_id)
        return form_page(event, kind_in(kind), form, edition_in_force(), refusal=refusal)
    return done(address_of_form(hold, ticket))


@blueprint.post("/holds/<int:hold_id>/release")
@requires("booking:create")
def release(hold_id: int) -> Response:
    """Give the time back. A browser that leaves the form says so by itself, and reads no answer."""
    hold = release_hold(current_actor(), hold_id)
    if "left" in request.form:
        return make_response("", 204)
    return done(url_for("bookings.index", event_id=hold.event_id), "The time is given back.")

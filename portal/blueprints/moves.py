"""Moving a session to another time, and handing it to another host."""

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.bookings.admission import TimeNotOpen
from portal.bookings.days import by_day, instant_from, instant_text
from portal.bookings.endings import refuse_ended
from portal.bookings.forms_changes import HandOverForm, MoveForm
from portal.bookings.models import Booking
from portal.bookings.moving import free_hosts, hand_to_host, move_booking, refuse_late, times_to_move_to
from portal.bookings.queries import cut_off, session_for
from portal.clock import now
from portal.errors import Invalid
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("moves", __name__)


@blueprint.get("/bookings/<int:booking_id>/move")
@requires("booking:move")
def new(booking_id: int) -> Response:
    """The open times that a session can be moved to, a page of them from `?after=` on."""
    booking = session_for(current_actor(), booking_id)
    refuse_ended(booking)
    refuse_late(current_actor(), booking)
    return _move_page(booking, MoveForm(formdata=None))


@blueprint.post("/bookings/<int:booking_id>/move")
@requires("booking:move")
def create(booking_id: int) -> Response:
    """Move the session; a time that was taken meanwhile offers the next ones."""
    actor, form = current_actor(), MoveForm()
    try:
        booking = move_booking(actor, booking_id, instant_from(form.starts_at.data))
    except TimeNotOpen as refusal:
        return _move_page(session_for(current_actor(), booking_id), form, refusal)
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _move_page(session_for(current_actor(), booking_id), form)
    return done(_page_of(booking), "The session is moved. Everybody in it is told by mail.")


@blueprint.get("/bookings/<int:booking_id>/host")
@requires("booking:assign")
def new_host(booking_id: int) -> Response:
    """Who of support is free at the time of the session."""
    booking = session_for(current_actor(), booking_id)
    refuse_ended(booking)
    return _host_page(booking, HandOverForm(formdata=None))


@blueprint.post("/bookings/<int:booking_id>/host")
@requires("booking:assign")
def hand_over(booking_id: int) -> Response:
    """Give the session to another host."""
    form = HandOverForm()
    form.offer(free_hosts(session_for(current_actor(), booking_id)))
    try:
        if form.validate():
            booking = hand_to_host(current_actor(), booking_id, form.host.data, form.reason.data or "")
            return done(
                _page_of(booking), f"{booking.host.name} holds the session now. Everybody is told by mail."
            )
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _host_page(session_for(current_actor(), booking_id), form)


def _move_page(booking: Booking, form: MoveForm, refusal: TimeNotOpen | None = None) -> Response:
    zone = current_actor().time_zone
    slots, later = times_to_move_to(booking, instant_from(request.args.get("after")))
    page = render_template(
        "bookings/move.html", booking=booking, event=booking.event, form=form, refusal=refusal,
        days=by_day(refusal.offered if refusal else slots, zone),
        later=instant_text(later) if later and not refusal else None,
        cut_off=cut_off(booking), now=now(),
    )  # fmt: skip
    return make_response(page, refusal.status if refusal else 422 if form.errors else 200)


def _host_page(booking: Booking, form: HandOverForm) -> Response:
    hosts = free_hosts(booking)
    form.offer(hosts)
    page = render_template("bookings/host.html", booking=booking, event=booking.event, form=form, hosts=hosts)
    return make_response(page, 422 if form.errors else 200)


def _page_of(booking: Booking) -> str:
    return url_for("bookings.show", booking_id=booking.id)

"""Pages of live sessions: what training an event has, booking it, and what becomes of it."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.blueprints import booking_form
from portal.blueprints.sessions_page import sessions_page
from portal.bookings.answers import answers_to
from portal.bookings.days import instant_text, utc_offset
from portal.bookings.endings import cancel_booking, close_booking, refuse_ended, restore_entitlement
from portal.bookings.forms import CancellationForm, RestorationForm
from portal.bookings.letters import invitation_to
from portal.bookings.models import Booking
from portal.bookings.queries import (
    booking_scope,
    cut_off,
    is_given_back_at,
    session_for,
)
from portal.clock import now
from portal.policy.terms import in_words
from portal.web.access import requires, resolves
from portal.web.formats import local_time
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("bookings", __name__)
blueprint.add_app_template_filter(utc_offset)
blueprint.add_app_template_filter(instant_text)
blueprint.add_app_template_filter(in_words, "session_words")
resolves("booking_id", booking_scope)


@blueprint.get("/events/<int:event_id>/bookings")
@requires("booking:read")
def index(event_id: int) -> Response:
    """The kinds of live session of an event with their open times, and its sessions."""
    return sessions_page(event_id)


@blueprint.get("/events/<int:event_id>/bookings/new")
@requires("booking:create")
def new(event_id: int) -> Response:
    """The form that books the time it was opened for."""
    return booking_form.opened(event_id)


@blueprint.post("/events/<int:event_id>/bookings/new")
@requires("booking:create")
def create(event_id: int) -> Response:
    """Book the session; a time that was taken meanwhile keeps the form and offers the next ones."""
    return booking_form.sent(event_id)


@blueprint.get("/bookings/<int:booking_id>")
@requires("booking:read")
def show(booking_id: int) -> str:
    """One session."""
    actor = current_actor()
    booking = session_for(actor, booking_id)
    return render_template(
        "bookings/show.html", booking=booking, event=booking.event, cut_off=cut_off(booking), now=now(),
        answers=answers_to(booking, with_refused=actor.is_staff),
    )  # fmt: skip


@blueprint.get("/bookings/<int:booking_id>/invitation.ics")
@requires("booking:read")
def calendar(booking_id: int) -> Response:
    """The session for the reader's own calendar."""
    actor = current_actor()
    booking = session_for(actor, booking_id)
    invited = actor.id in (booking.host_id, booking.attended_by.id)
    entry = invitation_to(booking, actor.name, actor.email, person_id=actor.id if invited else None)
    answer = make_response(entry.content)
    answer.headers["Content-Type"] = f"text/calendar; charset=utf-8; method={entry.method}"
    answer.headers["Content-Disposition"] = f'attachment; filename="session-{booking_id}.ics"'
    return answer


@blueprint.get("/bookings/<int:booking_id>/cancellation")
@requires("booking:cancel")
def new_cancellation(booking_id: int) -> Response:
    """Ask before cancelling, and say whether the session is given back."""
    refuse_ended(session_for(current_actor(), booking_id))
    return _cancellation_page(booking_id, CancellationForm())


@blueprint.post("/bookings/<int:booking_id>/cancellation")
@requires("booking:cancel")
def cancel(booking_id: int) -> Response:
    """Cancel the session."""
    form = CancellationForm()
    if not form.validate():
        return _cancellation_page(booking_id, form, 422)
    booking = cancel_booking(current_actor(), booking_id, reason=form.reason.data or "")
    kept = "It counts as used." if booking.uses_entitlement else "Another can be booked."
    message = f"The session is cancelled. {kept if booking.one_per_event else ''}"
    return done(_page_of(booking), message.strip())


@blueprint.post("/bookings/<int:booking_id>/outcome")
@requires("booking:close")
def close(booking_id: int) -> Response:
    """Say how the session went."""
    booking = close_booking(current_actor(), booking_id, request.form.get("outcome", ""))
    message = (
        "Marked as held." if booking.state == "done" else "Marked as missed. The booker is told by mail."
    )
    return done(_page_of(booking), message)


@blueprint.get("/bookings/<int:booking_id>/restoration")
@requires("booking:close")
def new_restoration(booking_id: int) -> Response:
    """Ask why a missed session is given back."""
    return _restoration_page(booking_id, RestorationForm())


@blueprint.post("/bookings/<int:booking_id>/restoration")
@requires("booking:close")
def restore(booking_id: int) -> Response:
    """Give the session back, so that the event may book once more."""
    form = RestorationForm()
    if not form.validate():
        return _restoration_page(booking_id, form, 422)
    booking = restore_entitlement(current_actor(), booking_id, form.reason.data or "")
    return done(_page_of(booking), "Given back: the event can book a session once more.")


def _cancellation_page(booking_id: int, form: CancellationForm, status: int = 200) -> Response:
    booking = session_for(current_actor(), booking_id)
    page = render_template(
        "bookings/cancellation.html", booking=booking, form=form, cut_off=cut_off(booking),
        given_back=is_given_back_at(booking, now()), title="Cancel this session?", label="Cancel the session",
        lead=f"{booking.title}, {booking.event.name}, {local_time(booking.starts_at)}.",
        action=url_for("bookings.cancel", booking_id=booking_id), **_asking(booking),
    )  # fmt: skip
    return make_response(page, status)


def _restoration_page(booking_id: int, form: RestorationForm, status: int = 200) -> Response:
    booking = session_for(current_actor(), booking_id)
    page = render_template(
        "bookings/restoration.html", booking=booking, event=booking.event, form=form,
        title="Give this session back?", label="Give it back", lead=f"{booking.title}, {booking.event.name}.",
        action=url_for("bookings.restore", booking_id=booking_id), **_asking(booking) | {"kind": "primary"},
    )  # fmt: skip
    return make_response(page, status)


def _asking(booking: Booking) -> dict[str, Any]:
    return {
        "consequences": [], "kind": "danger", "fields": {},
        "cancel_href": _page_of(booking), "cancel_label": "Leave it as it is",
    }  # fmt: skip


def _page_of(booking: Booking) -> str:
    return url_for("bookings.show", booking_id=booking.id)

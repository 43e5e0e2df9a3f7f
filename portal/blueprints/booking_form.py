"""The form that books a session: opened for a time, which may be kept meanwhile, and sent."""

from flask import Response, make_response, render_template, request, url_for

from portal.bookings.admission import TimeNotOpen, admit
from portal.bookings.days import by_day, instant_from, instant_text
from portal.bookings.forms import BookingForm
from portal.bookings.held_times import kept_for
from portal.bookings.models_commitments import SlotHold
from portal.bookings.service import Wanted, book_session, ticket_of_event
from portal.bookings.training import terms_of
from portal.clock import now
from portal.editions.queries import edition_in_force
from portal.errors import NotFound
from portal.events.models import Event
from portal.events.queries import event_for
from portal.policy.edition import Edition
from portal.policy.terms import SessionKind
from portal.web.htmx import done
from portal.web.signed_in import current_actor


def opened(event_id: int) -> Response:
    """The form for `?kind=` and `?starts_at=`: with `?hold=` its countdown, where the time is kept for the reader."""
    actor = current_actor()
    event, kind = event_for(actor, event_id), kind_in(request.args.get("kind"))
    starts_at, named = instant_from(request.args.get("starts_at")), key_in(request.args.get("hold"))
    hold = kept_for(actor, event_id, kind, starts_at) if named else None
    form, edition = _empty(event, kind, hold, is_over=bool(named) and hold is None), edition_in_force()
    try:
        if hold is None:
            is_contact = event_id in actor.contact_event_ids
            admit(event, kind, starts_at, is_contact=is_contact, edition=edition)
    except TimeNotOpen as refusal:
        return form_page(event, kind, form, edition, refusal=refusal)
    return form_page(event, kind, form, edition, hold=hold)


def sent(event_id: int) -> Response:
    """Book the session; a time that was taken, or is not kept any longer, keeps the form and offers the next ones."""
    actor, form = current_actor(), BookingForm()
    kind = kind_in(form.kind.data)
    wanted = Wanted(
        kind, instant_from(form.starts_at.data), form.note.data or "", form.recording_wanted.data,
        key_in(form.ticket.data), key_in(form.hold.data),
    )  # fmt: skip
    if not form.validate():
        hold = kept_for(actor, event_id, kind, wanted.starts_at)
        return form_page(event_for(actor, event_id), kind, form, edition_in_force(), hold=hold)
    try:
        booking = book_session(actor, event_id, wanted, form_key=form.key)
    except TimeNotOpen as refusal:
        return form_page(event_for(actor, event_id), kind, form, edition_in_force(), refusal=refusal)
    address = url_for("bookings.show", booking_id=booking.id)
    return done(address, "The session is booked. The invitation is on its way by mail.")


def form_page(
    event: Event, kind: SessionKind, form: BookingForm, edition: Edition, *, hold: SlotHold | None = None,
    refusal: TimeNotOpen | None = None,
) -> Response:  # fmt: skip
    """The page of the form; after a refusal with what was typed, and the next times in place of the one refused."""
    zone = current_actor().time_zone
    if refusal is not None:
        # What is chosen next is not kept: the form must not name the hold that has gone.
        form.hold.data = ""
    page = render_template(
        "bookings/new.html", event=event, kind=kind, terms=terms_of(event, kind, edition), form=form, refusal=refusal,
        hold=hold, seconds=seconds_left(hold), starts_at=instant_from(form.starts_at.data),
        days=by_day(refusal.offered, zone) if refusal else (),
    )  # fmt: skip
    return make_response(page, refusal.status if refusal else 422 if form.errors else 200)


def address_of_form(hold: SlotHold, ticket: str | None = None) -> str:
    """Where the form for a time that is kept is."""
    return url_for(
        "bookings.new", event_id=hold.event_id, kind=hold.kind, starts_at=instant_text(hold.starts_at),
        hold=hold.id, ticket=key_in(ticket),
    )  # fmt: skip


def kind_in(text: str | None) -> SessionKind:
    """The kind that a text names. Raises NotFound for any other text."""
    if text not in set(SessionKind):
        raise NotFound
    return SessionKind(text)


def key_in(text: str | None) -> int | None:
    """The key that a text names; None for what is no key."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def seconds_left(hold: SlotHold | None) -> int:
    """Whole seconds for which a hold still runs; 0 for none."""
    return max(0, int((hold.expires_at - now()).total_seconds())) if hold else 0


def _empty(event: Event, kind: SessionKind, hold: SlotHold | None, *, is_over: bool) -> BookingForm:
    """The form before anything is typed; of one whose time is over, the ticket is looked up when it is sent."""
    key, starts_at = key_in(request.args.get("ticket")), request.args.get("starts_at")
    ticket = None if is_over else ticket_of_event(current_actor(), event, key)
    note = f"About ticket {ticket.id}: {ticket.subject}" if ticket else ""
    return BookingForm(
        formdata=None, kind=kind.value, starts_at=instant_text(hold.starts_at) if hold else starts_at,
        hold=str(hold.id) if hold else "", ticket=str(key or ""), note=note,
    )  # fmt: skip

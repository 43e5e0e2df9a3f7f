"""What support keeps on a ticket: priority and tags, time spent, reminders. Each on a page of its own."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.blueprints.ticket_pages import ticket_here
from portal.errors import Invalid, NotFound
from portal.forms import PortalForm
from portal.tickets import follow_ups, marks, spent
from portal.tickets.forms_work import CorrectionForm, FollowUpForm, MarksForm, TimeForm
from portal.tickets.models import Ticket
from portal.tickets.sides import require_support
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("ticket_work", __name__)


@blueprint.get("/tickets/<int:ticket_id>/marks")
@requires("ticket:work")
def edit_marks(ticket_id: int) -> Response:
    """A ticket's priority and tags."""
    ticket = _ticket(ticket_id)
    form = MarksForm(formdata=None, priority=ticket.priority, tags=", ".join(ticket.tags))
    return _page("marks", ticket, form, suggested=marks.suggested_tags())


@blueprint.post("/tickets/<int:ticket_id>/marks")
@requires("ticket:work")
def mark(ticket_id: int) -> Response:
    """Set a ticket's priority and tags."""
    form = MarksForm()
    try:
        if form.validate():
            marks.mark_ticket(current_actor(), ticket_id, priority=form.priority.data, tags=form.wanted)
            return _done(ticket_id, "Priority and tags are set.")
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _page("marks", _ticket(ticket_id), form, suggested=marks.suggested_tags())


@blueprint.get("/tickets/<int:ticket_id>/time")
@requires("ticket:work")
def time(ticket_id: int) -> Response:
    """The time spent on a ticket, and adding to it."""
    return _time_page(ticket_id, TimeForm(formdata=None))


@blueprint.post("/tickets/<int:ticket_id>/time")
@requires("ticket:work")
def note_time(ticket_id: int) -> Response:
    """Note minutes."""
    form = TimeForm()
    if not form.validate():
        return _time_page(ticket_id, form)
    spent.note_time(
        current_actor(),
        ticket_id,
        minutes=form.minutes.data or 0,
        note=form.note.data or "",
        form_key=form.key,
    )
    return _done(ticket_id, "The time is noted.", "ticket_work.time")


@blueprint.get("/tickets/<int:ticket_id>/time/correction")
@requires("ticket:work")
def new_correction(ticket_id: int) -> Response:
    """Ask why an entry is taken back."""
    return _correction_page(ticket_id, CorrectionForm(formdata=None, entry=request.args.get("entry", "")))


@blueprint.post("/tickets/<int:ticket_id>/time/correction")
@requires("ticket:work")
def correct_time(ticket_id: int) -> Response:
    """Counter an entry."""
    form = CorrectionForm()
    if not form.validate():
        return _correction_page(ticket_id, form)
    spent.correct_time(current_actor(), ticket_id, _key(form.entry.data), note=form.note.data or "")
    return _done(ticket_id, "The entry is taken back.", "ticket_work.time")


@blueprint.get("/tickets/<int:ticket_id>/follow-ups")
@requires("ticket:work")
def list_follow_ups(ticket_id: int) -> Response:
    """The reader's reminders of a ticket, and adding one."""
    zone = current_actor().time_zone
    return _follow_up_page(ticket_id, FollowUpForm(formdata=None, zone=zone))


@blueprint.post("/tickets/<int:ticket_id>/follow-ups")
@requires("ticket:work")
def set_follow_up(ticket_id: int) -> Response:
    """Set a reminder."""
    form, actor = FollowUpForm(), current_actor()
    if not form.validate():
        return _follow_up_page(ticket_id, form)
    try:
        follow_ups.remind_me(
            actor, ticket_id, typed=form.typed, zone=_zone(form), note=form.note.data or "", form_key=form.key
        )
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _follow_up_page(ticket_id, form)
    return _done(ticket_id, "You will be reminded by mail.")


@blueprint.post("/tickets/<int:ticket_id>/follow-ups/withdrawal")
@requires("ticket:work")
def withdraw_follow_up(ticket_id: int) -> Response:
    """Take a reminder back."""
    follow_ups.withdraw_follow_up(current_actor(), ticket_id, _key(request.form.get("reminder")))
    return _done(ticket_id, "The reminder is taken back.", "ticket_work.list_follow_ups")


def _time_page(ticket_id: int, form: TimeForm) -> Response:
    ticket = _ticket(ticket_id)
    entries = spent.time_on(current_actor(), ticket)
    countered = {entry.corrects_id for entry in entries}
    return _page("time", ticket, form, entries=entries, countered=countered)


def _correction_page(ticket_id: int, form: CorrectionForm) -> Response:
    ticket, key = _ticket(ticket_id), _key(form.entry.data)
    entry = next((each for each in spent.time_on(current_actor(), ticket) if each.id == key), None)
    if entry is None:
        raise NotFound
    return _page("correction", ticket, form, entry=entry)


def _follow_up_page(ticket_id: int, form: FollowUpForm) -> Response:
    ticket = _ticket(ticket_id)
    reminders = follow_ups.follow_ups_of(current_actor(), ticket)
    return _page("follow_ups", ticket, form, reminders=reminders, zone=_zone(form))


def _zone(form: FollowUpForm) -> str:
    # The zone may have been changed on the account while the form stood open.
    actor = current_actor()
    return actor.time_zone if form.zone.data != actor.time_zone else form.zone.data


def _ticket(ticket_id: int) -> Ticket:
    ticket = ticket_here(ticket_id)
    require_support(current_actor(), ticket.scope)
    return ticket


def _page(name: str, ticket: Ticket, form: PortalForm, **context: Any) -> Response:
    page = render_template(f"ticket_work/{name}.html", ticket=ticket, form=form, **context)
    return make_response(page, 422 if form.errors else 200)


def _done(ticket_id: int, message: str, endpoint: str = "tickets.show") -> Response:
    return done(url_for(endpoint, ticket_id=ticket_id), message)


def _key(typed: str | None) -> int:
    text = typed or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0

"""Phone calls: finding who called, and writing down what was said."""

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.blueprints.ticket_pages import ticket_here
from portal.errors import Invalid
from portal.forms import tidy
from portal.tickets import calls
from portal.tickets.callers import caller, callers
from portal.tickets.forms_calls import CallOnTicketForm, NewCallForm
from portal.web.access import requires
from portal.web.htmx import done, page_or_fragment
from portal.web.signed_in import current_actor

blueprint = Blueprint("calls", __name__)

LONGEST_SEARCH = 100


@blueprint.get("/staff/calls/new")
@requires("call:log")
def new() -> Response:
    """Look for the caller among the registered contacts; with `contact` chosen, the form of the call."""
    chosen = _key(request.args.get("contact"))
    if chosen:
        return _form_page(NewCallForm(formdata=None, contact=str(chosen)))
    words = (tidy(request.args.get("words")) or "")[:LONGEST_SEARCH]
    found = callers(current_actor(), words)
    return page_or_fragment("calls/find.html", "calls/_found.html", words=words, found=found)


@blueprint.post("/staff/calls/new")
@requires("call:log")
def create() -> Response:
    """Write the call down as a ticket of the caller's."""
    form = NewCallForm()
    if not form.validate():
        return _form_page(form)
    try:
        ticket = calls.log_call(
            current_actor(), _key(form.contact.data), form.call, topic=form.topic.data, form_key=form.key,
            subject=form.subject.data or "",
        )  # fmt: skip
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _form_page(form)
    return done(
        url_for("tickets.show", ticket_id=ticket.id), "The call is a ticket now. The caller is told by mail."
    )


@blueprint.get("/tickets/<int:ticket_id>/calls/new")
@requires("call:log")
def new_on_ticket(ticket_id: int) -> Response:
    """The form of a call on a ticket that exists."""
    return _ticket_page(ticket_id, _offered(ticket_id, CallOnTicketForm(formdata=None)))


@blueprint.post("/tickets/<int:ticket_id>/calls/new")
@requires("call:log")
def create_on_ticket(ticket_id: int) -> Response:
    """Write the call down on the ticket."""
    form = _offered(ticket_id, CallOnTicketForm())
    if not form.validate():
        return _ticket_page(ticket_id, form)
    try:
        calls.log_call_on(current_actor(), ticket_id, form.person.data, form.call, form_key=form.key)
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _ticket_page(ticket_id, form)
    return done(
        url_for("tickets.show", ticket_id=ticket_id), "The call is written down. They are told by mail."
    )


def _offered(ticket_id: int, form: CallOnTicketForm) -> CallOnTicketForm:
    form.offer(calls.contacts_to_call(current_actor(), ticket_here(ticket_id)))
    return form


def _form_page(form: NewCallForm) -> Response:
    found = caller(current_actor(), _key(form.contact.data))
    page = render_template("calls/new.html", form=form, who=found)
    return make_response(page, 422 if form.errors else 200)


def _ticket_page(ticket_id: int, form: CallOnTicketForm) -> Response:
    page = render_template("calls/on_ticket.html", form=form, ticket=ticket_here(ticket_id))
    return make_response(page, 422 if form.errors else 200)


def _key(typed: str | None) -> int:
    text = typed or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0

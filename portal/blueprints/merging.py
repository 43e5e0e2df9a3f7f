"""Making two tickets one, one ticket two, and leading from one to another."""

from collections.abc import Callable

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.blueprints.ticket_pages import ticket_here
from portal.errors import Invalid
from portal.tickets import links, merging, splitting
from portal.tickets.forms_merging import OtherTicketForm, SplitForm, key_from
from portal.tickets.models import Ticket
from portal.tickets.queries import target_for
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("merging", __name__)


@blueprint.get("/tickets/<int:ticket_id>/merge")
@requires("ticket:work")
def new(ticket_id: int) -> Response:
    """Which ticket this one is to become part of; and those that are part of it."""
    return _merge_page(ticket_id, OtherTicketForm(formdata=None))


@blueprint.post("/tickets/<int:ticket_id>/merge")
@requires("ticket:work")
def create(ticket_id: int) -> Response:
    """Make this ticket part of the other."""
    form = OtherTicketForm()
    return _with_other(form, ticket_id, _merged) or _merge_page(ticket_id, form)


@blueprint.post("/tickets/<int:ticket_id>/merge/undo")
@requires("ticket:work")
def undo(ticket_id: int) -> Response:
    """Take this ticket out again of the one it was merged into."""
    merging.unmerge_ticket(current_actor(), ticket_id)
    return done(url_for("tickets.show", ticket_id=ticket_id), "The ticket stands alone again.")


@blueprint.get("/tickets/<int:ticket_id>/split")
@requires("ticket:work")
def new_split(ticket_id: int) -> Response:
    """Which messages become a ticket of their own."""
    ticket = _ticket(ticket_id)
    return _split_page(ticket, SplitForm(formdata=None, topic=ticket.topic))


@blueprint.post("/tickets/<int:ticket_id>/split")
@requires("ticket:work")
def split(ticket_id: int) -> Response:
    """Make them one."""
    form = SplitForm()
    try:
        if form.validate():
            part = splitting.split_ticket(
                current_actor(), ticket_id, form.chosen, topic=form.topic.data, subject=form.subject.data or "",
                form_key=form.key,
            )  # fmt: skip
            return done(url_for("tickets.show", ticket_id=part.id), "This is a ticket of its own now.")
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _split_page(_ticket(ticket_id), form)


@blueprint.get("/tickets/<int:ticket_id>/links")
@requires("ticket:work")
def list_links(ticket_id: int) -> Response:
    """The tickets that this one leads to, and adding one."""
    return _links_page(ticket_id, OtherTicketForm(formdata=None))


@blueprint.post("/tickets/<int:ticket_id>/links")
@requires("ticket:work")
def link(ticket_id: int) -> Response:
    """Link another ticket as related."""
    form = OtherTicketForm()
    return _with_other(form, ticket_id, _linked) or _links_page(ticket_id, form)


@blueprint.post("/tickets/<int:ticket_id>/links/removal")
@requires("ticket:work")
def unlink(ticket_id: int) -> Response:
    """Take a link away."""
    links.unlink(current_actor(), ticket_id, key_from(request.form.get("link")))
    return done(url_for("merging.list_links", ticket_id=ticket_id), "The link is gone.")


def _with_other(
    form: OtherTicketForm, ticket_id: int, act: Callable[[int, int], Response]
) -> Response | None:
    try:
        return act(ticket_id, form.key) if form.validate() else None
    except Invalid as problem:
        form.show_problems({"other": " ".join(problem.fields.values())})
        return None


def _merged(ticket_id: int, other_id: int) -> Response:
    if not other_id:
        raise Invalid(other="Choose a ticket, or type its number.")
    target = merging.merge_tickets(current_actor(), ticket_id, other_id)
    message = f"Ticket {ticket_id} is part of this one now. Those who took part are told by mail."
    return done(url_for("tickets.show", ticket_id=target.id), message)


def _linked(ticket_id: int, other_id: int) -> Response:
    links.link_related(current_actor(), ticket_id, other_id)
    return done(url_for("merging.list_links", ticket_id=ticket_id), "The tickets are linked.")


def _ticket(ticket_id: int) -> Ticket:
    return target_for(current_actor(), ticket_here(ticket_id))


def _merge_page(ticket_id: int, form: OtherTicketForm) -> Response:
    actor, ticket = current_actor(), _ticket(ticket_id)
    context = {"others": merging.mergeable(actor, ticket), "merged": merging.merged_into(actor, ticket)}
    page = render_template("merging/merge.html", ticket=ticket, form=form, **context)
    return make_response(page, 422 if form.errors else 200)


def _split_page(ticket: Ticket, form: SplitForm) -> Response:
    messages = splitting.own_messages(current_actor(), ticket)
    page = render_template(
        "merging/split.html", ticket=ticket, form=form, messages=messages, chosen=form.chosen
    )
    return make_response(page, 422 if form.errors else 200)


def _links_page(ticket_id: int, form: OtherTicketForm) -> Response:
    actor, ticket = current_actor(), _ticket(ticket_id)
    page = render_template(
        "merging/links.html", ticket=ticket, form=form, linked=links.links_of(actor, ticket)
    )
    return make_response(page, 422 if form.errors else 200)

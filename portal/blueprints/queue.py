"""Pages of the queue."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.accounts.actor import Actor
from portal.blueprints.queue_board import board, version_of
from portal.clock import now
from portal.editions.queries import edition_in_force
from portal.errors import Invalid
from portal.tickets.forms_queue import BulkForm, FilterForm, SaveFilterForm
from portal.tickets.holders import at_work
from portal.tickets.models_distribution import SavedFilter
from portal.tickets.queue import filter_scope, saved_filters
from portal.tickets.queue_filter import QueueFilter
from portal.tickets.saved_filters import remove_filter, save_filter
from portal.web import htmx
from portal.web.access import requires, resolves
from portal.web.signed_in import current_actor, polled

blueprint = Blueprint("queue", __name__)
resolves("filter_id", filter_scope)


@blueprint.get("/staff/tickets")
@requires("ticket:work")
def index() -> Response:
    """The tickets of one view, by deadline, with what they can be narrowed down by and what can be done."""
    return queue_page(QueueFilter.read(request.args))


@blueprint.get("/staff/tickets/board")
@requires("ticket:work")
@polled
def show_board() -> Response:
    """The board alone, which its page asks for again and again; 304 as long as the browser has it as it is."""
    shown = _board(QueueFilter.read(request.args))
    response = make_response(render_template("queue/_board.html", **shown))
    response.set_etag(version_of(shown))
    response.make_conditional(request)
    return response


@blueprint.post("/staff/tickets/filters")
@requires("ticket:work")
def save() -> Response:
    """Save the view of this address under a name."""
    form, wanted = SaveFilterForm(), QueueFilter.read(request.args)
    try:
        if form.validate():
            save_filter(current_actor(), form.name.data or "", wanted, shared=bool(form.shared.data))
            return htmx.done(url_for("queue.index", **wanted.as_values()), "The view is saved.")
    except Invalid as problem:
        form.show_problems(problem.fields)
    return queue_page(wanted, 422, saving=form)


@blueprint.post("/staff/tickets/filters/<int:filter_id>/removal")
@requires("ticket:work")
def remove(filter_id: int) -> Response:
    """Remove a saved view."""
    remove_filter(current_actor(), filter_id)
    return htmx.done(url_for("queue.index"), "The saved view is removed.")


def queue_page(
    wanted: QueueFilter,
    status: int = 200,
    *,
    bulk: BulkForm | None = None,
    saving: SaveFilterForm | None = None,
) -> Response:
    """The whole page of a view, with the forms as they were sent."""
    actor, team = current_actor(), at_work().values()
    narrowing, acting = FilterForm(formdata=None, **wanted.as_values()), bulk or BulkForm(formdata=None)
    narrowing.offer(team)
    acting.offer(team)
    page = render_template(
        "queue/index.html", form=bulk or saving, narrowing=narrowing, bulk=acting, saved=_saved(actor),
        saving=saving or SaveFilterForm(formdata=None), chosen=acting.ticket_ids, **_board(wanted),
    )  # fmt: skip
    return make_response(page, status)


def _saved(actor: Actor) -> list[tuple[SavedFilter, dict[str, Any]]]:
    """The saved views, each with what its address says."""
    return [(each, QueueFilter.read(each.wanted).as_values()) for each in saved_filters(actor)]


def _board(wanted: QueueFilter) -> dict[str, Any]:
    return board(current_actor(), wanted, request.args.get("cursor"), now(), edition_in_force().hours)

"""Changing several tickets of the queue at once."""

from collections import defaultdict
from collections.abc import Sequence

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for

from portal.accounts.actor import Actor
from portal.blueprints.queue import queue_page
from portal.errors import Invalid
from portal.policy.wording import counted, listed
from portal.tickets import bulk
from portal.tickets.bulk import Outcome
from portal.tickets.forms_queue import BulkForm
from portal.tickets.queue_filter import QueueFilter
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("bulk", __name__)


@blueprint.post("/staff/tickets/changes")
@requires("ticket:work")
def change() -> Response:
    """Assign, tag or prioritise the chosen tickets; closing them is asked once more."""
    form, wanted = BulkForm(), QueueFilter.read(request.args)
    try:
        if form.validate():
            if form.action.data == "close":
                return _asked(form, wanted)
            return _told(_changed(current_actor(), form), wanted)
    except Invalid as problem:
        form.show_problems(problem.fields)
    return queue_page(wanted, 422, bulk=form)


@blueprint.post("/staff/tickets/closures")
@requires("ticket:work")
def close() -> Response:
    """Close the tickets that were listed, each in view of the message that was its newest then."""
    seen: dict[int, int] = {}
    for pair in request.form.getlist("seen")[: bulk.AT_ONCE]:
        ticket, _, message = pair.partition(":")
        if all(part.isascii() and part.isdigit() and len(part) < 19 for part in (ticket, message)):
            seen[int(ticket)] = int(message)
    return _told(bulk.close_tickets(current_actor(), seen), QueueFilter.read(request.args))


def _changed(actor: Actor, form: BulkForm) -> list[Outcome]:
    if form.action.data == "assign":
        if not form.to_id:
            raise Invalid(to="Choose the colleague.")
        return bulk.assign_tickets(actor, form.ticket_ids, form.to_id)
    if form.action.data == "priority":
        return bulk.prioritise_tickets(actor, form.ticket_ids, form.priority.data or "")
    return bulk.tag_tickets(actor, form.ticket_ids, form.tag.data or "", on=form.action.data == "tag")


def _asked(form: BulkForm, wanted: QueueFilter) -> Response:
    if not form.ticket_ids:
        raise Invalid(tickets="Choose at least one ticket.")
    tickets = bulk.chosen_tickets(current_actor(), form.ticket_ids)
    newest = bulk.newest_messages([ticket.id for ticket in tickets])
    page = render_template(
        "queue/closing.html", title=f"Close {counted(len(tickets), 'ticket')}?", kind="primary", label="Close them",
        lead="Each customer is told. A later reply opens a ticket again.", tickets=tickets, newest=newest,
        action=url_for("bulk.close", **wanted.as_values()), cancel_href=url_for("queue.index", **wanted.as_values()),
    )  # fmt: skip
    return make_response(page)


def _told(outcomes: Sequence[Outcome], wanted: QueueFilter) -> Response:
    """Back to the view, which says how many were changed and why each other was not."""
    kept = defaultdict(list)
    for outcome in outcomes:
        if outcome.problem:
            kept[outcome.problem].append(str(outcome.ticket_id))
    if kept:
        reasons = "; ".join(f"{listed(numbers)} {problem}" for problem, numbers in kept.items())
        flash(f"Not changed: {reasons}.", "error")
    changed = sum(outcome.problem is None for outcome in outcomes)
    message = f"{counted(changed, 'ticket')} changed." if changed else ""
    return done(url_for("queue.index", **wanted.as_values()), message)

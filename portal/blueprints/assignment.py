"""The page on which a ticket changes hands."""

from flask import Blueprint, Response, make_response, render_template, url_for

from portal.clock import now
from portal.errors import Invalid
from portal.tickets.assignment import hand_ticket
from portal.tickets.forms_assignment import AssignmentForm
from portal.tickets.queries import ticket_for
from portal.tickets.sides import require_support
from portal.tickets.team import team_for
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("assignment", __name__)


@blueprint.get("/tickets/<int:ticket_id>/assignment")
@requires("ticket:work")
def edit(ticket_id: int) -> Response:
    """Who has the ticket, and who could."""
    return _page(ticket_id, None)


@blueprint.post("/tickets/<int:ticket_id>/assignment")
@requires("ticket:work")
def update(ticket_id: int) -> Response:
    """Give the ticket to a colleague, take it over, or put it back."""
    form = AssignmentForm()
    try:
        if form.validate():
            hand_ticket(
                current_actor(),
                ticket_id,
                to_id=form.to_id,
                seen_id=form.seen_id,
                reason=form.reason.data or "",
            )
            return done(url_for("tickets.show", ticket_id=ticket_id), "The ticket has changed hands.")
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _page(ticket_id, form, 422)


def _page(ticket_id: int, sent: AssignmentForm | None, status: int = 200) -> Response:
    actor = current_actor()
    ticket = ticket_for(actor, ticket_id)
    require_support(actor, ticket.scope)
    form = sent or AssignmentForm(formdata=None, seen=str(ticket.assignee_id or ""))
    form.offer_all_of(team_for(ticket.topic, now()), actor)
    page = render_template("assignment/edit.html", ticket=ticket, form=form)
    return make_response(page, status)

"""From a ticket to a live session, to the wish list, and to a help article."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.blueprints.ticket_pages import ticket_here
from portal.errors import Invalid
from portal.policy.terms import in_words
from portal.tickets import leading_on
from portal.tickets.models import Ticket
from portal.tickets.queries import target_for
from portal.tickets.sides import require_support
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("leading_on", __name__)

CARRIED_MOST = 2_000


@blueprint.get("/tickets/<int:ticket_id>/session")
@requires("ticket:work")
def session(ticket_id: int) -> Response:
    """Which live session to propose."""
    return _session_page(ticket_id)


@blueprint.post("/tickets/<int:ticket_id>/session")
@requires("ticket:work")
def propose(ticket_id: int) -> Response:
    """Propose it."""
    try:
        leading_on.propose_session(current_actor(), ticket_id, request.form.get("kind", ""))
    except Invalid as problem:
        return _session_page(ticket_id, problem.fields["kind"])
    return done(_page_of(ticket_id), "The session is proposed. Those who took part are told by mail.")


@blueprint.post("/tickets/<int:ticket_id>/session/withdrawal")
@requires("ticket:work")
def withdraw(ticket_id: int) -> Response:
    """Take the proposal back."""
    leading_on.withdraw_proposal(current_actor(), ticket_id)
    return done(_page_of(ticket_id), "The proposal is taken back.")


@blueprint.get("/tickets/<int:ticket_id>/wish")
@requires("ticket:work")
def wish(ticket_id: int) -> Answer:
    """The form of a wish, filled in on the customer's behalf from the ticket (WISH-1)."""
    ticket = _ticket(ticket_id)
    problem = leading_on.first_question(ticket)[:CARRIED_MOST]
    return redirect(
        url_for(
            "wishes.new", title=ticket.subject, problem=problem, ticket_id=ticket.id,
            organisation_id=ticket.event.organisation_id,
        )
    )  # fmt: skip


@blueprint.get("/tickets/<int:ticket_id>/article")
@requires("article:write")
def article(ticket_id: int) -> Answer:
    """The form of a help article, filled in from the ticket and its last answer."""
    ticket = _ticket(ticket_id)
    body = leading_on.last_answer(ticket)[:CARRIED_MOST]
    return redirect(url_for("articles.new", title=ticket.subject, body=body, ticket_id=ticket.id))


def _session_page(ticket_id: int, problem: str | None = None) -> Response:
    ticket = _ticket(ticket_id)
    kinds = [(each.value, in_words(each)) for each in leading_on.proposable(ticket)]
    page = render_template("leading_on/session.html", ticket=ticket, kinds=kinds, problem=problem)
    return make_response(page, 422 if problem else 200)


def _ticket(ticket_id: int) -> Ticket:
    ticket = target_for(current_actor(), ticket_here(ticket_id))
    require_support(current_actor(), ticket.scope)
    return ticket


def _page_of(ticket_id: int) -> str:
    return url_for("tickets.show", ticket_id=ticket_id)

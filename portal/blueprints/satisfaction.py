"""What customers say of a closed ticket: on its page, or by the link in the closing mail without signing in."""

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.errors import NotFound
from portal.tickets.forms_satisfaction import SatisfactionForm
from portal.tickets.models_goals import Satisfaction
from portal.tickets.satisfaction import ANSWERS, rate_ticket, satisfaction_of
from portal.tickets.satisfaction_links import Asked, asked_by_link
from portal.web import htmx
from portal.web.access import requires
from portal.web.rate_limits import limiter
from portal.web.signed_in import current_actor

blueprint = Blueprint("satisfaction", __name__)

THANKS = "Thank you: your answer was kept."
often_enough = limiter.shared_limit("60 per hour", scope="satisfaction")


@blueprint.get("/satisfaction/<token>")
@requires("public")
def new(token: str) -> Response:
    """The question; the link's `answer` is chosen beforehand. Reading it records nothing: mail scanners read too."""
    asked = asked_by_link(token)
    said = _said(asked)
    chosen = request.args.get("answer") if request.args.get("answer") in ANSWERS else said.answer
    return _page(token, asked, said, SatisfactionForm(formdata=None, answer=chosen, comment=said.comment))


@blueprint.post("/satisfaction/<token>")
@requires("public")
@often_enough
def create(token: str) -> Response:
    """Keep the answer of whoever the link was sent to."""
    asked, form = asked_by_link(token), SatisfactionForm()
    if not form.validate():
        return _page(token, asked, _said(asked), form, status=422)
    rate_ticket(asked.actor, asked.ticket.id, answer=form.answer.data, comment=form.comment.data or "")
    return _page(token, asked, _said(asked), form, kept=True)


@blueprint.post("/tickets/<int:ticket_id>/satisfaction")
@requires("ticket:reply")
@often_enough
def answer(ticket_id: int) -> Response:
    """Keep the answer given on the ticket's page."""
    form = SatisfactionForm()
    if not form.validate():
        return htmx.done(
            url_for("tickets.show", ticket_id=ticket_id), "Choose one of the two answers.", category="error"
        )
    rate_ticket(current_actor(), ticket_id, answer=form.answer.data, comment=form.comment.data or "")
    return htmx.done(url_for("tickets.show", ticket_id=ticket_id), THANKS)


def _said(asked: Asked) -> Satisfaction:
    said = satisfaction_of(asked.ticket.id)
    if said is None:
        raise NotFound
    return said


def _page(
    token: str,
    asked: Asked,
    said: Satisfaction,
    form: SatisfactionForm,
    *,
    kept: bool = False,
    status: int = 200,
) -> Response:
    shown = render_template(
        "tickets/satisfaction.html", token=token, ticket=asked.ticket, said=said, form=form, kept=kept
    )
    response = make_response(shown, status)
    # The address is a key: it goes to no other site.
    response.headers["Referrer-Policy"] = "same-origin"
    return response

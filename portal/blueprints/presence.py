"""Who else of support is writing on a ticket: asked for again and again by its page."""

from flask import Blueprint, Response, make_response, render_template, request

from portal.blueprints.ticket_pages import ticket_here
from portal.tickets.forms import SeenForm
from portal.tickets.presence import newest_author, note_presence, writing_on
from portal.tickets.sides import require_support
from portal.web.access import requires
from portal.web.signed_in import current_actor, polled

blueprint = Blueprint("presence", __name__)


@blueprint.get("/tickets/<int:ticket_id>/presence")
@requires("ticket:work")
@polled
def show(ticket_id: int) -> str:
    """Who writes now, and whether somebody wrote since `seen`, the newest message on the page."""
    actor, ticket = current_actor(), ticket_here(ticket_id)
    require_support(actor, ticket.scope)
    form = SeenForm(request.args)
    return render_template(
        "tickets/_presence.html", ticket=ticket, form=form, writing=writing_on(actor, ticket),
        newer=newest_author(actor, ticket, form.seen_id), alone_here=True,
    )  # fmt: skip


@blueprint.post("/tickets/<int:ticket_id>/presence")
@requires("ticket:work")
def update(ticket_id: int) -> Response:
    """Say that one is writing: it counts for a minute."""
    note_presence(current_actor(), ticket_id)
    return make_response("", 204)

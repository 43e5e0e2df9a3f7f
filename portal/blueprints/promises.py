"""How every deadline of a ticket was counted, step by step (HOW-2, HOW-4)."""

from flask import Blueprint, render_template

from portal.clock import now
from portal.editions.queries import editions
from portal.policy.edition import edition_in_force
from portal.tickets.goals_of import goals_of
from portal.tickets.queries import ticket_for
from portal.tickets.reply_figures import reply_figures
from portal.tickets.sides import is_support
from portal.web.access import requires
from portal.web.signed_in import current_actor

blueprint = Blueprint("promises", __name__)


@blueprint.get("/tickets/<int:ticket_id>/promise")
@requires("ticket:read")
def show(ticket_id: int) -> str:
    """Each reply promised and the solution aimed at: from when it counts, what stopped it, what became of it."""
    actor, known, at = current_actor(), editions(), now()
    ticket = ticket_for(actor, ticket_id)
    return render_template(
        "tickets/promise.html",
        ticket=ticket,
        goals=goals_of(ticket, known),
        figures=reply_figures(edition_in_force(known, at)),
        is_support=is_support(actor, ticket.scope),
        at=at,
    )

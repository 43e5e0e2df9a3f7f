"""Pages of the queue."""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from portal.clock import now
from portal.editions.queries import edition_in_force
from portal.tickets.promises import due
from portal.tickets.queries import QUEUE_VIEWS, QueueCounts, queue_counts, queue_page
from portal.web.access import requires
from portal.web.paging import addressed
from portal.web.signed_in import current_actor

blueprint = Blueprint("queue", __name__)

LABELS = {
    "unclaimed": "Unclaimed", "mine": "Mine", "open": "All open", "waiting": "Waiting", "closed": "Closed",
}  # fmt: skip


@blueprint.get("/staff/tickets")
@requires("ticket:work")
def index() -> str:
    """The tickets that wait for support, by deadline; beside them those that wait for customers, and closed ones."""
    actor, hours, at = current_actor(), edition_in_force().hours, now()
    view = request.args.get("view", "unclaimed")
    view = view if view in QUEUE_VIEWS else "unclaimed"
    counts = queue_counts(actor)
    page = addressed(queue_page(actor, view, request.args.get("cursor")))
    rows = [(ticket, ticket.reply_due_at and due(ticket.reply_due_at, at, hours)) for ticket in page.items]
    return render_template(
        "queue/index.html", view=view, views=_tabs(view, counts), counts=counts, page=page, rows=rows
    )


def _tabs(current: str, counts: QueueCounts) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "href": url_for("queue.index", view=view),
            "current": view == current,
            "count": getattr(counts, view, None),
        }
        for view, label in LABELS.items()
    ]

"""What the board of the queue shows, and the mark by which a browser knows that it has changed."""

import hashlib
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from portal.accounts.actor import Actor
from portal.policy.parameters import HoursRules
from portal.tickets.goals_of import told_of
from portal.tickets.models import Ticket
from portal.tickets.promises import Due, due
from portal.tickets.queue import QueueCounts, queue_counts, queue_page
from portal.tickets.queue_filter import QueueFilter
from portal.web.paging import AddressedPage

LABELS = {
    "mine": "Mine", "offered": "Offered to me", "unclaimed": "Unclaimed", "soon": "Due soon", "late": "Late",
    "waiting": "Waiting", "open": "All open", "closed": "Closed",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A ticket on the board; `version` differs when anything of it that is shown does.

    `told` is `warned` or `escalated` once the team or managers have had mail of a goal that still runs.
    """

    ticket: Ticket
    due: Due | None
    told: str
    version: str


def board(
    actor: Actor, wanted: QueueFilter, cursor: str | None, at: datetime, hours: HoursRules
) -> dict[str, Any]:
    """The tabs with their counts, the rows of a page of the board, and the addresses around it."""
    page = queue_page(actor, wanted, at, hours, cursor)
    told = told_of(ticket.id for ticket in page.items)
    return {
        "wanted": wanted,
        "tabs": _tabs(wanted.view, queue_counts(actor, at, hours)),
        "rows": [_row(each, told.get(each.id, ""), at, hours) for each in page.items],
        "page": AddressedPage(page.items, _address(wanted, page.previous), _address(wanted, page.next)),
        "board_url": url_for("queue.show_board", **wanted.as_values(), cursor=cursor),
    }


def version_of(shown: dict[str, Any]) -> str:
    """A mark of everything that a board shows, for the browser to ask with the next time."""
    counts = [(tab["key"], tab["count"]) for tab in shown["tabs"]]
    rows = [(row.ticket.id, row.version) for row in shown["rows"]]
    return _digest([counts, rows, shown["page"].previous_url, shown["page"].next_url])


def _row(ticket: Ticket, told: str, at: datetime, hours: HoursRules) -> Row:
    how_near = due(ticket.reply_due_at, at, hours) if ticket.reply_due_at else None
    names = [who.name for who in (ticket.opened_by, ticket.assignee, ticket.handed_to) if who]
    facts = [
        ticket.subject, ticket.state, ticket.priority, ticket.tags, ticket.assignee_id, names, ticket.event.name,
        ticket.reply_due_at, ticket.last_activity_at, astuple(how_near) if how_near else None, told,
    ]  # fmt: skip
    return Row(ticket, how_near, told, _digest(facts))


def _address(wanted: QueueFilter, cursor: str | None) -> str | None:
    return url_for("queue.index", **wanted.as_values(), cursor=cursor) if cursor else None


def _digest(facts: list[Any]) -> str:
    return hashlib.blake2s(repr(facts).encode(), digest_size=8).hexdigest()


def _tabs(current: str, counts: QueueCounts) -> list[dict[str, Any]]:
    return [
        {
            "key": view, "label": label, "href": url_for("queue.index", view=view), "current": view == current,
            "count": getattr(counts, view, None),
        }
        for view, label in LABELS.items()
    ]  # fmt: skip

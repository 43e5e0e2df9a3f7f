"""Reading the queue: every reading starts from what the actor may see."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.db import db
from portal.paging import Page, page_of
from portal.policy.parameters import HoursRules
from portal.tickets.models import Ticket
from portal.tickets.models_distribution import SavedFilter
from portal.tickets.queries import WITH_PARTIES, visible_tickets
from portal.tickets.queue_filter import QueueFilter, in_view

COUNTED = ("mine", "offered", "unclaimed", "soon", "late", "open")


@dataclass(frozen=True)
class QueueCounts:
    """How many open tickets there are in each view of them."""

    mine: int = 0
    offered: int = 0
    unclaimed: int = 0
    soon: int = 0
    late: int = 0
    open: int = 0


def queue_page(
    actor: Actor, wanted: QueueFilter, at: datetime, hours: HoursRules, cursor: str | None = None
) -> Page[Ticket]:
    """The tickets that meet a filter: open ones by deadline, the others by latest activity."""
    tickets = visible_tickets(actor).options(*WITH_PARTIES).where(*wanted.conditions(actor, at, hours))
    if wanted.view in ("waiting", "closed"):
        return page_of(tickets, [Ticket.last_activity_at, Ticket.id], cursor, descending=True)
    return page_of(tickets, [Ticket.reply_due_at, Ticket.id], cursor)


def queue_counts(actor: Actor, at: datetime, hours: HoursRules) -> QueueCounts:
    """The figures of the queue, in one query over what is open; zeros for who may not read tickets."""
    counts = [func.count().filter(in_view(view, actor, at, hours)) for view in COUNTED]
    counted = visible_tickets(actor).where(Ticket.state == "open").with_only_columns(*counts)
    return QueueCounts(**dict(zip(COUNTED, db.session.execute(counted).one(), strict=True)))


def saved_filters(actor: Actor) -> list[SavedFilter]:
    """The views that an actor has saved and those that managers share, by name."""
    seen = select(SavedFilter).where(or_(SavedFilter.person_id == actor.person_id, SavedFilter.shared))
    named = seen.options(joinedload(SavedFilter.person)).order_by(SavedFilter.name, SavedFilter.id)
    return list(db.session.scalars(named))


def filter_scope(actor: Actor, filter_id: int) -> Scope | None:
    """A saved view belongs to whoever saved it; nobody else changes it."""
    own = select(SavedFilter.id).where(SavedFilter.id == filter_id, SavedFilter.person_id == actor.person_id)
    return NOWHERE if db.session.scalar(own) else None

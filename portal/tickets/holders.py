"""Who has a ticket, and how it changes hands. These take part in the caller's transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update

from portal.accounts.actor import Actor
from portal.accounts.models import Grant, Person
from portal.accounts.permissions import PERMISSIONS
from portal.audit.record import record
from portal.clock import now
from portal.db import db
from portal.tickets.models import Ticket


def at_work() -> dict[int, Person]:
    """Everyone who works on tickets now, by key: agents and managers."""
    working = Grant.role.in_(PERMISSIONS["ticket:work"]) & Grant.ended_at.is_(None)
    found = select(Person).where(Person.id.in_(select(Grant.person_id).where(working)))
    return {person.id: person for person in db.session.scalars(found.where(Person.disabled_at.is_(None)))}


def held_by(person_id: int, because: str) -> dict[str, Any]:
    """What a ticket says of its holder from now on."""
    return {"assignee_id": person_id, "assigned_because": because, "assigned_at": now()}


def held_by_nobody() -> dict[str, Any]:
    """What a ticket says that nobody has."""
    return {"assignee_id": None, "assigned_because": "", "assigned_at": None}


def as_seen(holder_id: int | None, awaiting_since: datetime | None) -> tuple[ColumnElement[bool], ...]:
    """What makes one of several writes win: the ticket is still with whom it was, for the same question."""
    return (
        Ticket.state != "closed",
        Ticket.assignee_id.is_not_distinct_from(holder_id),
        Ticket.awaiting_since.is_not_distinct_from(awaiting_since),
    )


def pass_on(actor: Actor, ticket: Ticket, action: str, because: str, **values: Any) -> bool:
    """Change who has a ticket, if it still stands as `ticket` says, with its audit row; whether it did."""
    before = {"assignee": ticket.assignee_id}
    unchanged = as_seen(ticket.assignee_id, ticket.awaiting_since)
    taken = update(Ticket).where(Ticket.id == ticket.id, *unchanged).values(**values).returning(Ticket.id)
    if db.session.scalar(taken.execution_options(synchronize_session=False)) is None:
        return False
    db.session.refresh(ticket)
    after = {"assignee": ticket.assignee_id, "because": because}
    record(actor, action, ticket, before=before, after=after, scope=ticket.scope)
    return True

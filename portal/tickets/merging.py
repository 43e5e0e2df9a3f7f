"""Two tickets about the same are made one, and apart again, with nothing lost either way.

Messages stay where they were written; the ticket that is left shows those of the merged ones as its own.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import update

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid, Link
from portal.tickets.drafts import move_drafts
from portal.tickets.goals import follow
from portal.tickets.goals_kept import clocks_of, put_back
from portal.tickets.letters_work import tell_of_merge
from portal.tickets.models import Ticket
from portal.tickets.models_work import TicketMerge
from portal.tickets.queries import locked_ticket, ticket_for, visible_tickets
from portal.tickets.sides import require_support

PROMISE = ("state", "awaiting_since", "reply_due_at", "closed_at", "policy_edition")
KEPT = (*PROMISE, "last_activity_at")
MOMENTS = {"awaiting_since", "reply_due_at", "closed_at", "last_activity_at"}


@use_case
def merge_tickets(actor: Actor, ticket_id: int, target_id: int) -> Ticket:
    """Make a ticket part of another of the same event; the target is left, and gives its address to both.

    The target shows both conversations, waits for whichever reply was promised sooner (HOW-2), and keeps
    whoever took part in either. Both askers are told. Raises Invalid (target), Conflict when either was
    merged already, NotFound, Forbidden.
    """
    if ticket_id == target_id:
        raise Invalid(target="A ticket cannot be merged into itself.")
    ticket, target = _both(actor, ticket_id, target_id)
    if ticket.event_id != target.event_id:
        raise Invalid(target="Only tickets of the same event can be merged: each customer sees their own.")
    for each in (ticket, target):
        if each.merged_into_id is not None:
            raise Conflict(f"Ticket {each.id} was merged already.", links=(_to(each.merged_into_id),))
    before = {"ticket": standing_of(ticket), "target": standing_of(target)}
    _join(ticket, target)
    move_drafts(ticket.id, target.id)
    db.session.flush()
    after = {"target": {name: _plain(getattr(target, name)) for name in KEPT}}
    merge = TicketMerge(
        ticket_id=ticket.id, target_id=target.id, merged_by_id=actor.id, before=before, after=after
    )
    db.session.add(merge)
    db.session.flush()
    follow(ticket)
    follow(target)
    told = {"state": before["ticket"]["state"], "merged_into": None}
    after_it = {"state": "closed", "merged_into": target.id}
    record(actor, "ticket.merged", ticket, before=told, after=after_it, scope=ticket.scope)
    record(actor, "ticket.merged_in", target, after={"ticket": ticket.id}, scope=target.scope)
    tell_of_merge(ticket, target, merge.id)
    return target


@use_case
def unmerge_ticket(actor: Actor, ticket_id: int) -> Ticket:
    """Take a merged ticket out again: it is what it was, and so is the other unless it went on meanwhile.

    What was written since the merge stays where it was written. Raises Conflict when the ticket is not
    merged any more, NotFound, Forbidden.
    """
    seen = ticket_for(actor, ticket_id)
    if seen.merged_into_id is None:
        raise Conflict(f"Ticket {ticket_id} is not merged into another.", links=(_to(ticket_id),))
    ticket, target = _both(actor, ticket_id, seen.merged_into_id)
    undone = update(TicketMerge).where(TicketMerge.ticket_id == ticket_id, TicketMerge.undone_at.is_(None))
    key = db.session.scalar(undone.values(undone_at=now(), undone_by_id=actor.id).returning(TicketMerge.id))
    if key is None:
        raise Conflict(f"Ticket {ticket_id} is not merged into another.", links=(_to(ticket_id),))
    merge = db.session.get_one(TicketMerge, key)
    ticket.merged_into_id = None
    _restore(ticket, merge.before["ticket"], KEPT)
    untouched = all(_plain(getattr(target, name)) == merge.after["target"][name] for name in PROMISE)
    if untouched:
        _restore_target(target, merge)
    db.session.flush()
    put_back(ticket.id, merge.before["ticket"]["clocks"])
    if untouched:
        put_back(target.id, merge.before["target"]["clocks"])
    record(
        actor, "ticket.unmerged", ticket, before={"merged_into": target.id}, scope=ticket.scope,
        after={"state": ticket.state},
    )  # fmt: skip
    return ticket


def merged_into(actor: Actor, ticket: Ticket) -> list[Ticket]:
    """The tickets that were merged into a visible one, each of them to be taken out again."""
    require_support(actor, ticket.scope)
    merged = visible_tickets(actor).where(Ticket.merged_into_id == ticket.id)
    return list(db.session.scalars(merged.order_by(Ticket.id)))


def mergeable(actor: Actor, ticket: Ticket, limit: int = 20) -> list[Ticket]:
    """The latest other tickets of the same event that one could be merged with."""
    require_support(actor, ticket.scope)
    others = visible_tickets(actor).where(Ticket.event_id == ticket.event_id, Ticket.id != ticket.id)
    latest = others.where(Ticket.merged_into_id.is_(None)).order_by(
        Ticket.last_activity_at.desc(), Ticket.id.desc()
    )
    return list(db.session.scalars(latest.limit(limit)))


def _both(actor: Actor, ticket_id: int, target_id: int) -> tuple[Ticket, Ticket]:
    # Always in the same order, so that two merges that cross do not wait for each other.
    held = {key: locked_ticket(actor, key) for key in sorted((ticket_id, target_id))}
    for each in held.values():
        require_support(actor, each.scope)
    return held[ticket_id], held[target_id]


def _join(ticket: Ticket, target: Ticket) -> None:
    sooner = ticket.reply_due_at is not None and (
        target.reply_due_at is None or ticket.reply_due_at < target.reply_due_at
    )
    if sooner:
        target.state, target.closed_at = "open", None
        target.awaiting_since, target.reply_due_at = ticket.awaiting_since, ticket.reply_due_at
        target.policy_edition = ticket.policy_edition
    target.last_activity_at = max(target.last_activity_at, ticket.last_activity_at)
    ticket.state, ticket.closed_at = "closed", now()
    ticket.reply_due_at = ticket.awaiting_since = None
    ticket.merged_into_id = target.id


def _restore_target(target: Ticket, merge: TicketMerge) -> None:
    newest = _plain(target.last_activity_at) == merge.after["target"]["last_activity_at"]
    _restore(target, merge.before["target"], KEPT if newest else PROMISE)


def standing_of(ticket: Ticket) -> dict[str, Any]:
    """What a merge can change of a ticket, its clocks among it, as JSON holds it."""
    return {name: _plain(getattr(ticket, name)) for name in KEPT} | {"clocks": clocks_of(ticket.id)}


def _restore(ticket: Ticket, kept: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        value = kept[name]
        setattr(ticket, name, datetime.fromisoformat(value) if name in MOMENTS and value else value)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _to(ticket_id: int) -> Link:
    return Link(f"See ticket {ticket_id}", "tickets.show", {"ticket_id": ticket_id})

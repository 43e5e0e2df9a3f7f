"""Changing several tickets of the queue at once: what can be done is done, and each that was not is told.

One transaction for all of them, locked in the order of their keys, so that two such changes take turns.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.db import db, use_case
from portal.errors import Invalid
from portal.tickets import letters_to_team
from portal.tickets.assignment import able
from portal.tickets.closing import close
from portal.tickets.holders import held_by, pass_on
from portal.tickets.marks import PRIORITIES, TAG_LONGEST, TAGS_MOST, normal_tag
from portal.tickets.models import Message, Ticket
from portal.tickets.queries import WITH_PARTIES, visible_tickets
from portal.tickets.sides import is_support

AT_ONCE = 100

Change = Callable[[Ticket], str | None]


@dataclass(frozen=True)
class Outcome:
    """What became of one ticket: `problem` says why it stays as it was, None when it was changed."""

    ticket_id: int
    problem: str | None = None


@use_case
def assign_tickets(actor: Actor, ticket_ids: Collection[int], to_id: int) -> list[Outcome]:
    """Give tickets to a colleague: those that nobody has, one's own, and for managers everybody's.

    Raises Invalid (`to`) for who has left or is away, Forbidden.
    """
    actor.require("ticket:work")
    to = able(to_id)
    because = f"{actor.name} assigned it with others."

    def change(ticket: Ticket) -> str | None:
        holder = ticket.assignee
        if ticket.state == "closed" or ticket.assignee_id == to.id:
            return "is closed" if ticket.state == "closed" else f"is with {to.name} already"
        if holder is not None and holder.id != actor.id and not actor.may("duty:manage"):
            return f"is with {holder.name}: take it over on its own page"
        if not pass_on(actor, ticket, "ticket.assigned", because, **held_by(to.id, because)):
            return "changed meanwhile"
        if to.id != actor.person_id:
            letters_to_team.tell_of_assignment(ticket, to, because)
        if holder is not None and holder.id != actor.person_id:
            letters_to_team.tell_of_handing_on(ticket, holder, because)
        return None

    return _each(actor, ticket_ids, change)


@use_case
def tag_tickets(actor: Actor, ticket_ids: Collection[int], text: str, *, on: bool = True) -> list[Outcome]:
    """Put a tag on tickets, or take it off. Raises Invalid (`tag`) for what is no tag, Forbidden."""
    tag = normal_tag(text)
    if not 0 < len(tag) <= TAG_LONGEST:
        raise Invalid(tag=f"Write a tag of letters and digits, at most {TAG_LONGEST} characters.")

    def change(ticket: Ticket) -> str | None:
        if (tag in ticket.tags) == on:
            return "has it already" if on else "has it not"
        if on and len(ticket.tags) >= TAGS_MOST:
            return f"has {TAGS_MOST} tags already"
        before = list(ticket.tags)
        ticket.tags = [*before, tag] if on else [other for other in before if other != tag]
        _record(actor, ticket, "tags", before, list(ticket.tags))
        return None

    return _each(actor, ticket_ids, change)


@use_case
def prioritise_tickets(actor: Actor, ticket_ids: Collection[int], priority: str) -> list[Outcome]:
    """Set the priority of tickets. Raises Invalid (`priority`) for what is none, Forbidden."""
    if priority not in PRIORITIES:
        raise Invalid(priority="Choose a priority.")

    def change(ticket: Ticket) -> str | None:
        if ticket.priority == priority:
            return "has it already"
        before, ticket.priority = ticket.priority, priority
        _record(actor, ticket, "priority", before, priority)
        return None

    return _each(actor, ticket_ids, change)


@use_case
def close_tickets(actor: Actor, seen: Mapping[int, int]) -> list[Outcome]:
    """Close tickets, each in view of its newest message; one that got a newer one stays as it was."""
    newest = newest_messages(seen)

    def change(ticket: Ticket) -> str | None:
        if ticket.state == "closed":
            return "is closed already"
        if newest.get(ticket.id, 0) > seen[ticket.id]:
            return "got a message meanwhile"
        close(actor, ticket, newest.get(ticket.id, 0))
        return None

    return _each(actor, seen, change)


def newest_messages(ticket_ids: Collection[int]) -> dict[int, int]:
    """The key of the newest message of each ticket, by the ticket's key."""
    newest = select(Message.ticket_id, func.max(Message.id)).where(Message.ticket_id.in_(ticket_ids))
    return {ticket: message for ticket, message in db.session.execute(newest.group_by(Message.ticket_id))}  # noqa: C416 - rows are not pairs to mypy


def chosen_tickets(actor: Actor, ticket_ids: Collection[int]) -> list[Ticket]:
    """Those of these tickets that the actor may see, by key."""
    visible = visible_tickets(actor).where(Ticket.id.in_(list(ticket_ids)[:AT_ONCE]))
    return list(db.session.scalars(visible.options(*WITH_PARTIES).order_by(Ticket.id)))


def _each(actor: Actor, ticket_ids: Collection[int], change: Change) -> list[Outcome]:
    actor.require("ticket:work")
    if not ticket_ids:
        raise Invalid(tickets="Choose at least one ticket.")
    held = visible_tickets(actor).where(Ticket.id.in_(list(ticket_ids)[:AT_ONCE])).order_by(Ticket.id)
    locked = held.with_for_update(key_share=True, of=Ticket).execution_options(populate_existing=True)
    found = {ticket.id: ticket for ticket in db.session.scalars(locked)}
    return [_outcome(actor, key, found.get(key), change) for key in sorted(ticket_ids)]


def _outcome(actor: Actor, key: int, ticket: Ticket | None, change: Change) -> Outcome:
    if ticket is None:
        return Outcome(key, "is not there")
    return Outcome(
        key, change(ticket) if is_support(actor, ticket.scope) else "is of an event whose contact you are"
    )


def _record(actor: Actor, ticket: Ticket, name: str, before: object, after: object) -> None:
    record(actor, "ticket.marked", ticket, before={name: before}, after={name: after}, scope=ticket.scope)

"""Tickets that nobody claims, and those whose assignee cannot or does not answer, go to whoever can (HOW-1).

A sweep every minute looks at what waits, rather than a job laid down for each ticket at its time: it also
sees promises that moved, tickets that were there before, people who left or are away, and a clock that was
set. Each ticket is passed on by a compare-and-set on who has it, in the transaction that writes the mail:
two workers pass it on once.
"""

from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import or_, select, update

from portal.accounts.actor import Actor
from portal.clock import now
from portal.db import db, in_transaction, use_case
from portal.duty.queries import away_at
from portal.editions.queries import edition_in_force
from portal.policy.distribution import Choice, Colleague, least_loaded, share_passed
from portal.policy.hours import is_business_time
from portal.policy.parameters import HoursRules
from portal.tickets import letters_to_team as letters
from portal.tickets.holders import at_work, held_by, pass_on
from portal.tickets.models import Message, Ticket
from portal.tickets.offers import put_back_by, window_holder
from portal.tickets.queries import ticket_for
from portal.tickets.team import Team, team_for

UNCLAIMED_PERCENT = 50
NEVER_PERCENT = 100
MOMENTS = ("awaiting_since", "reply_due_at", "assigned_at", "handed_on_at")


@dataclass(frozen=True)
class Need:
    """Why a ticket has to go to somebody else, in one sentence; `idle` when its assignee could still answer."""

    sentence: str
    idle: bool = False


def share_out(actor: Actor) -> int:
    """Pass on every ticket that needs it; how many changed hands. For the portal itself."""
    waiting = in_transaction(_waiting)
    return sum(pass_on_if_needed(actor, ticket_id) for ticket_id in waiting)


@use_case
def pass_on_if_needed(actor: Actor, ticket_id: int) -> bool:
    """Give a ticket to the least loaded on duty, if it needs somebody; whether it changed hands.

    When nobody can take it, managers are told once for each time the customer waits. Raises Forbidden
    for a person without `duty:manage`.
    """
    actor.require("duty:manage")
    ticket = ticket_for(actor, ticket_id)
    hours, team = edition_in_force().hours, team_for(ticket.topic, now())
    need = _need(ticket, hours)
    choice = need and _by_window(ticket)
    if need is None or not (choice or team.someone_is_on_duty or is_business_time(now(), hours)):
        return False
    choice = choice or _choice(ticket, team)
    if choice is None:
        _tell_managers(ticket, need)
        return False
    return _pass_on(actor, ticket, need, choice)


def _waiting() -> list[int]:
    """The open tickets that may need somebody, the first due first."""
    hours, team = edition_in_force().hours, at_work()
    columns = (Ticket.id, Ticket.assignee_id, *(getattr(Ticket, moment) for moment in MOMENTS))
    tickets = db.session.execute(
        select(*columns).where(Ticket.state == "open").order_by(Ticket.reply_due_at)
    ).all()
    holders = {row.assignee_id for row in tickets if row.assignee_id}
    gone = holders - (team.keys() - away_at(now(), holders).keys())
    return [row.id for row in tickets if row.assignee_id in gone or _is_its_turn(row, hours)]


def _is_its_turn(ticket: Any, hours: HoursRules) -> bool:
    """Whether so much of the response time has passed that an open ticket may need somebody."""
    since, due = ticket.awaiting_since, ticket.reply_due_at
    if ticket.assignee_id is None:
        return now() >= share_passed(since, due, UNCLAIMED_PERCENT, hours)
    percent = current_app.extensions["settings"].idle_hand_on_percent
    was_idle = ticket.handed_on_at is not None and ticket.handed_on_at >= since
    since = max(since, ticket.assigned_at or since)
    if percent == NEVER_PERCENT or was_idle or since >= due:
        return False
    return now() >= share_passed(since, due, percent, hours)


def _need(ticket: Ticket, hours: HoursRules) -> Need | None:
    if ticket.state != "open":
        return None
    holder = ticket.assignee
    if holder is not None and holder.id not in at_work():
        return Need(f"{holder.name} no longer works on tickets.")
    if holder is not None and holder.id in away_at(now(), [holder.id]):
        return Need(f"{holder.name} is away.")
    if not _is_its_turn(ticket, hours):
        return None
    if holder is None:
        return Need("Nobody claimed it in half of its response time.")
    return None if _has_written(ticket) else Need(f"{holder.name} has not written on it.", idle=True)


def _has_written(ticket: Ticket) -> bool:
    since = max(each for each in (ticket.awaiting_since, ticket.assigned_at) if each)
    own = select(Message.id).where(Message.ticket_id == ticket.id, Message.author_id == ticket.assignee_id)
    return db.session.scalar(own.where(Message.sent_at >= since).limit(1)) is not None


def _by_window(ticket: Ticket) -> Choice | None:
    """Whoever holds a window after hours for the event, if they do not have the ticket already (AFT-1)."""
    holder = window_holder(ticket)
    if holder is None or holder.id == ticket.assignee_id or holder.id in away_at(now(), [holder.id]):
        return None
    one = Colleague(holder.id, holder.name, on_duty=True, has_skill=True)
    return Choice(one, f"{holder.name} holds the event's window after hours.")


def _choice(ticket: Ticket, team: Team) -> Choice | None:
    returned = put_back_by(ticket.id)
    holder = set() if ticket.assignee_id is None else {ticket.assignee_id}
    return least_loaded(team.without(returned | holder)) or least_loaded(team.without(holder))


def _pass_on(actor: Actor, ticket: Ticket, need: Need, choice: Choice) -> bool:
    holder, to = ticket.assignee, choice.colleague
    because = f"{need.sentence} {choice.reason}"
    idle = {"handed_on_at": now()} if need.idle else {}
    action = "ticket.handed_on" if holder else "ticket.assigned"
    if not pass_on(actor, ticket, action, because, **held_by(to.id, because), **idle):
        return False
    assert ticket.assignee is not None
    letters.tell_of_assignment(ticket, ticket.assignee, because)
    if holder is not None:
        letters.tell_of_handing_on(ticket, holder, because)
    return True


def _tell_managers(ticket: Ticket, need: Need) -> None:
    untold = or_(Ticket.managers_told_at.is_(None), Ticket.managers_told_at < Ticket.awaiting_since)
    mine = update(Ticket).where(Ticket.id == ticket.id, Ticket.state == "open", untold)
    if db.session.scalar(mine.values(managers_told_at=now()).returning(Ticket.id)) is not None:
        letters.tell_managers_of_nobody(ticket, need.sentence)

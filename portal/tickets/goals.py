"""The goals of a ticket follow its state (HOW-2). Takes part in the caller's transaction.

`follow` looks at the ticket as it stands rather than at what was done to it: every door that changes a
ticket asks the same one function, and the sweep of deadlines asks it again for whatever was forgotten.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update

from portal.after_hours.models import Window
from portal.after_hours.queries import window_at
from portal.db import db
from portal.editions.queries import edition_in_force, edition_numbered
from portal.policy.edition import Edition
from portal.policy.goals import (
    GoalClock,
    GoalKind,
    is_late,
    minutes_taken,
    paused,
    resolution_due,
    resumed,
    started,
)
from portal.policy.window_promise import window_clock, window_minutes
from portal.tickets.models import Ticket
from portal.tickets.models_goals import TicketGoal, TicketGoalPause

STILL = {"synchronize_session": False}


def follow(ticket: Ticket) -> None:
    """Start, stop, meet or drop the goals of a ticket so that they fit its state; twice is the same as once.

    Open: a reply goal as promised runs, and the resolution's clock. Waiting: the reply goal is met, the
    resolution's clock stands. Closed: a reply that nobody gave is dropped and the resolution met; of a
    ticket that was merged into another all is dropped, since the other goes on counting.
    """
    db.session.flush()
    goals = running_goals(ticket.id)
    reply = next((goal for goal in goals if goal.kind != GoalKind.RESOLUTION), None)
    resolution = next((goal for goal in goals if goal.kind == GoalKind.RESOLUTION), None)
    if ticket.state == "open":
        _awaits_support(ticket, reply, resolution)
    elif ticket.state == "waiting":
        _meet(reply, ticket.last_activity_at)
        _stop(resolution, ticket.last_activity_at)
    else:
        _close(ticket, reply, resolution)
    db.session.flush()


def running_goals(ticket_id: int) -> list[TicketGoal]:
    """The goals of a ticket that have not ended, as they are now."""
    held = select(TicketGoal).where(TicketGoal.ticket_id == ticket_id, *not_ended()).order_by(TicketGoal.id)
    return list(db.session.scalars(held.execution_options(populate_existing=True)))


def not_ended() -> tuple[ColumnElement[bool], ...]:
    """What is true of a goal until it is met or dropped."""
    return TicketGoal.met_at.is_(None), TicketGoal.dropped_at.is_(None)


def clock_of(goal: TicketGoal) -> GoalClock:
    """A goal's clock, for the policy to count with."""
    return GoalClock(goal.allowed_minutes, goal.left_minutes, goal.runs_since, goal.due_at, goal.warn_at)


def edition_of(goal: TicketGoal) -> Edition:
    """The edition that a goal is counted by; the one in force where that has gone."""
    return edition_numbered(goal.policy_edition) or edition_in_force()


def _awaits_support(ticket: Ticket, reply: TicketGoal | None, resolution: TicketGoal | None) -> None:
    since, due_at = ticket.awaiting_since, ticket.reply_due_at
    edition = edition_numbered(ticket.policy_edition)
    if since is None or due_at is None or edition is None:
        return
    if reply is None:
        kind = GoalKind.NEXT_REPLY if ticket.first_reply_at else GoalKind.FIRST_REPLY
        reply = TicketGoal(ticket_id=ticket.id, kind=kind, policy_edition=edition.number)
        _promise(ticket, reply, since, due_at, edition)
        db.session.add(reply)
    elif (reply.started_at, reply.due_at) != (since, due_at):
        _promise(ticket, reply, since, due_at, edition)
    if resolution is None:
        clock = started(since, resolution_due(since, edition), edition)
        _begin(ticket, GoalKind.RESOLUTION, since, clock, edition)
    elif resolution.runs_since is None:
        _run_again(resolution, since)


def promised_within(event_id: int, since: datetime, due_at: datetime) -> Window | None:
    """The window after hours under whose promise a reply is due then to what was sent at an instant (AFT-1)."""
    window = window_at(event_id, since)
    return window if window and since + timedelta(minutes=window.reply_minutes) == due_at else None


def _promise(ticket: Ticket, goal: TicketGoal, since: datetime, due_at: datetime, edition: Edition) -> None:
    window = promised_within(ticket.event_id, since, due_at)
    goal.started_at, goal.window_id = since, window.id if window else None
    _set(goal, window_clock(since, due_at, edition) if window else started(since, due_at, edition))


def _begin(ticket: Ticket, kind: GoalKind, at: datetime, clock: GoalClock, edition: Edition) -> None:
    goal = TicketGoal(ticket_id=ticket.id, kind=kind, started_at=at, policy_edition=edition.number)
    _set(goal, clock)
    db.session.add(goal)


def _set(goal: TicketGoal, clock: GoalClock) -> None:
    goal.allowed_minutes, goal.left_minutes = clock.allowed_minutes, clock.left_minutes
    goal.runs_since, goal.due_at, goal.warn_at = clock.runs_since, clock.due_at, clock.warn_at


def _stop(goal: TicketGoal | None, at: datetime) -> None:
    if goal is None or goal.runs_since is None:
        return
    _set(goal, paused(clock_of(goal), at, edition_of(goal).hours))
    goal.paused_at = at
    db.session.add(TicketGoalPause(goal_id=goal.id, paused_at=at, left_minutes=goal.left_minutes))


def _run_again(goal: TicketGoal, at: datetime) -> None:
    at = max(at, goal.paused_at or at)
    _set(goal, resumed(clock_of(goal), at, edition_of(goal)))
    goal.paused_at = None
    stands = (TicketGoalPause.goal_id == goal.id, TicketGoalPause.resumed_at.is_(None))
    db.session.execute(update(TicketGoalPause).where(*stands).values(resumed_at=at), execution_options=STILL)


def _meet(goal: TicketGoal | None, at: datetime) -> None:
    if goal is None:
        return
    clock, hours = clock_of(goal), edition_of(goal).hours
    goal.met_at, goal.in_time = at, not is_late(clock, at)
    took = window_minutes(goal.started_at, at) if goal.window_id else minutes_taken(clock, at, hours)
    goal.took_minutes = took


def _close(ticket: Ticket, reply: TicketGoal | None, resolution: TicketGoal | None) -> None:
    at = ticket.closed_at or ticket.last_activity_at
    if reply is not None:
        reply.dropped_at = at
    if resolution is not None and ticket.merged_into_id is not None:
        resolution.dropped_at = at
    else:
        _meet(resolution, at)

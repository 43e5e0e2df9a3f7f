"""The goals of a ticket as its course has set, stopped, met and dropped them, and what its customer said at the end.

The same functions of the policy count here as in the portal; only the writing is by rows.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal.demo.course import Standing
from portal.demo.dice import dice
from portal.demo.frame import Frame, Place, Someone, note
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
from portal.tickets.models import Ticket
from portal.tickets.models_goals import Satisfaction, TicketGoal, TicketGoalPause

ASKED_SINCE_DAYS = 400
ANSWERED_SHARE, HELPED_SHARE, COMMENT_SHARE = 0.55, 0.9, 0.3
HELPED = ("Quick and clear, thank you.", "Solved in one go.", "Exactly what we needed before opening day.")
DID_NOT_HELP = ("It took several rounds until I was understood.", "We found a way around it ourselves.")


@dataclass(slots=True)
class _Running:
    """A goal that is not written yet, with its stops: when, until when, and what was left."""

    kind: GoalKind
    started_at: datetime
    clock: GoalClock
    stops: list[list[Any]] = field(default_factory=list)
    told: dict[str, datetime] = field(default_factory=dict)


def write_goals(frame: Frame, ticket: int, standings: list[Standing]) -> None:
    """Write the goals of a ticket by how it stood after each thing that happened."""
    reply: _Running | None = None
    solution: _Running | None = None
    replied = False
    for standing in standings:
        if standing.state == "open" and standing.awaiting_since and standing.reply_due_at:
            if reply is None:
                kind = GoalKind.NEXT_REPLY if replied else GoalKind.FIRST_REPLY
                reply = _begun(frame, kind, standing.awaiting_since, standing.reply_due_at)
            solution = _runs(frame, solution, standing.awaiting_since)
        elif standing.state == "waiting":
            _end(frame, ticket, reply, standing.at, met=True)
            reply, replied = None, True
            _stands(frame, solution, standing.at)
        elif standing.state == "closed":
            _end(frame, ticket, reply, standing.at, met=False)
            _end(frame, ticket, solution, standing.at, met=True)
            reply = solution = None
    for running in (reply, solution):
        if running:
            _write(frame, ticket, running, frame.now)


def write_satisfaction(frame: Frame, ticket: int, closed_at: datetime, author: Someone, place: Place) -> None:
    """Whoever asked was asked whether it helped, and mostly answered."""
    if (frame.now - closed_at).days > ASKED_SINCE_DAYS:
        return
    chance = dice("satisfaction", author.id, closed_at.isoformat())
    answer = "good" if chance.random() < HELPED_SHARE else "bad"
    answered = chance.random() < ANSWERED_SHARE
    comment = (
        chance.choice(HELPED if answer == "good" else DID_NOT_HELP) if chance.random() < COMMENT_SHARE else ""
    )
    asked = {"ticket_id": ticket, "asked_of_id": author.id, "asked_at": closed_at}
    said = {"answer": answer, "comment": comment, "answered_at": closed_at} if answered else {"comment": ""}
    frame.rows.put(Satisfaction, **asked, **said)
    if answered:
        after = {"answer": answer, "comment": comment}
        note(frame, closed_at, author, "ticket.rated", Ticket, ticket, place, None, after)


def _begun(frame: Frame, kind: GoalKind, at: datetime, due_at: datetime) -> _Running:
    return _Running(kind, at, started(at, due_at, frame.edition))


def _runs(frame: Frame, solution: _Running | None, at: datetime) -> _Running:
    if solution is None:
        return _begun(frame, GoalKind.RESOLUTION, at, resolution_due(at, frame.edition))
    if solution.clock.runs_since is None:
        solution.clock = resumed(solution.clock, at, frame.edition)
        solution.stops[-1][1] = at
    return solution


def _stands(frame: Frame, solution: _Running | None, at: datetime) -> None:
    if solution and solution.clock.runs_since is not None:
        _note_told(solution, at)
        solution.clock = paused(solution.clock, at, frame.edition.hours)
        solution.stops.append([at, None, solution.clock.left_minutes])


def _note_told(running: _Running, until: datetime) -> None:
    """The team was warned and managers were told when their time came while the clock ran."""
    if running.clock.runs_since is not None and running.clock.warn_at <= until:
        running.told.setdefault("warned_at", running.clock.warn_at)
    if running.clock.runs_since is not None and running.clock.due_at < until:
        running.told.setdefault("escalated_at", running.clock.due_at)


def _end(frame: Frame, ticket: int, running: _Running | None, at: datetime, *, met: bool) -> None:
    if running is None:
        return
    taken = minutes_taken(running.clock, at, frame.edition.hours)
    outcome = {"met_at": at, "took_minutes": taken, "in_time": not is_late(running.clock, at)}
    _write(frame, ticket, running, at, **(outcome if met else {"dropped_at": at}))


def _write(frame: Frame, ticket: int, running: _Running, until: datetime, **outcome: Any) -> None:
    _note_told(running, until)
    clock = running.clock
    goal = frame.rows.add(
        TicketGoal, ticket_id=ticket, kind=running.kind.value, started_at=running.started_at,
        allowed_minutes=clock.allowed_minutes, left_minutes=clock.left_minutes, runs_since=clock.runs_since,
        paused_at=running.stops[-1][0] if clock.runs_since is None else None, due_at=clock.due_at,
        warn_at=clock.warn_at, policy_edition=frame.edition_at(running.started_at), **running.told, **outcome,
    )  # fmt: skip
    for paused_at, resumed_at, left in running.stops:
        frame.rows.add(
            TicketGoalPause, goal_id=goal, paused_at=paused_at, resumed_at=resumed_at, left_minutes=left
        )

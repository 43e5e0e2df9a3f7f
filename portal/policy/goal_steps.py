"""How a deadline was counted, day by day and stop by stop, in words (HOW-2, HOW-4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby

from portal.policy.business_time import (
    business_minutes_between,
    closing,
    eastern_day,
    is_business_day,
    opening,
)
from portal.policy.closures import day_closed_for, why_closed
from portal.policy.goals import GoalClock, GoalKind, is_late, minutes_taken
from portal.policy.instants import EASTERN
from portal.policy.parameters import HoursRules
from portal.policy.wording import clock, counted, listed, long_day, open_time


class GoalStepKind(StrEnum):
    """HOW-2: what a step tells of: where the count begins, a day, a stop, where it ends, what became of it."""

    STARTED = "started"
    CLOSED = "closed"
    COUNTED = "counted"
    PAUSED = "paused"
    RESUMED = "resumed"
    DUE = "due"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class GoalStep:
    """HOW-2: one line of the count; `at` is the instant in UTC that it names in Eastern, if it names one."""

    kind: GoalStepKind
    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """HOW-2: while the clock stood: from when, until when (None: still), and the business minutes left then."""

    paused_at: datetime
    resumed_at: datetime | None
    left_minutes: int


@dataclass(frozen=True, slots=True)
class Ending:
    """HOW-2: when a goal ended, and whether it was met or dropped."""

    at: datetime
    met: bool


_BEGUN = {
    GoalKind.FIRST_REPLY: "Received on",
    GoalKind.NEXT_REPLY: "The customer wrote again on",
    GoalKind.RESOLUTION: "Counted from",
}
_MET = {
    GoalKind.FIRST_REPLY: "Support answered on",
    GoalKind.NEXT_REPLY: "Support answered on",
    GoalKind.RESOLUTION: "Solved and closed on",
}
_DUE = {
    GoalKind.FIRST_REPLY: "A reply is due by",
    GoalKind.NEXT_REPLY: "A reply is due by",
    GoalKind.RESOLUTION: "We aim to have it solved by",
}


def goal_steps(
    kind: GoalKind,
    started_at: datetime,
    now: GoalClock,
    stops: Sequence[Stop],
    ending: Ending | None,
    hours: HoursRules,
) -> tuple[GoalStep, ...]:
    """HOW-2: every step of a goal's count, from where it began over each stop to what became of it."""
    steps = [_began(kind, started_at, now, hours)]
    since, left = started_at, now.allowed_minutes
    for stop in stops:
        steps += [*_days(since, stop.paused_at, left, hours), _paused(stop)]
        since, left = stop.resumed_at or since, stop.left_minutes
        if stop.resumed_at:
            steps.append(_resumed(stop.resumed_at, left, hours))
    if now.runs_since is not None:
        steps += [*_days(since, now.due_at, left, hours), _due(kind, now)]
    return (*steps, _ended(kind, now, ending, hours)) if ending else tuple(steps)


def _began(kind: GoalKind, at: datetime, now: GoalClock, hours: HoursRules) -> GoalStep:
    arrived = why_closed(at, hours) or "in business hours"
    text = f"{_BEGUN[kind]} {_moment(at)}, {arrived}. Allowed: {open_time(now.allowed_minutes)} of open time."
    return GoalStep(GoalStepKind.STARTED, text, at)


def _days(since: datetime, until: datetime, left: int, hours: HoursRules) -> Iterator[GoalStep]:
    """One line for each day that counts, one for each row of days that are closed for the same reason."""
    days = _dates(since, until)
    for closed, group in groupby(days, key=lambda day: _closed_for(day, hours)):
        if closed:
            yield GoalStep(GoalStepKind.CLOSED, f"{_these(list(group))}: closed for {closed}.")
            continue
        for day in group:
            if used := _used(day, since, until, hours):
                left -= used
                yield GoalStep(GoalStepKind.COUNTED, _counted(day, used, left, since, until, hours))


def _closed_for(day: date, hours: HoursRules) -> str:
    return "" if is_business_day(day, hours) else day_closed_for(day, hours)


def _used(day: date, since: datetime, until: datetime, hours: HoursRules) -> int:
    return business_minutes_between(max(since, opening(day, hours)), min(until, closing(day, hours)), hours)


def _counted(day: date, used: int, left: int, since: datetime, until: datetime, hours: HoursRules) -> str:
    begins, ends = max(since, opening(day, hours)), min(until, closing(day, hours))
    span = f"{clock(begins.astimezone(EASTERN).time())} to {clock(ends.astimezone(EASTERN).time())}"
    after = f"{open_time(left)} left" if left > 0 else "nothing is left"
    return f"{long_day(day)}: {span} counts, {open_time(used)} of open time; {after}."


def _paused(stop: Stop) -> GoalStep:
    left = (
        f"{open_time(stop.left_minutes)} left" if stop.left_minutes >= 0
        else f"late by {open_time(-stop.left_minutes)} already"
    )  # fmt: skip
    text = f"Stopped on {_moment(stop.paused_at)}, since support had answered and waits for the customer: {left}."
    return GoalStep(GoalStepKind.PAUSED, text, stop.paused_at)


def _resumed(at: datetime, left: int, hours: HoursRules) -> GoalStep:
    arrived = why_closed(at, hours) or "in business hours"
    rest = f"with {open_time(left)} left" if left > 0 else "with nothing left"
    return GoalStep(
        GoalStepKind.RESUMED,
        f"Running again from {_moment(at)}, when the customer wrote, {arrived}, {rest}.",
        at,
    )


def _due(kind: GoalKind, now: GoalClock) -> GoalStep:
    return GoalStep(GoalStepKind.DUE, f"{_DUE[kind]} {_moment(now.due_at)}.", now.due_at)


def _ended(kind: GoalKind, now: GoalClock, ending: Ending, hours: HoursRules) -> GoalStep:
    if not ending.met:
        return GoalStep(
            GoalStepKind.ENDED,
            f"Ended on {_moment(ending.at)} without an answer: it no longer counts.",
            ending.at,
        )
    taken = minutes_taken(now, ending.at, hours)
    outcome = _outcome(taken, now.allowed_minutes, late=is_late(now, ending.at))
    text = f"{_MET[kind]} {_moment(ending.at)}, after {open_time(taken)} of open time: {outcome}."
    return GoalStep(GoalStepKind.ENDED, text, ending.at)


def _outcome(taken: int, allowed: int, *, late: bool) -> str:
    if late:
        return f"late by {open_time(taken - allowed)}" if taken > allowed else "late by less than a minute"
    return f"{open_time(allowed - taken)} early" if taken < allowed else "just in time"


def _dates(since: datetime, until: datetime) -> Iterator[date]:
    day, last = eastern_day(since), eastern_day(until)
    while day <= last:
        yield day
        day += timedelta(days=1)


def _these(days: list[date]) -> str:
    return listed([long_day(day) for day in days]) if len(days) < 3 else _span(days)


def _span(days: list[date]) -> str:
    return f"{long_day(days[0])} to {long_day(days[-1])} ({counted(len(days), 'day')})"


def _moment(at: datetime) -> str:
    local = at.astimezone(EASTERN)
    return f"{long_day(local.date())}, {clock(local.time())} Eastern"

"""By when support replies to what is sent within a window after hours, and how that is counted (AFT-1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.policy.business_time import eastern_day
from portal.policy.edition_shape import Edition
from portal.policy.goal_steps import Ending, GoalStep, GoalStepKind
from portal.policy.goals import GoalClock, GoalKind
from portal.policy.instants import EASTERN, in_utc
from portal.policy.promise import Promise, Step, StepKind
from portal.policy.terms import Channel
from portal.policy.wording import clock, length, long_day, open_time

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Coverage:
    """AFT-1: a confirmed window as a promise names it: its reference, who holds it, until when (UTC), its goal.

    `reach` is how the holder is reached by the window's channel, besides tickets and e-mail.
    """

    name: str
    holder: str
    ends_at: datetime
    reply_minutes: int
    channel: Channel = Channel.EMAIL
    reach: str = ""


def window_promise(received_at: datetime, usual: Promise, window: Coverage) -> Promise:
    """AFT-1: the promise for what arrives within a window: real minutes, but never later than the usual one.

    Raises PolicyError without a time zone.
    """
    received = in_utc(received_at, "AFT-1")
    due = received + timedelta(minutes=window.reply_minutes)
    if usual.due_at <= due:
        return usual
    reason = (
        f"It arrived within your after-hours window {window.name}, which {window.holder} holds until "
        f"{_moment(window.ends_at)}, so a reply is due within {length(window.reply_minutes)}.{_reached(window)}"
    )
    return Promise(received, due, "AFT-1", reason, tuple(_steps(received, due, window)))


def window_clock(since: datetime, due_at: datetime, edition: Edition) -> GoalClock:
    """AFT-1: the clock of a reply promised within a window. It counts real minutes and never stands."""
    allowed = (due_at - since) // _MINUTE
    warn_at = since + timedelta(minutes=allowed * edition.tickets.warning_percent // 100)
    return GoalClock(allowed, allowed, since, due_at, min(warn_at, due_at))


def window_minutes(since: datetime, at: datetime) -> int:
    """AFT-1: whole real minutes from one instant to another; none when it is not later."""
    return max((at - since) // _MINUTE, 0)


def window_goal_steps(
    kind: GoalKind, started_at: datetime, now: GoalClock, ending: Ending | None, window: Coverage
) -> tuple[GoalStep, ...]:
    """AFT-1: every step of the count of a reply promised within a window."""
    begun = "Received on" if kind is GoalKind.FIRST_REPLY else "The customer wrote again on"
    within = f"within the after-hours window {window.name}, held by {window.holder}"
    text = (
        f"{begun} {_moment(started_at)}, {within}. Allowed: {open_time(now.allowed_minutes)}, day or night."
    )
    steps = [
        GoalStep(GoalStepKind.STARTED, text, started_at),
        GoalStep(GoalStepKind.DUE, f"A reply is due by {_moment(now.due_at)}.", now.due_at),
    ]
    return (*steps, _ended(started_at, now, ending)) if ending else tuple(steps)


def _reached(window: Coverage) -> str:
    """AFT-1: the other way in, while the window lasts; none where it has only tickets and e-mail."""
    words = {Channel.PHONE: "You can also call", Channel.LIVE_SESSION: "The live session is joined at"}
    return f" {words[window.channel]}: {window.reach}" if window.reach and window.channel in words else ""


def _ended(started_at: datetime, now: GoalClock, ending: Ending) -> GoalStep:
    if not ending.met:
        text = f"Ended on {_moment(ending.at)} without an answer: it no longer counts."
        return GoalStep(GoalStepKind.ENDED, text, ending.at)
    taken = window_minutes(started_at, ending.at)
    text = f"Support answered on {_moment(ending.at)}, after {open_time(taken)}: {_outcome(taken, now, ending.at)}."
    return GoalStep(GoalStepKind.ENDED, text, ending.at)


def _outcome(taken: int, now: GoalClock, at: datetime) -> str:
    if at > now.due_at:
        over = taken - now.allowed_minutes
        return f"late by {open_time(over)}" if over else "late by less than a minute"
    return (
        f"{open_time(now.allowed_minutes - taken)} early" if taken < now.allowed_minutes else "just in time"
    )


def _steps(received: datetime, due: datetime, window: Coverage) -> Iterator[Step]:
    day = eastern_day(received)
    text = f"Received on {_moment(received)}, within the after-hours window {window.name}, held by {window.holder}."
    yield Step(StepKind.RECEIVED, day, text)
    yield Step(StepKind.COUNTED, day, f"Within a window every minute counts: {length(window.reply_minutes)}.")
    yield Step(StepKind.DUE, eastern_day(due), f"A reply is due by {_moment(due)}.")


def _moment(at: datetime) -> str:
    local = at.astimezone(EASTERN)
    return f"{long_day(local.date())}, {clock(local.time())} Eastern"

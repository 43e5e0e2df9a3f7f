"""Goals of a ticket and the clock of each: what is allowed, what stops it, when to warn (HOW-2).

A clock runs in business time and stops while a ticket waits for the customer. What was left then is
what is left when it runs again; begun minutes are left out each time, which is to the customer's favour
by less than a minute.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from portal.policy.business_time import add_business_days, add_business_minutes, business_minutes_between
from portal.policy.decision import Decision, WayOn, granted, refused
from portal.policy.edition_shape import Edition
from portal.policy.instants import in_utc
from portal.policy.parameters import HoursRules
from portal.policy.wording import counted


class GoalKind(StrEnum):
    """HOW-2: what is aimed at. Replies are promised to the customer; the resolution is a goal."""

    FIRST_REPLY = "first_reply"
    NEXT_REPLY = "next_reply"
    RESOLUTION = "resolution"


@dataclass(frozen=True, slots=True)
class GoalClock:
    """HOW-2: a goal's clock, in business minutes and UTC.

    `left_minutes` is what was left when it was last started or stopped, negative once it was late.
    `runs_since` is None while it is stopped; `due_at` is then what it was before. `warn_at` is the
    instant at which the warning's share of the time allowed is used.
    """

    allowed_minutes: int
    left_minutes: int
    runs_since: datetime | None
    due_at: datetime
    warn_at: datetime


def started(at: datetime, due_at: datetime, edition: Edition) -> GoalClock:
    """HOW-2: the clock of a goal that counts from one instant to another; raises PolicyError without a zone."""
    since = in_utc(at, "HOW-2")
    allowed = business_minutes_between(since, due_at, edition.hours)
    return GoalClock(allowed, allowed, since, due_at, _warn_at(since, allowed, allowed, due_at, edition))


def resolution_due(at: datetime, edition: Edition) -> datetime:
    """HOW-2: by when a ticket is aimed to be solved if its clock never stops, in UTC."""
    return add_business_days(at, edition.tickets.resolution_business_days, edition.hours)


def paused(clock: GoalClock, at: datetime, hours: HoursRules) -> GoalClock:
    """HOW-2: the clock stopped at an instant, with what is left; one that is stopped stays as it is."""
    if clock.runs_since is None:
        return clock
    return replace(
        clock, left_minutes=clock.allowed_minutes - minutes_taken(clock, at, hours), runs_since=None
    )


def resumed(clock: GoalClock, at: datetime, edition: Edition) -> GoalClock:
    """HOW-2: the clock running again, due when what was left has passed; a running one stays as it is.

    One that was stopped when it was late is due at once.
    """
    if clock.runs_since is not None:
        return clock
    since = in_utc(at, "HOW-2")
    due_at = add_business_minutes(since, max(clock.left_minutes, 0), edition.hours)
    if not business_minutes_between(due_at, clock.due_at, edition.hours):
        # The closing of one day and the opening of the next are the same to the clock: what was told stays.
        due_at = max(due_at, clock.due_at)
    warn_at = _warn_at(since, clock.left_minutes, clock.allowed_minutes, due_at, edition)
    return replace(clock, runs_since=since, due_at=due_at, warn_at=warn_at)


def minutes_taken(clock: GoalClock, at: datetime, hours: HoursRules) -> int:
    """HOW-2: whole business minutes that have passed on the clock until an instant, without its stops."""
    before = clock.allowed_minutes - clock.left_minutes
    if clock.runs_since is None:
        return before
    return before + max(business_minutes_between(clock.runs_since, at, hours), 0)


def is_late(clock: GoalClock, at: datetime) -> bool:
    """HOW-2: whether the goal is missed at an instant: beyond its time while it runs, or when it was stopped."""
    overdue = clock.runs_since is not None and in_utc(at, "HOW-2") > clock.due_at
    return overdue or clock.left_minutes < 0


def may_reopen(closed_at: datetime, at: datetime, edition: Edition) -> Decision:
    """HOW-4: whether a reply opens a closed ticket again, or makes a new one that leads to it."""
    days = counted(edition.tickets.reopen_days, "day")
    if in_utc(at, "HOW-4") <= reopens_until(closed_at, edition):
        return granted("HOW-4", f"A reply within {days} of closing opens the ticket again.")
    return refused(
        "HOW-4",
        f"This ticket was closed more than {days} ago. A reply makes a new ticket that leads to this one.",
        WayOn.ASK_IN_TICKET,
    )


def reopens_until(closed_at: datetime, edition: Edition) -> datetime:
    """HOW-4: the last instant at which a reply opens a ticket closed at that time again, in UTC."""
    return in_utc(closed_at, "HOW-4") + timedelta(days=edition.tickets.reopen_days)


def _warn_at(since: datetime, left: int, allowed: int, due_at: datetime, edition: Edition) -> datetime:
    unwarned = allowed * edition.tickets.warning_percent // 100 - (allowed - left)
    return min(add_business_minutes(since, max(unwarned, 0), edition.hours), due_at)

"""By when support replies, and how that was counted (HOW-1, HOW-2, HOW-4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.policy.business_time import (
    add_business_days,
    eastern_day,
    is_business_day,
    is_business_time,
    opening,
)
from portal.policy.closures import closures_in_words, day_closed_for, why_closed
from portal.policy.edition_shape import Edition
from portal.policy.instants import EASTERN, in_utc
from portal.policy.parameters import HoursRules
from portal.policy.wording import clock, long_day, ordinal


class StepKind(StrEnum):
    """What a step of the count is: the arrival, a day closed, a day counted, the time due (HOW-2)."""

    RECEIVED = "received"
    CLOSED = "closed"
    COUNTED = "counted"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Step:
    """HOW-2: one line of how a time due was counted, with its Eastern date and plain words."""

    kind: StepKind
    day: date
    text: str


@dataclass(frozen=True, slots=True)
class Promise:
    """HOW-2, HOW-4: when something arrived and by when it is due (both UTC), by which rule, and why.

    `rule` is HOW-2 for what arrived in business hours, HOW-4 for what arrived outside them, and AFT-1 for what
    arrived within a window after hours.
    """

    received_at: datetime
    due_at: datetime
    rule: str
    reason: str
    steps: tuple[Step, ...]

    @property
    def outside_hours(self) -> bool:
        """HOW-4: whether the arrival is to be confirmed with the time of the reply."""
        return self.rule == "HOW-4"


def reply_deadline(received_at: datetime, edition: Edition, business_days: int | None = None) -> Promise:
    """HOW-2, HOW-4: by when to expect a reply, in UTC, with the reason and the steps of the count.

    In business hours: the same clock time on the next business day. Outside them: the close of the
    next business day, which is the next day on which support opens after the arrival: Tuesday 20:00
    is due at the close of Wednesday, and Tuesday 06:00 at the close of that same Tuesday, so that
    nobody who writes early waits longer than one who writes at opening. Either way exactly one day
    of open time passes. `business_days` stands in for the edition's goal at a reduced level (USE-3).
    Raises PolicyError without a time zone or for fewer than one day.
    """
    received = in_utc(received_at, "HOW-2")
    hours = edition.hours
    days = hours.reply_business_days if business_days is None else business_days
    due = add_business_days(received, days, hours)
    rule = "HOW-2" if is_business_time(received, hours) else "HOW-4"
    return Promise(
        received, due, rule, _reason(received, due, days, hours), tuple(_steps(received, due, hours))
    )


def _reason(received: datetime, due: datetime, days: int, hours: HoursRules) -> str:
    first = day_closed_for(eastern_day(received), hours)
    skipped = closures_in_words(_dates(received, due), hours, besides=first)
    without = f", leaving out {skipped}" if skipped else ""
    goal = "the next business day" if days == 1 else f"the {ordinal(days)} business day from then"
    if closed := why_closed(received, hours):
        if eastern_day(received) == eastern_day(due):
            return f"It arrived {closed}, so a reply is due by the close of the same day, at {clock(hours.closes)}."
        return f"It arrived {closed}, so a reply is due by the close of {goal}{without}."
    return f"It arrived in business hours, so a reply is due by the same time on {goal}{without}."


def _dates(received: datetime, due: datetime) -> Iterator[date]:
    day, last = eastern_day(received), eastern_day(due)
    while day <= last:
        yield day
        day += timedelta(days=1)


def _steps(received: datetime, due: datetime, hours: HoursRules) -> Iterator[Step]:
    arrived = why_closed(received, hours) or "in business hours"
    first = eastern_day(received)
    yield Step(StepKind.RECEIVED, first, f"Received on {_moment(received)}, {arrived}.")
    for day in _dates(received, due):
        if not is_business_day(day, hours) and day != first:
            yield Step(StepKind.CLOSED, day, f"{long_day(day)}: closed for {day_closed_for(day, hours)}.")
        elif is_business_day(day, hours) and (day != first or received < opening(day, hours)):
            yield Step(StepKind.COUNTED, day, f"{long_day(day)}: a business day, it counts.")
    yield Step(StepKind.DUE, eastern_day(due), f"A reply is due by {_moment(due)}.")


def _moment(at: datetime) -> str:
    local = at.astimezone(EASTERN)
    return f"{long_day(local.date())}, {clock(local.time())} Eastern"

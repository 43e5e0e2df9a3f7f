"""When a host takes live sessions: hours of each week, other hours on one date, holidays (HOW-3, HOW-5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from portal.policy.holiday_list import closed_days
from portal.policy.instants import eastern
from portal.policy.parameters import HoursRules

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
# No zone is further from UTC than this, so every instant of a date lies within it.
FURTHEST_ZONE = timedelta(hours=26)


class Stretch(NamedTuple):
    """HOW-5: a stretch of time in UTC; its end is left out."""

    starts_at: datetime
    ends_at: datetime


class Minutes(NamedTuple):
    """HOW-5: hours of a day on a clock, in minutes from midnight; 1440 is the end of the day, and is left out."""

    opens: int
    closes: int


class Weekly(NamedTuple):
    """HOW-5: hours of a weekday (0 is Monday) from a date on, until another or for good, both included."""

    weekday: int
    minutes: Minutes
    first_day: date
    last_day: date | None = None

    def hold_on(self, day: date) -> bool:
        """HOW-5: whether these hours hold on a date."""
        begun = day.weekday() == self.weekday and self.first_day <= day
        return begun and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True, slots=True)
class HostHours:
    """HOW-5: a host's hours on the clock of their zone; `others` are dates with other hours, or with none."""

    zone: str
    weekly: tuple[Weekly, ...] = ()
    others: Mapping[date, Minutes | None] = field(default_factory=dict)


def stretches(host: HostHours, first: date, last: date, hours: HoursRules) -> Iterator[Stretch]:
    """HOW-3, HOW-5: when a host takes sessions on the dates from `first` to `last` of their zone, in order.

    What was set for a date itself counts first, holidays included. On any other date the hours of its weekday
    count, without what falls on a holiday, which is a date in US Eastern.
    """
    for number in range((last - first).days + 1):
        day = first + number * DAY
        if day in host.others:
            minutes = host.others[day]
            yield from clock_stretches(day, minutes, host.zone) if minutes else ()
            continue
        for weekly in sorted(each for each in host.weekly if each.hold_on(day)):
            for stretch in clock_stretches(day, weekly.minutes, host.zone):
                yield from _without_holidays(stretch, hours)


def clock_stretches(day: date, minutes: Minutes, zone: str) -> tuple[Stretch, ...]:
    """HOW-5: the instants at which the clocks of a zone show that date and a time within the hours.

    Where clocks go forward, the hours that they leave out are not there; where they go back, the hours that
    come twice count both times. So a date has one stretch, or two when it lies partly in what comes twice.
    """
    found: list[Stretch] = []
    midnight = datetime.combine(day, time(0), tzinfo=UTC)
    for begins, ends, offset in _offsets(day, zone):
        start = max(begins, midnight + timedelta(minutes=minutes.opens) - offset)
        end = min(ends, midnight + timedelta(minutes=minutes.closes) - offset)
        if start < end and found and found[-1].ends_at == start:
            found[-1] = Stretch(found[-1].starts_at, end)
        elif start < end:
            found.append(Stretch(start, end))
    return tuple(found)


@lru_cache(maxsize=8_192)
def _offsets(day: date, zone: str) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """The stretches around a date in which a zone keeps one UTC offset, with that offset."""
    clock = ZoneInfo(zone)
    midnight = datetime.combine(day, time(0), tzinfo=UTC)
    begins, ends = midnight - FURTHEST_ZONE, midnight + DAY + FURTHEST_ZONE
    marks = [begins, *_changes(begins, ends, clock), ends]
    return tuple((mark, after, _offset(mark, clock)) for mark, after in pairwise(marks))


def _changes(begins: datetime, ends: datetime, clock: ZoneInfo) -> list[datetime]:
    """When the offset changes between two instants, to the second; no zone changes it twice in three days."""
    if _offset(begins, clock) == _offset(ends, clock):
        return []
    while ends - begins > SECOND:
        middle = begins + ((ends - begins) // SECOND // 2) * SECOND
        if _offset(middle, clock) == _offset(begins, clock):
            begins = middle
        else:
            ends = middle
    return [ends]


def _offset(at: datetime, clock: ZoneInfo) -> timedelta:
    return at.astimezone(clock).utcoffset() or timedelta()


def _without_holidays(stretch: Stretch, hours: HoursRules) -> Iterable[Stretch]:
    left = [stretch]
    # Eastern is behind UTC: the stretch touches the dates from a day before its own until its own.
    day = stretch.starts_at.date() - DAY
    while day <= stretch.ends_at.date():
        if day in closed_days(day.year, hours):
            left = [part for each in left for part in _without(each, eastern(day), eastern(day + DAY))]
        day += DAY
    return left


def _without(stretch: Stretch, start: datetime, end: datetime) -> Iterator[Stretch]:
    if stretch.ends_at <= start or stretch.starts_at >= end:
        yield stretch
        return
    if stretch.starts_at < start:
        yield Stretch(stretch.starts_at, start)
    if stretch.ends_at > end:
        yield Stretch(end, stretch.ends_at)

"""Business time: Monday to Friday, 08:00 to 17:00 US Eastern, except major US holidays (HOW-3).

A business day is open from its opening up to, not including, its closing: 08:00:00 is inside,
17:00:00 is outside. Every instant goes in aware and comes out in UTC; lengths are measured in UTC,
so that a change of clocks neither adds nor loses time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from portal.policy.decision import PolicyError
from portal.policy.holiday_list import closed_days
from portal.policy.instants import EASTERN, eastern, in_utc
from portal.policy.parameters import HoursRules

_DAY = timedelta(days=1)


def eastern_day(at: datetime) -> date:
    """HOW-3: the date in US Eastern at an instant. Raises PolicyError without a time zone."""
    return in_utc(at, "HOW-3").astimezone(EASTERN).date()


def is_business_day(day: date, hours: HoursRules) -> bool:
    """HOW-3: whether support opens on that Eastern date. Raises PolicyError outside 2000-2098."""
    return day not in closed_days(day.year, hours) and day.weekday() in hours.weekdays


def opening(day: date, hours: HoursRules) -> datetime:
    """HOW-3: when support opens on that Eastern date, were it a business day."""
    return _window(day, hours)[0]


def closing(day: date, hours: HoursRules) -> datetime:
    """HOW-3: when support closes on that Eastern date, were it a business day."""
    return _window(day, hours)[1]


@lru_cache(maxsize=8192)
def _window(day: date, hours: HoursRules) -> tuple[datetime, datetime]:
    return eastern(day, hours.opens), eastern(day, hours.closes)


def is_business_time(at: datetime, hours: HoursRules) -> bool:
    """HOW-3: whether support is open at an instant. Raises PolicyError without a time zone."""
    day = eastern_day(at)
    return is_business_day(day, hours) and opening(day, hours) <= at < closing(day, hours)


def next_opening(at: datetime, hours: HoursRules) -> datetime:
    """HOW-3: the instant itself when support is open, else the next one at which it opens, in UTC.

    Raises PolicyError without a time zone, or when the calendar ends before.
    """
    for opens, closes in _windows_from(at, hours):
        if at < closes:
            return max(opens, at.astimezone(UTC))
    raise AssertionError("the calendar ends with a PolicyError")


def _windows_from(at: datetime, hours: HoursRules) -> Iterator[tuple[datetime, datetime]]:
    day = eastern_day(at)
    while True:
        if is_business_day(day, hours):
            yield _window(day, hours)
        day += _DAY


def next_business_day(day: date, hours: HoursRules, days: int = 1) -> date:
    """HOW-3: the business day that many after an Eastern date, itself not counted (at least 1)."""
    for _ in range(days):
        day += _DAY
        while not is_business_day(day, hours):
            day += _DAY
    return day


def add_business_days(at: datetime, days: int, hours: HoursRules) -> datetime:
    """HOW-2, WHO-6: so many business days on, in UTC; how the policy counts everywhere.

    What begins in business hours ends at the same clock time that many business days later. What
    begins outside them counts the next day on which support opens as the first, and ends at the
    close of the last. Each of the days is one full day of open time. Raises PolicyError for fewer
    than one day or an instant without a time zone.
    """
    if days < 1:
        raise PolicyError("HOW-2", "A time allowed is at least one business day.")
    opens = next_opening(at, hours)
    if opens == at and is_business_time(at, hours):
        return _same_clock(at, next_business_day(eastern_day(at), hours, days), hours)
    return closing(next_business_day(eastern_day(opens), hours, days - 1), hours)


def _same_clock(at: datetime, day: date, hours: HoursRules) -> datetime:
    return opening(day, hours) + (at.astimezone(UTC) - opening(eastern_day(at), hours))


def business_time_between(start: datetime, end: datetime, hours: HoursRules) -> timedelta:
    """HOW-2: open time between two instants, exact; negative when the end is before the start.

    Raises PolicyError for an instant without a time zone.
    """
    first, last = in_utc(start, "HOW-2"), in_utc(end, "HOW-2")
    if last < first:
        return -business_time_between(last, first, hours)
    total = timedelta()
    for opens, closes in _windows_from(first, hours):
        if opens >= last:
            break
        total += max(min(closes, last) - max(opens, first), timedelta())
    return total


def business_minutes_between(start: datetime, end: datetime, hours: HoursRules) -> int:
    """HOW-2: whole minutes of open time between two instants; negative when the end is before the start.

    Begun minutes are left out. Raises PolicyError for an instant without a time zone.
    """
    spent = business_time_between(start, end, hours)
    minutes = abs(spent) // timedelta(minutes=1)
    return minutes if spent >= timedelta() else -minutes


def add_business_minutes(at: datetime, minutes: int, hours: HoursRules) -> datetime:
    """HOW-1, HOW-2: the first instant by which so many minutes of open time have passed, in UTC.

    Zero minutes is the instant itself; a full day ends at its closing, not at the next opening.
    Raises PolicyError for negative minutes or an instant without a time zone.
    """
    if minutes < 0:
        raise PolicyError("HOW-2", "Business time is added forwards only.")
    left, moment = timedelta(minutes=minutes), in_utc(at, "HOW-2")
    for opens, closes in _windows_from(moment, hours):
        if not left:
            break
        begins = max(opens, moment)
        if closes - begins >= left:
            return begins + left
        left -= max(closes - begins, timedelta())
    return moment

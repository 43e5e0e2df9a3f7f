"""Why support is closed, in words: the evening, the weekend or the holiday by its name (HOW-3, HOW-4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from portal.policy.business_time import eastern_day, is_business_day, is_business_time, opening
from portal.policy.holiday_list import closed_days
from portal.policy.instants import in_utc
from portal.policy.parameters import HoursRules
from portal.policy.wording import WEEKDAYS, clock, listed

_WEEKEND = "the weekend"


def day_closed_for(day: date, hours: HoursRules) -> str:
    """HOW-3: what closes that Eastern date: a holiday's name, `the weekend` or the weekday; empty if open."""
    if day in closed_days(day.year, hours):
        return closed_days(day.year, hours)[day].label
    if is_business_day(day, hours):
        return ""
    return _WEEKEND if day.weekday() >= 5 else WEEKDAYS[day.weekday()]


def why_closed(at: datetime, hours: HoursRules) -> str:
    """HOW-4: why support is closed at an instant, to follow "It arrived": empty while it is open.

    Raises PolicyError without a time zone.
    """
    day = eastern_day(at)
    if is_business_time(at, hours):
        return ""
    if not is_business_day(day, hours):
        return _on(day, hours)
    if in_utc(at, "HOW-4") < opening(day, hours):
        return f"before opening at {clock(hours.opens)} Eastern"
    return f"in the evening, after closing at {clock(hours.closes)} Eastern"


def _on(day: date, hours: HoursRules) -> str:
    closed = day_closed_for(day, hours)
    return "at the weekend" if closed == _WEEKEND else f"on {closed}"


def closures_in_words(days: Iterable[date], hours: HoursRules, besides: str = "") -> str:
    """HOW-4: what closes those Eastern dates, each named once: `the weekend and Labor Day`; empty if none.

    `besides` is a closure that has been named already.
    """
    closures = dict.fromkeys(day_closed_for(day, hours) for day in days)
    return listed([closed for closed in closures if closed not in ("", besides)])

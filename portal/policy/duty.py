"""When a member of support is on duty (HOW-1, HOW-3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from portal.policy.business_time import eastern_day
from portal.policy.holiday_list import closed_days
from portal.policy.instants import EASTERN, in_utc
from portal.policy.parameters import HoursRules

Span = tuple[time, time]


def duty_on(
    day: date, week: Mapping[int, Span], exceptions: Mapping[date, Span | None], hours: HoursRules
) -> Span | None:
    """HOW-1: from when until when somebody is on duty on that Eastern date; None when they are not.

    What was agreed for the day itself counts first. On a holiday nobody is on duty otherwise; on any other
    day the hours of its weekday count (0 is Monday), and for whoever has no hours at all, business hours.
    """
    if day in exceptions:
        return exceptions[day]
    if day in closed_days(day.year, hours):
        return None
    if not week:
        return (hours.opens, hours.closes) if day.weekday() in hours.weekdays else None
    return week.get(day.weekday())


def is_on_duty(
    at: datetime, week: Mapping[int, Span], exceptions: Mapping[date, Span | None], hours: HoursRules
) -> bool:
    """HOW-1: whether somebody is on duty at an instant; from the first minute up to, not including, the last.

    Raises PolicyError without a time zone.
    """
    span = duty_on(eastern_day(at), week, exceptions, hours)
    local = in_utc(at, "HOW-1").astimezone(EASTERN).time()
    return span is not None and span[0] <= local < span[1]

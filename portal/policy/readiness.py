"""Who of support could hold a window after hours, by the hours that they have stated (AFT-1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from portal.policy.after_hours import stretches_by_day
from portal.policy.business_time import eastern_day, is_business_day
from portal.policy.duty import Span
from portal.policy.holiday_list import closed_days
from portal.policy.instants import eastern, in_utc
from portal.policy.parameters import HoursRules

MIDNIGHT = time(0)


class DayKind(StrEnum):
    """AFT-1: the days for which staff state hours: a business day, another day of the week, a holiday."""

    BUSINESS_DAY = "business_day"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


DAY_KIND_LABELS: dict[DayKind, str] = {
    DayKind.BUSINESS_DAY: "Business days, outside business hours",
    DayKind.WEEKEND: "Weekends",
    DayKind.HOLIDAY: "Holidays",
}


def day_kind(day: date, hours: HoursRules) -> DayKind:
    """AFT-1: what an Eastern date is; a holiday is one also on a weekend."""
    if day in closed_days(day.year, hours):
        return DayKind.HOLIDAY
    return DayKind.BUSINESS_DAY if is_business_day(day, hours) else DayKind.WEEKEND


def could_hold(
    starts_at: datetime, ends_at: datetime, ready: Mapping[DayKind, Span], hours: HoursRules
) -> bool:
    """AFT-1: whether stated hours hold a whole window; what of it is in business hours needs no statement.

    Hours are from the first minute up to, not including, the last, in US Eastern; a day that ends at 00:00
    goes on to midnight, and so into the next. Raises PolicyError without a time zone.
    """
    start, end = in_utc(starts_at, "AFT-1"), in_utc(ends_at, "AFT-1")
    return all(
        piece.when is None or _holds(piece.starts_at, piece.ends_at, ready, hours)
        for piece in stretches_by_day(start, end, hours)
    )


def _holds(start: datetime, end: datetime, ready: Mapping[DayKind, Span], hours: HoursRules) -> bool:
    day = eastern_day(start)
    span = ready.get(day_kind(day, hours))
    if span is None:
        return False
    opens, closes = span
    until = eastern(day + timedelta(days=1)) if closes == MIDNIGHT else eastern(day, closes)
    return eastern(day, opens) <= start and end <= until

"""A window outside business hours, cut where its rate changes (AFT-1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.policy.business_time import closing, eastern_day, is_business_day, is_business_time, opening
from portal.policy.decision import PolicyError
from portal.policy.edition_shape import Edition
from portal.policy.holiday_list import closed_days
from portal.policy.instants import eastern, in_utc
from portal.policy.parameters import HoursRules
from portal.policy.terms import RateTime
from portal.policy.wording import length

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Piece:
    """AFT-1: a stretch of one rate (UTC, end not included); no rate is business hours."""

    starts_at: datetime
    ends_at: datetime
    when: RateTime | None

    @property
    def minutes(self) -> int:
        """Real elapsed minutes."""
        return (self.ends_at - self.starts_at) // _MINUTE


def check_window(starts_at: datetime, ends_at: datetime, edition: Edition) -> None:
    """AFT-1: raises PolicyError for a window that cannot be priced: see `pricing.after_hours_lines`."""
    start, end = in_utc(starts_at, "AFT-1"), in_utc(ends_at, "AFT-1")
    if end <= start:
        raise PolicyError("AFT-1", "The window must end after it starts.")
    if any(at.second or at.microsecond for at in (start, end)):
        raise PolicyError("AFT-1", "The window must start and end on a whole minute.")
    if end - start > timedelta(minutes=edition.prices.longest_minutes):
        longest = length(edition.prices.longest_minutes)
        raise PolicyError("AFT-1", f"A window may last {longest} at most: order several.")


def pieces(start: datetime, end: datetime, hours: HoursRules) -> Iterator[Piece]:
    """AFT-1: the stretches of a window by rate, in order, neighbours of one rate joined."""
    current: Piece | None = None
    for piece in stretches_by_day(start, end, hours):
        if current is not None and current.when is piece.when:
            current = Piece(current.starts_at, piece.ends_at, piece.when)
            continue
        if current is not None:
            yield current
        current = piece
    if current is not None:
        yield current


def stretches_by_day(start: datetime, end: datetime, hours: HoursRules) -> Iterator[Piece]:
    """AFT-1: the stretches of a window by rate, in order, none of them over midnight US Eastern."""
    day = eastern_day(start)
    while start < end:
        for cut in _cuts(day, hours):
            until = min(cut, end)
            if until > start:
                yield Piece(start, until, rate_time(start, hours))
                start = until
        day += timedelta(days=1)


def _cuts(day: date, hours: HoursRules) -> tuple[datetime, ...]:
    midnight = eastern(day + timedelta(days=1))
    return (
        (opening(day, hours), closing(day, hours), midnight) if is_business_day(day, hours) else (midnight,)
    )


def rate_time(at: datetime, hours: HoursRules) -> RateTime | None:
    """AFT-1: which rate holds at an instant; None in business hours, where support is free (HOW-3).

    A holiday is one also on a weekend. Raises PolicyError without a time zone.
    """
    day = eastern_day(at)
    if is_business_time(at, hours):
        return None
    if day in closed_days(day.year, hours):
        return RateTime.HOLIDAY
    return RateTime.WEEKDAY_EVENING if is_business_day(day, hours) else RateTime.WEEKEND

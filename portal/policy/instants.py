"""Instants: aware or refused, kept in UTC, decided in US Eastern."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from portal.policy.decision import PolicyError

EASTERN = ZoneInfo("America/New_York")


def in_utc(at: datetime, rule: str) -> datetime:
    """The instant in UTC; a datetime without a time zone raises PolicyError with that rule."""
    if at.utcoffset() is None:
        raise PolicyError(rule, "A time without a time zone could mean several instants.")
    return at.astimezone(UTC)


def eastern(day: date, at: time = time(0)) -> datetime:
    """That clock time of that day in US Eastern, as an instant in UTC."""
    return datetime.combine(day, at, tzinfo=EASTERN).astimezone(UTC)

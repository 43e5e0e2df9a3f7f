"""Every change of the clocks from 2026 to 2030 in six zones, as the zone database has them."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

ZONES = (
    "America/New_York", "Europe/Vienna", "Australia/Lord_Howe", "America/Santiago", "Pacific/Auckland", "Africa/Cairo",
)  # fmt: skip
SECOND = timedelta(seconds=1)


@cache
def changes_of(zone: str) -> tuple[datetime, ...]:
    """The instants, in UTC, from which a zone's clocks show another offset than a second before."""
    clock = ZoneInfo(zone)
    at, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
    found = []
    while at < end:
        after = at + timedelta(hours=1)
        if at.astimezone(clock).utcoffset() != after.astimezone(clock).utcoffset():
            found.append(_exactly(at, after, clock))
        at = after
    return tuple(found)


def _exactly(before: datetime, after: datetime, clock: ZoneInfo) -> datetime:
    while after - before > SECOND:
        middle = before + (after - before) / 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(clock).utcoffset() == before.astimezone(clock).utcoffset():
            before = middle
        else:
            after = middle
    return after

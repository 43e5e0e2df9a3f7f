"""When things happen: in people's waking hours, and in support's business time."""

import random
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from portal.policy.edition import HoursRules
from portal.policy.hours import EASTERN, closing, eastern_day, is_business_day, opening

HOURS_OF_DAY = (7, *(8,) * 3, *(9,) * 6, *(10,) * 7, *(11,) * 6, *(12,) * 3, *(13,) * 5, *(14,) * 6, *(15,) * 6,
                *(16,) * 5, *(17,) * 3, 18, 19, 20, 21, 22)  # fmt: skip
WAKING = range(7, 23)
UNITS = {"m": 1, "h": 60, "d": 1440}
BUSINESS_DAY_MINUTES = 540


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """The time zone by its name."""
    return ZoneInfo(name)


@lru_cache(maxsize=256)
def minutes(after: str, *, in_business: bool = False) -> int:
    """`40m`, `2h` or `1d` in minutes; a day in business time is as long as support is open."""
    amount, unit = int(after[:-1]), after[-1]
    return amount * (BUSINESS_DAY_MINUTES if in_business and unit == "d" else UNITS[unit])


def at_local(day: date, zone: str, hour: int, minute: int = 0) -> datetime:
    """That clock time there, as an instant in UTC."""
    return datetime.combine(day, time(hour, minute), zone_of(zone)).astimezone(UTC)


def moment_on(day: date, zone: str, chance: random.Random) -> datetime:
    """A moment of that day at which somebody there sits down to write."""
    return at_local(day, zone, chance.choice(HOURS_OF_DAY), chance.randrange(60)) + timedelta(
        seconds=chance.randrange(60)
    )


def when_awake(at: datetime, zone: str, chance: random.Random) -> datetime:
    """`at`, or the next morning there when people are asleep at that time."""
    local = at.astimezone(zone_of(zone))
    if local.hour in WAKING:
        return at
    day = local.date() + timedelta(days=local.hour >= WAKING.stop)
    return at_local(day, zone, chance.choice((7, 8, 8, 9)), chance.randrange(60))


def business_before(at: datetime, minutes_before: int, hours: HoursRules) -> datetime:
    """The moment in business hours with so many minutes of them (at least 1) until `at`; in UTC."""
    left, day = timedelta(minutes=minutes_before), eastern_day(at)
    while True:
        opens, closes = opening(day, hours), min(closing(day, hours), at)
        if is_business_day(day, hours) and closes > opens:
            if closes - opens >= left:
                return closes - left
            left -= closes - opens
        day -= timedelta(days=1)


def clock_changes(start: date, end: date, zone: ZoneInfo = EASTERN) -> list[date]:
    """The days from `start` to `end` on which a place, by default US Eastern, changes its clocks."""
    days = (start + timedelta(days=n) for n in range((end - start).days))
    return [day for day in days if _offset(day, zone) != _offset(day + timedelta(days=1), zone)]


def _offset(day: date, zone: ZoneInfo) -> timedelta | None:
    return datetime.combine(day, time(), zone).utcoffset()

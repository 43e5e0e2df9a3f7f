"""Times as their reader's calendar has them: days, weeks and UTC offsets of that very date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from portal.policy.instants import EASTERN
from portal.policy.training import Slot
from portal.policy.wording import WEEKDAYS, clock, long_day

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True)
class ShownTime:
    """A start as it is offered: `value` names the instant in addresses and forms, `eastern` is None
    where the reader's clocks agree with Eastern."""

    value: str
    starts_at: datetime
    clock: str
    eastern: str | None


@dataclass(frozen=True)
class Day:
    """The starts of one day under one UTC offset: a day on which the clocks change comes twice."""

    name: str
    offset: str
    times: tuple[ShownTime, ...]


def by_day(slots: Iterable[Slot], zone: str) -> tuple[Day, ...]:
    """Group slots, which come in order, by the day and UTC offset they have in `zone`."""

    def day_and_offset(slot: Slot) -> tuple[date, str]:
        return slot.starts_at.astimezone(ZoneInfo(zone)).date(), utc_offset(slot.starts_at, zone)

    return tuple(
        Day(long_day(day), offset, tuple(shown(slot.starts_at, zone) for slot in group))
        for (day, offset), group in groupby(slots, key=day_and_offset)
    )


def shown(starts_at: datetime, zone: str) -> ShownTime:
    """A start in the reader's zone, with Eastern beside it."""
    here = starts_at.astimezone(ZoneInfo(zone))
    return ShownTime(instant_text(starts_at), starts_at, clock(here.time()), _eastern(here))


def _eastern(here: datetime) -> str | None:
    there = here.astimezone(EASTERN)
    if there.utcoffset() == here.utcoffset():
        return None
    weekday = "" if there.date() == here.date() else f"{WEEKDAYS[there.weekday()][:3]} "
    return f"{weekday}{clock(there.time())} {there:%Z}"


def utc_offset(at: datetime, zone: str) -> str:
    """The UTC offset that `zone` has at an instant: `UTC+1`, `UTC+5:30`, `UTC-4`."""
    offset = at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    minutes = round(abs(offset).total_seconds()) // 60
    sign = "-" if offset < timedelta() else "+"
    rest = f":{minutes % 60:02d}" if minutes % 60 else ""
    return f"UTC{sign}{minutes // 60}{rest}" if minutes else "UTC"


def instant_text(at: datetime) -> str:
    """An instant for addresses and forms: `2026-12-01T14:00:00Z`."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def instant_from(text: str | None) -> datetime | None:
    """The instant that a text names, in UTC; None for what is no time, or has no time zone."""
    try:
        at = datetime.fromisoformat(text or "")
        return at.astimezone(UTC) if at.utcoffset() is not None else None
    except (ValueError, OverflowError):
        return None


def instant_on(day: date, at: time, zone: str) -> datetime | None:
    """The instant of a clock time on a day, in UTC: the first of two where the clocks go back; None where it is left out."""
    try:
        instant = datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        here = instant.astimezone(ZoneInfo(zone))
    except OverflowError:
        return None
    return instant if (here.date(), here.time()) == (day, at) else None


def midnight(day: date, zone: str) -> datetime:
    """The instant at which a day begins in `zone`."""
    return datetime.combine(day, time(0), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def day_in(at: datetime, zone: str) -> date:
    """The day that `zone` has at an instant."""
    return at.astimezone(ZoneInfo(zone)).date()

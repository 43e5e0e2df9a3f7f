"""The process that reads one calendar: its bytes come in, when it is busy goes out, and it ends.

Started by `portal.busy_calendars.confined`. Nothing of an entry but when it is leaves this process.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar

from portal.busy_calendars.addresses import NotFetched
from portal.busy_calendars.confined import confine

MOST_ENTRIES, MOST_RANGES = 5_000, 5_000
TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY"})
# Sessions that the portal itself invites to: they are known here better than in any calendar.
OWN_SESSION, OWN_DOMAIN = "session-", "@conference-tracker.example"
DAY = timedelta(days=1)
NO_CALENDAR = "There is no calendar at that address. It should lead to an .ics file, not to a page."

BROKEN = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError, StopIteration,
)  # fmt: skip

Span = tuple[datetime, datetime]


def main() -> None:
    """Read the calendar on standard input; write its busy ranges, or why it cannot be read, on standard output."""
    told = json.loads(sys.argv[1])
    confine(told["memory"], told["seconds"])
    start, end = (datetime.fromisoformat(told[name]) for name in ("start", "end"))
    try:
        answer = busy_of(sys.stdin.buffer.read(), ZoneInfo(told["zone"]), start, end)
    except NotFetched as problem:
        answer = {"problem": str(problem)}
    sys.stdout.write(json.dumps(answer))


def busy_of(raw: bytes, zone: ZoneInfo, start: datetime, end: datetime) -> dict[str, Any]:
    """The ranges in which a calendar is busy, and a note on what was left out. Raises NotFetched."""
    text = raw.decode("utf-8-sig", "replace").lstrip()
    if not text.upper().startswith("BEGIN:VCALENDAR"):
        raise NotFetched(NO_CALENDAR)
    if text.upper().count("BEGIN:VEVENT") + text.upper().count("BEGIN:VFREEBUSY") > MOST_ENTRIES:
        raise NotFetched(f"The calendar holds more than {MOST_ENTRIES:,} entries.")
    try:
        return _busy_of(_parsed(text), zone, start, end)
    except BROKEN:
        raise NotFetched(
            "The calendar is broken: an entry's times, or how it repeats, make no sense."
        ) from None


def _busy_of(calendar: Calendar, zone: ZoneInfo, start: datetime, end: datetime) -> dict[str, Any]:
    endless = _leave_out(calendar, _repeats_too_often)
    senseless = _leave_out(calendar, _takes_no_time)
    found = [*_entries(calendar, zone, start, end), *_stated(calendar, zone)]
    ranges = _merged((max(s, start), min(e, end)) for s, e in found)
    if len(ranges) > MOST_RANGES:
        raise NotFetched("The calendar is busy too often to be kept.")
    note = _note(endless, senseless, sum(_names_no_zone(entry) for entry in calendar.walk("VEVENT")))
    return {"busy": [[s.isoformat(), e.isoformat()] for s, e in ranges], "note": note}


def _parsed(text: str) -> Calendar:
    found = [each for each in Calendar.from_ical(text, multiple=True) if isinstance(each, Calendar)]
    for other in found[1:10]:
        found[0].subcomponents += other.subcomponents
    return found[0]


def _leave_out(calendar: Calendar, unwanted: Callable[[Any], bool]) -> int:
    """Take entries out of a calendar; how many that were."""
    kept = [each for each in calendar.subcomponents if each.name != "VEVENT" or not unwanted(each)]
    left_out = len(calendar.subcomponents) - len(kept)
    calendar.subcomponents = kept
    return left_out


def _takes_no_time(entry: Any) -> bool:
    """Whether an entry never begins, or ends before it does."""
    begins, ends = entry.get("DTSTART"), entry.get("DTEND")
    if begins is None:
        return True
    clock = ZoneInfo("UTC")
    return ends is not None and _instant(ends.dt, clock) < _instant(begins.dt, clock)


def _repeats_too_often(entry: Any) -> bool:
    rules = entry.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if TOO_OFTEN & {str(each).upper() for each in rule.get("FREQ", [])}:
            return True
    return False


def _entries(calendar: Calendar, zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Span]:
    for entry in recurring_ical_events.of(calendar).between(start, end):
        if _is_busy(entry):
            yield _instant(entry.start, zone), _instant(entry.end, zone)


def _is_busy(entry: Any) -> bool:
    uid = str(entry.get("UID", ""))
    is_ours = uid.startswith(OWN_SESSION) and uid.endswith(OWN_DOMAIN)
    is_free = (
        str(entry.get("TRANSP", "")).upper() == "TRANSPARENT"
        or str(entry.get("STATUS", "")).upper() == "CANCELLED"
        or str(entry.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() == "FREE"
    )
    return not is_ours and not is_free


def _stated(calendar: Calendar, zone: ZoneInfo) -> Iterator[Span]:
    """What a calendar states as busy without telling of any entry."""
    for component in calendar.walk("VFREEBUSY"):
        stated = component.get("FREEBUSY", [])
        for each in stated if isinstance(stated, list) else [stated]:
            if str(each.params.get("FBTYPE", "BUSY")).upper() != "FREE":
                yield from _periods(each, zone)


def _periods(stated: Any, zone: ZoneInfo) -> Iterator[Span]:
    for period in getattr(stated, "dts", [stated]):
        begins, ends = getattr(period, "dt", period)
        start = _instant(begins, zone)
        yield start, start + ends if isinstance(ends, timedelta) else _instant(ends, zone)


def _instant(at: date | datetime, zone: ZoneInfo) -> datetime:
    """An instant in UTC; what names no zone, and whole days, are on the host's clock."""
    if not isinstance(at, datetime):
        at = datetime.combine(at, time(0))
    return (at if at.utcoffset() is not None else at.replace(tzinfo=zone)).astimezone(UTC)


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return merged


def _note(endless: int, senseless: int, unknown: int) -> str:
    told = {
        "Left out, since they repeat every minute or second": endless,
        "Left out, since they never begin or end before they do": senseless,
        "Read in the zone of your hours, since theirs does not exist": unknown,
    }
    return " ".join(f"{words}: {number:,}." for words, number in told.items() if number)


def _names_no_zone(entry: Any) -> bool:
    begins = entry.get("DTSTART")
    named = begins is not None and "TZID" in begins.params
    return named and isinstance(begins.dt, datetime) and begins.dt.utcoffset() is None


if __name__ == "__main__":
    main()

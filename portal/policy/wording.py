"""How the policy writes numbers, days and lists in its sentences (American English, 24-hour clock)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def listed(items: Sequence[str], last: str = "and") -> str:
    """`a, b and c`; an empty list is an empty string."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def counted(number: int, noun: str) -> str:
    """`1 business day`, `2 business days`, `1,000 attendees`."""
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def long_day(day: date) -> str:
    """`Friday 3 July 2026`, as pages and mail write days: not by strftime, which follows the process's locale."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def clock(at: time) -> str:
    """`08:00`."""
    return f"{at.hour:02d}:{at.minute:02d}"


def length(minutes: int) -> str:
    """Minutes in the largest unit that is exact: `90 minutes`, `2 hours`, `2 days` for 48 hours."""
    if minutes and minutes % (24 * 60) == 0 and minutes > 24 * 60:
        return counted(minutes // (24 * 60), "day")
    if minutes and minutes % 60 == 0:
        return counted(minutes // 60, "hour")
    return counted(minutes, "minute")


def open_time(minutes: int) -> str:
    """Business minutes as exact as they were counted: `20 min`, `9 h`, `8 h 40 min`."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours:,} h"] if hours else []
    return " ".join([*parts, f"{rest} min"] if rest or not hours else parts)


def money(cents: int, currency: str) -> str:
    """`US$500` or `US$62.50`; other currencies show their code: `EUR 500`."""
    mark = "US$" if currency == "USD" else f"{currency} "
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{mark}{whole:,}" + (f".{rest:02d}" if rest else "")


def weekday_span(days: Sequence[int]) -> str:
    """`Monday to Friday` when the days follow each other, else `Monday, Wednesday and Friday`."""
    ordered = sorted(days)
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{WEEKDAYS[ordered[0]]} to {WEEKDAYS[ordered[-1]]}"
    return listed([WEEKDAYS[day] for day in ordered])

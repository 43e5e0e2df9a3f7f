"""How times, days, money and sizes are written on pages and in mail."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from flask import Flask, has_request_context

from portal.money import money

EASTERN = "America/New_York"


def local_time(moment: datetime, zone: str | None = None) -> str:
    """A moment in the reader's zone, with the zone's name of that date: `Tue 24 Nov 2026, 14:05 CET`."""
    return _in_zone(moment, zone or reader_zone())


def eastern_time(moment: datetime) -> str:
    """A moment in US Eastern, the zone support's promises are made in (HOW-3)."""
    return _in_zone(moment, EASTERN)


def clock_time(moment: datetime, zone: str | None = None) -> str:
    """The time of day alone, in the reader's zone: `14:05`."""
    return moment.astimezone(ZoneInfo(zone or reader_zone())).strftime("%H:%M")


def local_day(moment: datetime, zone: str | None = None) -> str:
    """The day of a moment in the reader's zone: `Tuesday 24 November 2026`."""
    return str(format_date(moment.astimezone(ZoneInfo(zone or reader_zone())), "EEEE d MMMM y", locale="en"))


@lru_cache(maxsize=2048)
def day(value: date) -> str:
    """A calendar day: `24 Nov 2026`."""
    return str(format_date(value, "d MMM y", locale="en"))


def file_size(size: int) -> str:
    """A size in bytes as people say it: `2.4 MB`."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def quoted(text: str) -> str:
    """Somebody's words inside a mail: each line marked, so that they cannot pass for the portal's own."""
    return "\n".join(f"> {line}" for line in text.splitlines())


def reader_zone() -> str:
    """The time zone of whoever reads this page; Eastern where nobody is signed in."""
    if not has_request_context():
        return EASTERN
    from portal.web.signed_in import current_actor

    return current_actor().time_zone


def _in_zone(moment: datetime, zone: str) -> str:
    local = moment.astimezone(ZoneInfo(zone))
    written = format_datetime(local, "EEE d MMM y, HH:mm", tzinfo=local.tzinfo, locale="en")
    return f"{written} {zone_name(local)}"


def zone_name(local: datetime) -> str:
    """The short name of a moment's zone at that date: `EST`, or `UTC-03` where a zone has none."""
    name = local.strftime("%Z")
    return f"UTC{name}" if name.startswith(("+", "-")) else name


def init_app(app: Flask) -> None:
    """Give the templates their filters."""
    for filter_ in (local_time, eastern_time, clock_time, local_day, day, money, file_size, quoted):
        app.add_template_filter(filter_)

"""The open times of docs/daylight-saving.md, which somebody counted by hand, played on the portal (HOW-3, HOW-5)."""

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from portal.bookings.days import day_in, utc_offset
from portal.bookings.models_hosts import HostHours, HostProfile
from portal.bookings.offers import overview
from portal.bookings.open_times import open_times
from portal.clock import now
from portal.db import db
from portal.policy.edition import FIRST_EDITION
from portal.policy.training import SessionKind

PAGE = Path(__file__).parent.parent.parent / "docs" / "daylight-saving.md"
KIND = SessionKind.CONTACT_TRAINING


def cases():
    """The rows of the page's first table."""
    section = PAGE.read_text().partition("## Open times of live sessions")[2].partition("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| ")][1:]
    return [pytest.param(*(cell.strip() for cell in row), id=row[0].strip()) for row in rows]


def hosted(host, hours, day):
    """Give a host hours of that date alone."""
    zone, opens, closes = re.fullmatch(r"(\S+) (\d\d:\d\d)-(\d\d:\d\d)", hours).groups()
    minutes = [int(at[:2]) * 60 + int(at[3:]) for at in (opens, closes)]
    db.session.add(HostProfile(host_id=host.id, zone=zone))
    db.session.add(
        HostHours(
            host_id=host.id,
            weekday=day.weekday(),
            opens=minutes[0],
            closes=minutes[1],
            first_day=day,
            last_day=day,
        )
    )
    db.session.commit()


def shown(event, zone):
    """What a reader in a zone sees: the first start, the last, and how many."""
    parts = overview(event).listed(KIND, zone, None).days
    times = [at for part in parts for at in part.times]
    if not times:
        return "none"
    ends = [
        f"{day_in(at.starts_at, zone)} {at.clock} {utc_offset(at.starts_at, zone)}"
        for at in (times[0], times[-1])
    ]
    return f"{ends[0]} to {ends[1]}, {len(times)}"


def test_there_are_sixteen_cases():
    assert len(cases()) == 16


@pytest.mark.parametrize(("case", "hours", "day", "reader", "by_hand", "expected"), cases())
def test_as_counted_by_hand(case, hours, day, reader, by_hand, expected, world, congress, clock):
    on = date.fromisoformat(day)
    clock.move_to(datetime.combine(on - timedelta(days=9), time(12), tzinfo=UTC))
    hosted(world.agent, hours, on)
    assert shown(congress, reader) == expected
    # What is shown is what is accepted, a quarter of an hour at a time.
    whole = open_times(FIRST_EDITION, now())
    start = datetime.combine(on, time(0), tzinfo=UTC) - timedelta(hours=14)
    for number in range(4 * 40):
        at = start + number * timedelta(minutes=15)
        offered = whole.between(KIND, at, at + timedelta(microseconds=1))
        assert whole.starting(KIND, at) == offered
        if offered or number % 80 == 0:
            assert open_times(FIRST_EDITION, now(), around=at).starting(KIND, at) == offered

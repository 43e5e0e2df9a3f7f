"""HOW-3, HOW-5: when a host takes sessions, minute by minute, also where clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.policy.edition import FIRST_EDITION
from portal.policy.host_hours import HostHours, Minutes, Weekly, clock_stretches, stretches
from portal.policy.instants import eastern
from tests.policy.clock_changes import ZONES, changes_of

some = settings(max_examples=40, deadline=None)
HOURS = FIRST_EDITION.hours
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SPANS = ((0, 1440), (60, 150), (105, 135), (0, 120), (120, 600), (1380, 1440))


def shown_at(at: datetime, zone: str) -> tuple[date, int]:
    """What a clock of the zone shows at an instant: its date, and minutes from midnight."""
    here = at.astimezone(ZoneInfo(zone))
    return here.date(), here.hour * 60 + here.minute


def instants_around(day: date) -> list[datetime]:
    """Every fifth minute of the instants that could be of that date somewhere."""
    start = datetime.combine(day, time(0), tzinfo=UTC) - 15 * 60 * MINUTE
    return [start + number * 5 * MINUTE for number in range(54 * 12)]


@pytest.mark.parametrize("zone", ZONES)
def test_a_minute_counts_exactly_when_the_clock_shows_a_time_within(zone: str) -> None:
    for day in {at.astimezone(ZoneInfo(zone)).date() for at in changes_of(zone)}:
        shown = [(at, *shown_at(at, zone)) for at in instants_around(day)]
        for opens, closes in SPANS:
            found = clock_stretches(day, Minutes(opens, closes), zone)
            expected = [
                at for at, date_there, minute in shown if date_there == day and opens <= minute < closes
            ]
            assert [at for at, *_ in shown if any(s.starts_at <= at < s.ends_at for s in found)] == expected
            assert all(before.ends_at < after.starts_at for before, after in pairwise(found))


@some
@given(
    st.sampled_from([*ZONES, "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC", "Asia/Kathmandu"]),
    st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.integers(0, 1439), st.integers(1, 1440),
)  # fmt: skip
def test_any_date_in_any_zone(zone: str, day: date, opens: int, length: int) -> None:
    closes = min(1440, opens + length)
    for stretch in clock_stretches(day, Minutes(opens, closes), zone):
        for at in (stretch.starts_at, stretch.ends_at - MINUTE):
            shown = shown_at(at, zone)
            assert shown[0] == day
            assert opens <= shown[1] < closes


def test_weekly_hours_hold_from_their_first_day_to_their_last() -> None:
    monday = Weekly(0, Minutes(540, 720), date(2026, 12, 7), date(2026, 12, 14))
    host = HostHours("Europe/Vienna", (monday,))
    found = list(stretches(host, date(2026, 11, 1), date(2026, 12, 31), HOURS))
    assert [str(each.starts_at)[:16] for each in found] == ["2026-12-07 08:00", "2026-12-14 08:00"]


def test_a_date_of_its_own_counts_in_place_of_the_usual_hours() -> None:
    weekly = tuple(Weekly(day, Minutes(540, 720), date(2026, 1, 1)) for day in range(7))
    others = {date(2026, 12, 1): None, date(2026, 12, 2): Minutes(600, 630)}
    found = list(stretches(HostHours("UTC", weekly, others), date(2026, 11, 30), date(2026, 12, 3), HOURS))
    assert [(each.starts_at.day, each.starts_at.hour) for each in found] == [(30, 9), (2, 10), (3, 9)]


def test_a_holiday_is_closed_unless_the_host_opens_that_date() -> None:
    weekly = tuple(Weekly(day, Minutes(0, 1440), date(2026, 1, 1)) for day in range(7))
    christmas = date(2026, 12, 25)
    usual = list(stretches(HostHours("America/New_York", weekly), christmas, christmas, HOURS))
    opened = HostHours("America/New_York", weekly, {christmas: Minutes(600, 720)})
    assert usual == []
    assert [s.starts_at for s in stretches(opened, christmas, christmas, HOURS)] == [
        eastern(christmas, time(10))
    ]


def test_a_holiday_is_a_date_in_eastern_wherever_the_host_is() -> None:
    weekly = tuple(Weekly(day, Minutes(0, 1440), date(2026, 1, 1)) for day in range(7))
    host = HostHours("Australia/Sydney", weekly)
    thanksgiving = date(2026, 11, 26)
    found = list(stretches(host, thanksgiving, thanksgiving + DAY, HOURS))
    closed = (eastern(thanksgiving), eastern(thanksgiving + DAY))
    # Sydney's 26th begins on the Eastern 25th: open until it is Thanksgiving in New York.
    assert [(s.starts_at, s.ends_at) for s in found] == [
        (datetime(2026, 11, 25, 13, tzinfo=UTC), closed[0]), (closed[1], datetime(2026, 11, 27, 13, tzinfo=UTC)),
    ]  # fmt: skip

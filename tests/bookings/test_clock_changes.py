"""What is shown is exactly what is accepted, over every change of the clocks from 2026 to 2030 in six zones (HOW-5)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.bookings.host_times import windows_of
from portal.bookings.open_times import OpenTimes
from portal.policy.edition import FIRST_EDITION
from portal.policy.host_hours import HostHours, Minutes, Weekly
from portal.policy.training import BusyRange, SessionKind, busy_range, session_times
from tests.policy.clock_changes import ZONES, changes_of

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SPANS = ((0, 1440), (60, 240), (90, 210), (0, 135), (1320, 1440))
CHANGES = [(zone, at) for zone in ZONES for at in changes_of(zone)]


def times_around(
    zone: str, change: datetime, spans: tuple[tuple[int, int], ...], busy: tuple = ()
) -> OpenTimes:
    """The open times of hosts, one for each span, on the date of a change in their zone, as of some days before."""
    day = change.astimezone(ZoneInfo(zone)).date()
    start, end = change - 2 * DAY, change + 2 * DAY
    windows = []
    for host, span in enumerate(spans, 1):
        weekly = tuple(Weekly(each, Minutes(*span), date(2026, 1, 1)) for each in range(7))
        others = {day - DAY: None, day + DAY: None}
        windows += windows_of(host, HostHours(zone, weekly, others), start, end, FIRST_EDITION.hours)
    return OpenTimes(tuple(windows), busy, change - 9 * DAY, FIRST_EDITION)


def is_within(start: datetime, length: int, zone: str, spans: tuple[tuple[int, int], ...]) -> bool:
    """Whether some host's clock shows the date and a time within the hours at every five minutes of a session."""
    shown = [(start + n * 5 * MINUTE).astimezone(ZoneInfo(zone)) for n in range(length // 5)]
    return any(all(low <= at.hour * 60 + at.minute < high for at in shown) for low, high in spans)


@pytest.mark.parametrize(("zone", "change"), CHANGES, ids=lambda each: str(each)[:16])
def test_shown_is_accepted_and_lies_within_the_hours_on_the_hosts_clock(zone, change):
    times = times_around(zone, change, SPANS)
    for kind in (SessionKind.CONTACT_TRAINING, SessionKind.LIVE_ASSISTANCE):
        length = session_times(kind, FIRST_EDITION).length_minutes
        shown = {slot.starts_at for slot in times.between(kind, change - DAY, change + DAY)}
        assert shown
        for number in range(-40, 41):
            at = change + number * 15 * MINUTE
            assert bool(times.starting(kind, at)) == (at in shown)
            assert at not in shown or is_within(at, length, zone, SPANS)


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(CHANGES), st.integers(0, 1380), st.integers(30, 1440), st.sampled_from(SessionKind),
    st.integers(-600, 600), st.integers(-600, 600),
)  # fmt: skip
def test_any_hours_any_kind_beside_something_else(where, opens, minutes, kind, start, taken_at):
    zone, change = where
    spans = ((opens, min(1440, opens + minutes)),)
    taken = BusyRange(1, *busy_range(change + taken_at * MINUTE, FIRST_EDITION, kind))
    times = times_around(zone, change, spans, (taken,))
    shown = times.between(kind, change - 2 * DAY, change + 2 * DAY)
    length = session_times(kind, FIRST_EDITION).length_minutes
    for slot in shown:
        assert times.starting(kind, slot.starts_at) == (slot,)
        assert is_within(slot.starts_at, length, zone, spans)
        busy = busy_range(slot.starts_at, FIRST_EDITION, kind)
        assert busy[1] <= taken.starts_at or busy[0] >= taken.ends_at
    at = change + start * MINUTE
    assert bool(times.starting(kind, at)) == (at in {slot.starts_at for slot in shown})

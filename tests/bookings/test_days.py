"""Times as their reader's calendar has them, across the changes of the clocks. Computed by hand."""

from datetime import timedelta

import pytest

from portal.bookings.days import by_day, instant_from, instant_text, shown, utc_offset
from portal.policy.training import Slot
from tests.bookings.sessions import utc

EASTERN, VIENNA, KOLKATA, TOKYO = "America/New_York", "Europe/Vienna", "Asia/Kolkata", "Asia/Tokyo"


def slots(*starts):
    return [Slot(utc(start), utc(start) + timedelta(hours=1), host_id=1) for start in starts]


@pytest.mark.parametrize(
    ("at", "zone", "offset"),
    [
        # The United States go forward on 8 March 2026 at 07:00 UTC and back on 1 November at 06:00 UTC.
        ("2026-03-08 06:59", EASTERN, "UTC-5"),
        ("2026-03-08 07:00", EASTERN, "UTC-4"),
        ("2026-11-01 05:59", EASTERN, "UTC-4"),
        ("2026-11-01 06:00", EASTERN, "UTC-5"),
        # Europe goes forward on 29 March 2026 and back on 25 October, both at 01:00 UTC.
        ("2026-03-29 00:59", VIENNA, "UTC+1"),
        ("2026-03-29 01:00", VIENNA, "UTC+2"),
        ("2026-10-25 00:59", VIENNA, "UTC+2"),
        ("2026-10-25 01:00", VIENNA, "UTC+1"),
        ("2026-10-25 01:00", KOLKATA, "UTC+5:30"),
        ("2026-07-01 00:00", "UTC", "UTC"),
        ("2026-07-01 00:00", "America/St_Johns", "UTC-2:30"),
    ],
)
def test_the_offset_is_that_of_the_date(at, zone, offset):
    assert utc_offset(utc(at), zone) == offset


@pytest.mark.parametrize(
    ("at", "zone", "here", "eastern"),
    [
        ("2026-03-06 15:00", VIENNA, "16:00", "10:00 EST"),
        # Three weeks in which Vienna is five hours ahead of Eastern in place of six.
        ("2026-03-13 14:00", VIENNA, "15:00", "10:00 EDT"),
        ("2026-04-03 14:00", VIENNA, "16:00", "10:00 EDT"),
        ("2026-10-23 12:00", VIENNA, "14:00", "08:00 EDT"),
        # And one in autumn.
        ("2026-10-30 13:00", VIENNA, "14:00", "09:00 EDT"),
        ("2026-11-06 13:00", VIENNA, "14:00", "08:00 EST"),
        ("2026-12-01 16:00", TOKYO, "01:00", "Tue 11:00 EST"),
        ("2026-12-01 16:00", EASTERN, "11:00", None),
        ("2026-12-01 16:00", "America/Toronto", "11:00", None),
    ],
)
def test_eastern_stands_beside_the_readers_time(at, zone, here, eastern):
    time = shown(utc(at), zone)
    assert (time.clock, time.eastern) == (here, eastern)


def test_the_doubled_hour_is_told_apart_by_its_offset():
    hours = slots("2026-11-01 04:30", "2026-11-01 05:30", "2026-11-01 06:30", "2026-11-02 05:30")
    found = [(day.name, day.offset, [time.clock for time in day.times]) for day in by_day(hours, EASTERN)]
    assert found == [
        ("Sunday 1 November 2026", "UTC-4", ["00:30", "01:30"]),
        ("Sunday 1 November 2026", "UTC-5", ["01:30"]),
        ("Monday 2 November 2026", "UTC-5", ["00:30"]),
    ]


def test_a_day_is_the_readers_day():
    late = slots("2026-11-25 23:30")
    assert by_day(late, EASTERN)[0].name == "Wednesday 25 November 2026"
    assert by_day(late, VIENNA)[0].name == "Thursday 26 November 2026"


@pytest.mark.parametrize(
    "text",
    [None, "", "soon", "2026-11-25", "2026-11-25T15:00:00", "2026-13-45T00:00:00Z", "0001-01-01T00:00:00+23:59",
     "9999-12-31T23:59:59-23:59", "2026-11-25T15:00:00+99:00", "\x00", "2026-11-25T15:00:00Z; DROP", "1e9"],
)  # fmt: skip
def test_what_names_no_instant_is_none(text):
    assert instant_from(text) is None


def test_an_instant_survives_its_text():
    at = utc("2026-11-25 15:00") + timedelta(microseconds=5)
    assert instant_from(instant_text(at)) == at
    assert instant_from("2026-11-25T16:00:00+01:00") == utc("2026-11-25 15:00")

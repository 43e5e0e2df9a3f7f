"""When a calendar is busy, in every form that calendars have, and what cannot be read (HOW-5)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.busy_calendars.addresses import NotFetched
from portal.busy_calendars.confined import read
from portal.busy_calendars.reading import busy_of
from tests.busy_calendars.feeds import MEETING, calendar

START = datetime(2026, 11, 23, tzinfo=UTC)
END = START + timedelta(days=70)
VIENNA = "Europe/Vienna"


def busy(body: bytes) -> list[str]:
    found = busy_of(body, ZoneInfo(VIENNA), START, END)
    return [f"{start[5:16]} {end[5:16]}" for start, end in found["busy"]]


def note(body: bytes) -> str:
    return str(busy_of(body, ZoneInfo(VIENNA), START, END)["note"])


FREEBUSY = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VFREEBUSY\r\nUID:1\r\nDTSTAMP:20261101T000000Z\r\n"
    b"FREEBUSY;FBTYPE=BUSY:20261125T100000Z/20261125T110000Z,20261126T100000Z/PT1H\r\n"
    b"FREEBUSY;FBTYPE=FREE:20261128T100000Z/PT1H\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n"
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (calendar(MEETING), ["11-25T10:00 11-25T11:00"]),
        (b"\xef\xbb\xbf" + calendar(MEETING), ["11-25T10:00 11-25T11:00"]),
        (calendar("DTSTART:20261125T100000\nDURATION:PT1H"), ["11-25T09:00 11-25T10:00"]),
        (calendar("DTSTART;VALUE=DATE:20261125\nDTEND;VALUE=DATE:20261127"), ["11-24T23:00 11-26T23:00"]),
        (calendar("DTSTART;TZID=America/New_York:20261125T100000\nDURATION:PT30M"), ["11-25T15:00 11-25T15:30"]),
        (calendar("DTSTART;TZID=W. Europe Standard Time:20261125T100000\nDURATION:PT30M"), ["11-25T09:00 11-25T09:30"]),
        (calendar("TRANSP:TRANSPARENT\n" + MEETING), []),
        (calendar("STATUS:CANCELLED\n" + MEETING), []),
        (calendar("X-MICROSOFT-CDO-BUSYSTATUS:FREE\n" + MEETING), []),
        (calendar(MEETING).replace(b"UID:0@x.example", b"UID:session-7@conference-tracker.example"), []),
        (calendar(MEETING, "DTSTART:20261125T103000Z\nDURATION:PT1H"), ["11-25T10:00 11-25T11:30"]),
        (calendar("DTSTART:20261101T100000Z\nDTEND:20261124T110000Z"), ["11-23T00:00 11-24T11:00"]),
        (calendar("DTSTART:20301125T100000Z\nDURATION:PT1H"), []),
        (calendar("DTSTART:20261125T100000Z"), []),
        (FREEBUSY, ["11-25T10:00 11-25T11:00", "11-26T10:00 11-26T11:00"]),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", []),
    ],
)  # fmt: skip
def test_busy_is_what_an_entry_takes(body, expected):
    assert busy(body) == expected


def test_what_repeats_keeps_its_clock_time_and_leaves_its_exceptions_out():
    weekly = (
        "DTSTART;TZID=America/New_York:20260105T100000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=WE;UNTIL=20261217T000000Z\n"
        "EXDATE;TZID=America/New_York:20261209T100000"
    )
    moved = "DTSTART;TZID=America/New_York:20261203T120000\nDURATION:PT1H\nRECURRENCE-ID;TZID=America/New_York:20261202T100000"
    body = calendar(weekly, moved).replace(b"UID:1@", b"UID:0@")
    assert busy(body) == ["11-25T15:00 11-25T16:00", "12-03T17:00 12-03T18:00", "12-16T15:00 12-16T16:00"]


def test_endless_repeating_ends_at_the_horizon():
    assert len(busy(calendar("DTSTART:20260101T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY"))) == 70


def test_what_was_left_out_or_read_otherwise_is_told():
    every_second = "DTSTART:20260101T100000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY"
    assert busy(calendar(every_second, MEETING)) == ["11-25T10:00 11-25T11:00"]
    assert note(calendar(every_second)) == "Left out, since they repeat every minute or second: 1."
    backwards = calendar("DTSTART:20261125T100000Z\nDTEND:20251125T110000Z", "SUMMARY:Never begins")
    assert (busy(backwards), note(backwards)) == (
        [],
        "Left out, since they never begin or end before they do: 2.",
    )
    nowhere = calendar("DTSTART;TZID=Mars/Olympus:20261125T100000\nDTEND;TZID=Mars/Olympus:20261125T110000")
    assert busy(nowhere) == ["11-25T09:00 11-25T10:00"]
    assert note(nowhere) == "Read in the zone of your hours, since theirs does not exist: 1."


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!doctype html><p>Sign in", "no calendar at that address"),
        (b"", "no calendar at that address"),
        (b"\x00\x01\x02" * 100, "no calendar at that address"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nnonsense", "broken"),
        (calendar("DTSTART:20261125T100000Z\nDURATION:PT1H\nRRULE:FREQ=NEVER"), "broken"),
        (calendar("DTSTART:20261125T100000Z\nDURATION:PT1H\nRRULE:FREQ=YEARLY;COUNT=99999999999"), "broken"),
        (calendar("DTSTART:20261399T100000Z"), "broken"),
        (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 5_001 + b"END:VCALENDAR", "more than 5,000"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_in_words(body, words):
    with pytest.raises(NotFetched, match=words):
        busy_of(body, ZoneInfo(VIENNA), START, END)


def test_a_calendar_that_would_take_for_ever_is_stopped():
    each = ",".join(map(str, range(60)))
    rule = f"RRULE:FREQ=DAILY;BYHOUR={','.join(map(str, range(24)))};BYMINUTE={each};BYSECOND={each}"
    with pytest.raises(NotFetched, match="takes too long"):
        read(calendar(f"DTSTART:20200101T000000Z\nDURATION:PT1S\n{rule}"), VIENNA, START, END, seconds=1)


def test_only_ranges_leave_the_process():
    found = read(calendar(MEETING), VIENNA, START, END)
    assert found == {"busy": [["2026-11-25T10:00:00+00:00", "2026-11-25T11:00:00+00:00"]], "note": ""}

"""Reading what the portal writes for calendars: with two libraries that have nothing in common, out of real mail."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage

import icalendar
import vobject


@dataclass(frozen=True)
class Entry:
    """What a calendar program learns of a session."""

    method: str
    uid: str
    sequence: int
    status: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    organiser: str
    attendee: str
    partstat: str
    rsvp: str
    location: str


def by_icalendar(text: str) -> Entry:
    """As the first library reads it."""
    calendar = icalendar.Calendar.from_ical(text)
    [entry] = calendar.walk("VEVENT")
    attendee = entry["ATTENDEE"]
    return Entry(
        str(calendar["METHOD"]), str(entry["UID"]), int(entry["SEQUENCE"]), str(entry["STATUS"]),
        entry.decoded("DTSTART").astimezone(UTC), entry.decoded("DTEND").astimezone(UTC), str(entry["SUMMARY"]),
        str(entry["ORGANIZER"]), str(attendee), str(attendee.params["PARTSTAT"]), str(attendee.params["RSVP"]),
        str(entry.get("LOCATION", "")),
    )  # fmt: skip


def by_vobject(text: str) -> Entry:
    """As the second library reads it."""
    calendar = vobject.readOne(text)
    entry = calendar.vevent
    attendee = entry.attendee
    return Entry(
        calendar.method.value, entry.uid.value, int(entry.sequence.value), entry.status.value,
        entry.dtstart.value.astimezone(UTC), entry.dtend.value.astimezone(UTC), entry.summary.value,
        entry.organizer.value, attendee.value, attendee.partstat_param, attendee.rsvp_param,
        entry.location.value if hasattr(entry, "location") else "",
    )  # fmt: skip


def entry_in(text: str) -> Entry:
    """What both libraries read, which is the same."""
    first, second = by_icalendar(text), by_vobject(text)
    assert first == second
    assert "\r\n" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return first


def stamp_of(text: str) -> datetime:
    """DTSTAMP, by both."""
    [entry] = icalendar.Calendar.from_ical(text).walk("VEVENT")
    stamped = entry.decoded("DTSTAMP").astimezone(UTC)
    assert stamped == vobject.readOne(text).vevent.dtstamp.value.astimezone(UTC)
    return stamped


def calendar_text(message: EmailMessage) -> str:
    """The invitation in a mail, built as mail programs know it for one (RFC 6047): the last alternative of the text,
    and the same once more as a file."""
    assert message.get_content_type() == "multipart/mixed"
    alternative, file = message.iter_parts()
    assert alternative.get_content_type() == "multipart/alternative"
    plain, html, calendar = alternative.iter_parts()
    assert [plain.get_content_type(), html.get_content_type()] == ["text/plain", "text/html"]
    assert calendar.get_content_type() == "text/calendar"
    assert calendar.get_content_charset() == "utf-8"
    assert calendar["Content-Transfer-Encoding"] == file["Content-Transfer-Encoding"] == "base64"
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "invite.ics")
    written = calendar.get_payload(decode=True)
    assert written == file.get_payload(decode=True)
    assert f"METHOD:{calendar.get_param('method')}\r\n".encode() in written
    return written.decode()

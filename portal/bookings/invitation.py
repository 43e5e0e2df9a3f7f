"""A live session as an entry for the calendars of those who take part (RFC 5545, 5546 and 6047)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Event as CalendarEntry
from icalendar import vText, vUri

from portal.bookings.models import Booking
from portal.clock import now
from portal.mail.itip import calendar, party, written
from portal.mail.post import Calendar

ORGANISER = "Conference Tracker Support"
ASKED_AGAIN_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Invited:
    """Whose calendar an entry is for. `organiser` is the bare address that answers go to; `asked` says whether
    anything comes in there; `partstat` is what this person answered about the present time (RFC 5545)."""

    name: str
    email: str
    organiser: str
    asked: bool = False
    partstat: str = "NEEDS-ACTION"


@dataclass(frozen=True)
class Listed:
    """One entry of a calendar: `address` is the page it is about, `join` where to meet, if anywhere."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    title: str
    description: str
    address: str
    join: str | None = None


def invitation(booking: Booking, to: Invited, *, address: str, uninvited: bool = False) -> Calendar:
    """The session for one person's calendar, with where to meet; `address` is its page.

    REQUEST enters, moves or changes it; CANCEL strikes it out, when it was cancelled or for whom is not invited
    any more: the same UID always, with a higher SEQUENCE each time. DTSTAMP is the moment of writing, so that of two
    with one SEQUENCE the later one holds. Times are in UTC, which every calendar shows in its owner's zone.
    """
    struck_out = uninvited or booking.state == "cancelled"
    entry = _entry(listed(booking, address), now(), cancelled=struck_out)
    entry.add("organizer", party(to.organiser, ORGANISER))
    entry.add("attendee", party(to.email, to.name, **_attendance(to, struck_out)))
    method = "CANCEL" if struck_out else "REQUEST"
    answers_to = f"{ORGANISER} <{to.organiser}>" if to.asked else ""
    return Calendar(written(calendar(method), [entry]), method, answers_to)


def feed(listed: Iterable[Listed], *, name: str, organiser: str, changed: datetime) -> str:
    """A calendar to subscribe to. `changed` is the DTSTAMP of every entry: the same entries make the same bytes."""
    made = calendar("PUBLISH")
    made.add("name", name)
    made.add("x-wr-calname", name)
    made.add("refresh-interval", ASKED_AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    return written(made, [_published(one, organiser, changed) for one in listed])


def listed(booking: Booking, address: str) -> Listed:
    """A session as a feed lists it, with where to meet."""
    join = booking.join_address
    return Listed(
        booking.calendar_uid, booking.calendar_sequence, booking.starts_at, booking.ends_at,
        f"{booking.title}: {booking.event.name}", _described(booking, address, join), address, join,
    )  # fmt: skip


def _published(one: Listed, organiser: str, changed: datetime) -> CalendarEntry:
    entry = _entry(one, changed, cancelled=False)
    entry.add("organizer", party(organiser, ORGANISER))
    entry.add("class", "PRIVATE")
    return entry


def _entry(one: Listed, stamp: datetime, *, cancelled: bool) -> CalendarEntry:
    entry = CalendarEntry()
    entry.add("uid", one.uid)
    entry.add("sequence", one.sequence)
    entry.add("dtstamp", stamp)
    entry.add("dtstart", one.starts_at)
    entry.add("dtend", one.ends_at)
    entry.add("summary", one.title)
    entry.add("description", one.description)
    entry.add("url", one.address)
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    entry.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    if one.join and not cancelled:
        entry.add("location", one.join)
        entry.add("conference", _conference(one.join))
    return entry


def _described(booking: Booking, address: str, join: str | None) -> str:
    joining = f"Join: {join}\n" if join else ""
    return f"Live session with {booking.host.name}.\n{joining}The session: {address}"


def _conference(join: str) -> vUri:
    # RFC 7986: programs that know it offer a button for joining; others show the location.
    uri = vUri(join)
    uri.params.update({"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": vText("Join the session")})
    return uri


def _attendance(to: Invited, struck_out: bool) -> dict[str, str]:
    # Whom nobody can hear is not asked.
    asks = to.asked and not struck_out
    partstat = to.partstat if to.asked else "ACCEPTED"
    return {
        "CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": partstat, "RSVP": "TRUE" if asks else "FALSE",
    }  # fmt: skip

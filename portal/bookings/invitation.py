"""A live session as an entry for the calendars of those who take part (RFC 5545 and 5546)."""

from icalendar import Calendar as ICalendar
from icalendar import Event as CalendarEntry
from icalendar import vCalAddress

from portal.bookings.models import Booking
from portal.mail.post import Calendar

PRODUCT = "-//Conference Tracker//Support portal//EN"


def invitation(booking: Booking, *, name: str, email: str, support: str, address: str) -> Calendar:
    """The session for one person's calendar, `support` and `email` being bare mail addresses.

    REQUEST enters or moves it, CANCEL strikes it out: the same UID, with a higher SEQUENCE each time.
    Times are in UTC, which every calendar shows in its owner's zone without our describing that zone.
    """
    method = "CANCEL" if booking.state == "cancelled" else "REQUEST"
    entry = CalendarEntry()
    entry.add("uid", booking.calendar_uid)
    entry.add("sequence", booking.calendar_sequence)
    entry.add("dtstamp", booking.cancelled_at or booking.booked_at)
    entry.add("dtstart", booking.starts_at)
    entry.add("dtend", booking.ends_at)
    entry.add("summary", f"{booking.title}: {booking.event.name}")
    entry.add("description", f"Live session with {booking.host.name}.\n{address}")
    entry.add("url", address)
    entry.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    entry.add("organizer", _party(support, "Conference Tracker Support"))
    entry.add("attendee", _party(email, name, ROLE="REQ-PARTICIPANT", PARTSTAT="ACCEPTED", RSVP="FALSE"))
    return Calendar(_calendar(entry, method), method)


def _party(email: str, name: str, **parameters: str) -> vCalAddress:
    party = vCalAddress(f"mailto:{email}")
    party.params.update({"CN": name, **parameters})
    return party


def _calendar(entry: CalendarEntry, method: str) -> str:
    calendar = ICalendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(entry)
    return bytes(calendar.to_ical()).decode()

"""A session as an entry for the calendar of somebody in its audience (RFC 5545 and 5546): theirs alone."""

from icalendar import Calendar as ICalendar
from icalendar import Event as CalendarEntry
from icalendar import vCalAddress

from portal.audiences.models import AudienceMember
from portal.bookings.models import Booking
from portal.clock import now
from portal.mail.post import Calendar

PRODUCT = "-//Conference Tracker//Support portal//EN"


def entry_for(
    member: AudienceMember,
    booking: Booking,
    *,
    organiser: str,
    answers_to: str,
    page: str,
    struck_out: bool = False,
) -> Calendar:
    """REQUEST enters or moves the session, CANCEL strikes it out: one UID, its SEQUENCE never falling.

    Nobody else of the audience is in it. `organiser` is the customer, `answers_to` a bare mail address, `page`
    the private one. Times are in UTC, which every calendar shows in its owner's zone.
    """
    method = "CANCEL" if struck_out else "REQUEST"
    entry = CalendarEntry()
    entry.add("uid", f"audience-{member.id}-{booking.calendar_uid}")
    # Who is struck out and was told of this sequence already must be told of a later one.
    entry.add(
        "sequence",
        booking.calendar_sequence + (member.told_sequence >= booking.calendar_sequence and struck_out),
    )
    entry.add("dtstamp", now())
    entry.add("dtstart", booking.starts_at)
    entry.add("dtend", booking.ends_at)
    entry.add("summary", f"{booking.title}: {booking.event.name}")
    entry.add("description", f"How to join, and whether you come: {page}")
    entry.add("url", page)
    entry.add("status", "CANCELLED" if struck_out else "CONFIRMED")
    entry.add("organizer", _party(answers_to, organiser))
    entry.add("attendee", _party(member.email, member.name, ROLE="REQ-PARTICIPANT", RSVP="FALSE"))
    return Calendar(_written(entry, method), method)


def _party(email: str, name: str, **parameters: str) -> vCalAddress:
    party = vCalAddress(f"mailto:{email}")
    party.params.update({"CN": name, **parameters})
    return party


def _written(entry: CalendarEntry, method: str) -> str:
    calendar = ICalendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(entry)
    return bytes(calendar.to_ical()).decode()

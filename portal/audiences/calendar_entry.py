"""A session as an entry for the calendar of somebody in its audience (RFC 5545 and 5546): theirs alone."""

from icalendar import Event as CalendarEntry

from portal.audiences.models import AudienceMember
from portal.bookings.models import Booking
from portal.clock import now
from portal.mail.itip import calendar, party, written
from portal.mail.post import Calendar


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
    entry.add("organizer", party(answers_to, organiser))
    entry.add("attendee", party(member.email, member.name, ROLE="REQ-PARTICIPANT", RSVP="FALSE"))
    return Calendar(written(calendar(method), [entry]), method)

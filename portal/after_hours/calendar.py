"""A window as an entry for the calendars of its holder and of those who bought it (RFC 5545 and 5546)."""

from icalendar import Event as CalendarEntry

from portal.after_hours.models import Window
from portal.clock import now
from portal.mail.itip import calendar, party, written
from portal.mail.post import Calendar


def entry_of(
    window: Window, *, name: str, email: str, support: str, address: str, gone: bool = False
) -> Calendar:
    """The window for one person's calendar, `support` and `email` being bare mail addresses.

    REQUEST enters or changes it, CANCEL (`gone`) strikes it out: the same UID, with a higher SEQUENCE each time.
    Times are in UTC, which every calendar shows in its owner's zone without our describing that zone.
    """
    entry = CalendarEntry()
    entry.add("uid", window.calendar_uid)
    entry.add("sequence", window.calendar_sequence)
    entry.add("dtstamp", now())
    entry.add("dtstart", window.starts_at)
    entry.add("dtend", window.ends_at)
    entry.add("summary", f"{window.title} after hours: {window.event.name}")
    entry.add("description", "\n".join(_words(window, address)))
    entry.add("url", address)
    entry.add("status", "CANCELLED" if gone else "CONFIRMED")
    entry.add("organizer", party(support, "Conference Tracker Support"))
    entry.add("attendee", party(email, name, ROLE="REQ-PARTICIPANT", PARTSTAT="ACCEPTED", RSVP="FALSE"))
    method = "CANCEL" if gone else "REQUEST"
    return Calendar(written(calendar(method), [entry]), method)


def _words(window: Window, address: str) -> list[str]:
    held = [f"Held by {window.holder.name} of support."] if window.holder else []
    reached = [f"Reached at: {window.reach}"] if window.reach else []
    return [*held, *reached, address]

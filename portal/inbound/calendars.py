"""Invitations and answers to them that come by mail (RFC 5546)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from portal.inbound.addresses import addresses
from portal.inbound.charsets import one_line
from portal.inbound.contents import content_of
from portal.inbound.parsed import CalendarReply
from portal.inbound.structure import Part

if TYPE_CHECKING:
    from icalendar import Event

LARGEST = 200_000
LONGEST = 300
ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}


def calendar_of(parts: list[Part]) -> tuple[CalendarReply | None, list[str]]:
    """The answer to an invitation among calendar parts, if there is one, and a sentence for each other part."""
    answer: CalendarReply | None = None
    notes: dict[str, None] = {}
    for part in parts[:5]:
        method, event = _read(content_of(part))
        if method in ("REPLY", "COUNTER") and event is not None:
            answer = answer or _answer(event)
            notes[f"Calendar reply: {_in_words(answer)}."] = None
        else:
            notes["The mail holds a calendar entry; it was not kept as a file."] = None
    return answer, list(notes)


def _in_words(answer: CalendarReply) -> str:
    said = ANSWERS.get(answer.partstat, answer.partstat.lower() or "no answer given")
    return f"{said} by {answer.attendee}" if answer.attendee else said


def _read(content: bytes) -> tuple[str, "Event | None"]:
    if len(content) > LARGEST:
        return "", None
    # Few mails hold a calendar, and each is read in a process that has to load what it needs.
    from icalendar import Calendar, Event

    try:
        calendar = Calendar.from_ical(content.decode("utf-8", "replace"))
        events = [event for event in calendar.walk("VEVENT") if isinstance(event, Event)]
        return str(calendar.get("METHOD", "")).upper(), events[0] if events else None
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return "", None


def _answer(event: "Event") -> CalendarReply:
    attendee = next(_attendees(event), None)
    found = addresses([str(attendee).lower().removeprefix("mailto:")]) if attendee is not None else ()
    partstat = str(getattr(attendee, "params", {}).get("PARTSTAT", ""))
    return CalendarReply(
        uid=one_line(str(event.get("UID", "")), LONGEST),
        attendee=found[0].address if found else "",
        partstat=one_line(partstat, 40).upper(),
    )


def _attendees(event: "Event") -> Iterator[object]:
    told = event.get("ATTENDEE", [])
    yield from told if isinstance(told, list) else [told]

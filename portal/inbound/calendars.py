"""Invitations and answers to them that come by mail (RFC 5546)."""

from collections.abc import Iterator
from datetime import UTC, datetime
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
LONGEST_COMMENT = 500
HIGHEST_SEQUENCE = 2**31 - 1
ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}


def calendar_of(parts: list[Part]) -> tuple[CalendarReply | None, list[str]]:
    """The answer to an invitation among calendar parts, if there is one, and a sentence for each other part."""
    answer: CalendarReply | None = None
    notes: dict[str, None] = {}
    for part in parts[:5]:
        method, event = _read(content_of(part))
        if method in ("REPLY", "COUNTER") and event is not None:
            answer = answer or _answer(method, event)
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


def _answer(method: str, event: "Event") -> CalendarReply:
    named = list(_attendees(event))
    attendee = named[0] if named else None
    found = addresses([str(attendee).lower().removeprefix("mailto:")]) if attendee is not None else ()
    partstat = str(getattr(attendee, "params", {}).get("PARTSTAT", ""))
    return CalendarReply(
        uid=one_line(str(event.get("UID", "")), LONGEST),
        attendee=found[0].address if found else "",
        partstat=one_line(partstat, 40).upper(),
        method=method,
        sequence=_sequence(event),
        stamped_at=_moment(event, "DTSTAMP"),
        starts_at=_moment(event, "DTSTART") if method == "COUNTER" else "",
        attendees=len(named),
        comment=_comment(event, attendee),
    )


def _sequence(event: "Event") -> int:
    told = str(event.get("SEQUENCE", "0"))
    return min(int(told), HIGHEST_SEQUENCE) if told.isascii() and told.isdigit() and len(told) < 20 else 0


def _moment(event: "Event", name: str) -> str:
    told = getattr(event.get(name), "dt", None)
    # A time without a zone is nobody's moment.
    if not isinstance(told, datetime) or told.tzinfo is None:
        return ""
    try:
        return told.astimezone(UTC).isoformat()
    except OverflowError:
        return ""


def _comment(event: "Event", attendee: object) -> str:
    """What the attendee wrote with the answer; not the mail's text, which calendar programs write by themselves."""
    told = event.get("COMMENT", "")
    first = next(iter(told), "") if isinstance(told, list) else told
    beside = getattr(attendee, "params", {}).get("X-RESPONSE-COMMENT", "")
    return one_line(str(first or beside), LONGEST_COMMENT)


def _attendees(event: "Event") -> Iterator[object]:
    told = event.get("ATTENDEE", [])
    yield from told if isinstance(told, list) else [told]

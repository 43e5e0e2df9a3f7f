"""What every calendar object of the portal has in common (RFC 5545 and 5546)."""

from collections.abc import Iterable

from icalendar import Calendar, Event, vCalAddress

PRODUCT = "-//Conference Tracker//Support portal//EN"


def party(email: str, name: str, **parameters: str) -> vCalAddress:
    """Somebody who takes part, by their bare mail address."""
    found = vCalAddress(f"mailto:{email}")
    found.params.update({"CN": name, **parameters})
    return found


def calendar(method: str) -> Calendar:
    """A calendar without entries, for an iTIP method."""
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", method)
    return made


def written(into: Calendar, entries: Iterable[Event]) -> str:
    """A calendar with entries as text: lines of at most 75 bytes, ended by CR and LF."""
    for entry in entries:
        into.add_component(entry)
    return bytes(into.to_ical()).decode()

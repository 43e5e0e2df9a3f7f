"""The time zones a person can choose from: those named after a place, and UTC."""

from functools import cache
from zoneinfo import available_timezones

REGIONS = frozenset(
    {
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    }
)


@cache
def time_zones() -> dict[str, list[tuple[str, str]]]:
    """For each part of the world its zones, each with its name and how a person reads it."""
    found: dict[str, list[tuple[str, str]]] = {"Everywhere": [("UTC", "UTC")]}
    for name in sorted(available_timezones()):
        region, _, place = name.partition("/")
        if region in REGIONS and place:
            found.setdefault(region, []).append((name, place.replace("_", " ").replace("/", ", ")))
    return found


@cache
def _names() -> frozenset[str]:
    return frozenset(name for zones in time_zones().values() for name, _ in zones)


def is_time_zone(name: str) -> bool:
    """Whether `name` is one of the zones offered."""
    return name in _names()

"""The days on which support is closed: major US holidays, and what staff added or took away (HOW-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from holidays import country_holidays

from portal.policy.decision import PolicyError
from portal.policy.parameters import HoursRules

# Shown name -> the name in the `holidays` package, whose rules include days that support works on.
KNOWN_HOLIDAYS: dict[str, str] = {
    "New Year's Day": "New Year's Day",
    "Martin Luther King Jr. Day": "Martin Luther King Jr. Day",
    "Washington's Birthday": "Washington's Birthday",
    "Memorial Day": "Memorial Day",
    "Juneteenth": "Juneteenth National Independence Day",
    "Independence Day": "Independence Day",
    "Labor Day": "Labor Day",
    "Columbus Day": "Columbus Day",
    "Veterans Day": "Veterans Day",
    "Thanksgiving Day": "Thanksgiving Day",
    "Christmas Day": "Christmas Day",
}

FIRST_YEAR, LAST_YEAR = 2000, 2098
"""The `holidays` package lists nothing after 2100: beyond these years a holiday would pass unseen."""

_OBSERVED = " (observed)"


@dataclass(frozen=True, slots=True)
class Holiday:
    """HOW-3: a day closed, by name; `observed` marks the working day given for one on a weekend."""

    name: str
    date: date
    observed: bool = False

    @property
    def label(self) -> str:
        """`Independence Day` or `Independence Day (observed)`."""
        return f"{self.name}{_OBSERVED}" if self.observed else self.name


def holidays_of(year: int, hours: HoursRules) -> tuple[Holiday, ...]:
    """HOW-3: the days closed whose date falls in that year, in order; staff's own changes included.

    A holiday on a Saturday is observed on the Friday before, one on a Sunday on the Monday after, so
    New Year's Day of the next year may show as December 31. Raises PolicyError outside 2000-2098.
    """
    return tuple(closed_days(year, hours).values())


@lru_cache(maxsize=512)
def closed_days(year: int, hours: HoursRules) -> Mapping[date, Holiday]:
    """HOW-3: the same days by date. Raises PolicyError outside the years the calendar knows."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise PolicyError("HOW-3", f"The business calendar covers {FIRST_YEAR} to {LAST_YEAR}, not {year}.")
    days = {day: holiday for day, holiday in _listed_days(year, hours.holidays) if day not in hours.removed}
    days |= {added.day: Holiday(added.name, added.day) for added in hours.added if added.day.year == year}
    return MappingProxyType(dict(sorted(days.items())))


def _listed_days(year: int, names: tuple[str, ...]) -> list[tuple[date, Holiday]]:
    shown = {KNOWN_HOLIDAYS[name]: name for name in names}
    found = []
    for day, joined in country_holidays("US", years=year, expand=False, language="en_US").items():
        for name in joined.split("; "):
            holiday = Holiday(shown.get(name.removesuffix(_OBSERVED), ""), day, name.endswith(_OBSERVED))
            if holiday.name:
                found.append((day, holiday))
    return found

"""What an edition of the policy must keep to before anyone may publish it (POL-1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import time
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from portal.policy.after_hours_rules import AfterHoursRules
from portal.policy.holiday_list import KNOWN_HOLIDAYS
from portal.policy.parameters import (
    ContactBand,
    ContactRules,
    HoursRules,
    PriceRules,
    Said,
    Text,
    TrainingRules,
    Whole,
)
from portal.policy.terms import Channel, RateTime, SessionKind

# Clocks change between 01:00 and 03:00: no business day may begin before.
EARLIEST_OPENING = time(3)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an edition: the field by its path, and what is wrong, in plain words."""

    field: str
    problem: str

    def __str__(self) -> str:
        return f"{self.field}: {self.problem}"


class EditionError(ValueError):
    """An edition that cannot stand (POL-1); `problems` lists every field and what is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


Note = Whole | Text | Said
T = TypeVar("T")


@cache
def annotated_fields(cls: Any) -> tuple[tuple[str, Any, Note | None], ...]:
    """Name, type and note of each field of a parameter class (POL-1); None where nothing is noted."""
    hints = get_type_hints(cls, include_extras=True)
    return tuple((item.name, *_parted(hints[item.name])) for item in fields(cls))


def _parted(hint: Any) -> tuple[Any, Note | None]:
    if get_origin(hint) is Annotated:
        inner, note = get_args(hint)
        return inner, note
    return hint, None


def bound_problems(rules: Any, path: str = "") -> Iterator[Problem]:
    """Each number out of its bounds and each text too long, empty or of the wrong form (POL-1)."""
    for name, _, note in annotated_fields(rules.__class__):
        yield from _field_problems(getattr(rules, name), note, f"{path}.{name}".lstrip("."))


def _field_problems(value: Any, note: Note | None, path: str) -> Iterator[Problem]:
    if is_dataclass(value):
        yield from bound_problems(value, path)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _field_problems(item, None, f"{path}[{index}]")
    elif isinstance(note, Whole) and value is not None and not note.least <= value <= note.most:
        yield Problem(path, f"must be from {note.least:,} to {note.most:,}, not {value:,}")
    elif isinstance(note, Text):
        yield from _text_problems(value, note, path)


def _text_problems(value: str, note: Text, path: str) -> Iterator[Problem]:
    if not value.strip():
        yield Problem(path, "must not be empty")
    elif len(value) > note.most:
        yield Problem(path, f"must be at most {note.most} characters")
    elif note.pattern and not re.fullmatch(note.pattern, value):
        yield Problem(path, "must be three capital letters, such as USD")


def contact_problems(rules: ContactRules) -> Iterator[Problem]:
    """WHO-3: bands rise and leave no gap; the last has no upper end; more is never fewer contacts."""
    path = "contacts.bands"
    ends = [band.up_to for band in rules.bands]
    if not ends or ends[-1] is not None:
        yield Problem(path, "the last band must have no upper end, so that every size is covered")
    known = [end for end in ends if end is not None]
    if None in ends[:-1] or any(later <= earlier for earlier, later in _pairs(known)):
        yield Problem(path, "each band must end above the one before it")
    if any(band.premium < band.basic for band in rules.bands):
        yield Problem(path, "a Premium licence must not allow fewer contacts than a Basic one")
    if any(_is_fewer(later, earlier) for earlier, later in _pairs(rules.bands)):
        yield Problem(path, "a larger event must not be allowed fewer contacts than a smaller one")


def _is_fewer(later: ContactBand, earlier: ContactBand) -> bool:
    return later.basic < earlier.basic or later.premium < earlier.premium


def _pairs(items: Sequence[T]) -> Iterator[tuple[T, T]]:
    return pairwise(items)


def hours_problems(rules: HoursRules) -> Iterator[Problem]:
    """HOW-3: a day opens before it closes, some day is a business day, holidays are known by name."""
    if not EARLIEST_OPENING <= rules.opens < rules.closes:
        yield Problem("hours.opens", "must be 03:00 or later, and before closing")
    for name in ("opens", "closes"):
        if getattr(rules, name).second or getattr(rules, name).microsecond:
            yield Problem(f"hours.{name}", "must be a whole minute")
    if not rules.weekdays or not set(rules.weekdays) <= set(range(7)):
        yield Problem("hours.weekdays", "must name at least one day, from 0 for Monday to 6 for Sunday")
    for name in sorted(set(rules.holidays) - set(KNOWN_HOLIDAYS)):
        yield Problem("hours.holidays", f"{name!r} is not a known US holiday; add its date instead")
    yield from _repeats("hours.weekdays", rules.weekdays)
    yield from _repeats("hours.holidays", rules.holidays)
    yield from _repeats("hours.removed", [*(item.day for item in rules.added), *rules.removed])


def _repeats(path: str, items: Sequence[object]) -> Iterator[Problem]:
    if len(set(items)) < len(items):
        yield Problem(path, "must not name the same thing twice")


def training_problems(rules: TrainingRules) -> Iterator[Problem]:
    """HOW-5: each kind of session has its times once, and can be booked before its horizon."""
    if sorted(item.kind for item in rules.sessions) != sorted(SessionKind):
        yield Problem("training.sessions", "must give the times of each kind of session, each once")
    for index, item in enumerate(rules.sessions):
        if item.least_notice_minutes >= item.horizon_days * 1440:
            path = f"training.sessions[{index}].least_notice_minutes"
            yield Problem(path, "the shortest notice must be within the horizon")


def price_problems(rules: PriceRules) -> Iterator[Problem]:
    """AFT-1: each channel has its price at each time, once."""
    wanted = sorted((channel, when) for channel in Channel for when in RateTime)
    if sorted((rate.channel, rate.when) for rate in rules.after_hours) != wanted:
        yield Problem("prices.after_hours", "must give a price for each channel at each time, each once")


def after_hours_problems(rules: AfterHoursRules) -> Iterator[Problem]:
    """AFT-1: a window can be held after it was ordered, and can be ordered at all."""
    if rules.hold_by_minutes >= rules.least_notice_minutes:
        yield Problem("after_hours.hold_by_minutes", "must be shorter than the shortest notice of a window")
    if rules.least_notice_minutes >= rules.furthest_days * 1440:
        yield Problem(
            "after_hours.least_notice_minutes", "must be within the days that windows can be ordered ahead"
        )

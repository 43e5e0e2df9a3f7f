"""What changed between two editions, in words fit for the public page (POL-1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Any

from portal.policy.edition_checks import Note, annotated_fields
from portal.policy.edition_parts import PARTS
from portal.policy.edition_shape import Edition
from portal.policy.parameters import Whole
from portal.policy.wording import WEEKDAYS, clock, counted, length, long_day, money

_SET = "set"


def changes(old: Edition, new: Edition) -> tuple[str, ...]:
    """POL-1: one sentence for each parameter that differs, in the order of the policy; none when equal."""
    return tuple(sentence for part in PARTS for sentence in _part_changes(part, old, new))


def part_changes(part: str, old: Edition, new: Edition) -> tuple[str, ...]:
    """POL-1: one sentence for each parameter of a part that differs."""
    return tuple(_part_changes(part, old, new))


def _part_changes(part: str, old: Edition, new: Edition) -> Iterator[str]:
    before, after = _part_in_words(part, old), _part_in_words(part, new)
    for label in dict.fromkeys([*before, *after]):
        if before.get(label) != after.get(label):
            yield _sentence(label, before.get(label), after.get(label))


def parameters_in_words(edition: Edition) -> dict[str, str]:
    """POL-1: every parameter of an edition by its words, with its value in words."""
    return {label: value for part in PARTS for label, value in _part_in_words(part, edition).items()}


def _part_in_words(part: str, edition: Edition) -> dict[str, str]:
    return dict(_rules_in_words(getattr(edition, part), "", edition.prices.currency))


def _sentence(label: str, before: str | None, after: str | None) -> str:
    if before is None:
        return f"New: {label}." if after == _SET else f"New: {label}: {after}."
    if after is None:
        return f"No longer: {label}."
    return f"{label}: {before} became {after}."


def _rules_in_words(rules: Any, key: str, currency: str) -> Iterator[tuple[str, str]]:
    for name, _, note in annotated_fields(rules.__class__):
        value = getattr(rules, name)
        if note is None or getattr(note, "is_identity", False):
            continue
        if isinstance(value, tuple):
            yield from _list_in_words(note.words, value, currency)
        else:
            label = f"{note.words} ({key})" if key else note.words
            yield label, _value_in_words(value, note, currency)


def _list_in_words(words: str, items: tuple[Any, ...], currency: str) -> Iterator[tuple[str, str]]:
    for item in items:
        if key := getattr(item, "key", ""):
            yield from _rules_in_words(item, key, currency)
        else:
            yield f"{words}: {_item_in_words(item)}", _SET


def _item_in_words(item: Any) -> str:
    if isinstance(item, date):
        return long_day(item)
    return WEEKDAYS[item] if isinstance(item, int) else str(item)


def _value_in_words(value: Any, note: Note, currency: str) -> str:
    if isinstance(value, time):
        return clock(value)
    if not isinstance(note, Whole) or not note.unit:
        return str(value)
    if note.unit == "cents":
        return money(value, currency)
    if note.unit == "percent":
        return f"{value}%"
    return length(value) if note.unit == "minutes" else counted(value, note.unit)

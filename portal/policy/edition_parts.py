"""The parts that an edition's parameters fall into, and an edition made of another's parts (POL-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any

from portal.policy.edition_checks import EditionError, annotated_fields
from portal.policy.edition_json import from_json, to_json
from portal.policy.edition_shape import Edition
from portal.policy.edition_upgrades import brought_up

Parts = dict[str, dict[str, Any]]
"""The stored form of the parts of an edition, by name, each with its parameters by name."""

_TITLES = {
    "contacts": "Technical Contacts",
    "hours": "Business hours and holidays",
    "tickets": "Tickets",
    "training": "Live sessions",
    "fair_use": "Fair use",
    "prices": "Prices",
    "wishes": "Wish list",
    "after_hours": "Windows after hours",
}

PARTS: dict[str, str] = {
    name: _TITLES.get(name, name.replace("_", " ").capitalize())
    for name, kind, _ in annotated_fields(Edition)
    if is_dataclass(kind)
}
"""Each part's name and title, in the order of the policy."""


def parts_of(edition: Edition) -> Parts:
    """POL-1: the parts of an edition in their stored form."""
    stored = to_json(edition)
    return {part: stored[part] for part in PARTS}


def with_parts(edition: Edition, parts: Mapping[str, Any]) -> Edition:
    """POL-1: the edition with these parts in place of its own.

    Raises EditionError with every problem, each under its field's path: `contacts.bands[2].basic`.
    """
    return from_json(to_json(edition) | {part: parts[part] for part in PARTS if part in parts})


def carried_over(draft: Parts, begun_from: Edition, newest: Edition) -> Parts:
    """POL-1: a draft begun from one edition, carried over to a newer one.

    What the draft changed stays as the draft has it; everything else is the newer edition's. Where the two
    together contradict each other within a part, that part stays as the draft has it.
    """
    draft, begun, now = brought_up(draft), parts_of(begun_from), parts_of(newest)
    merged = {part: _merged(draft.get(part, begun[part]), begun[part], now[part]) for part in PARTS}
    for part in PARTS:
        if not _is_sound(newest, {part: merged[part]}):
            merged[part] = draft[part]
    return merged


def _merged(mine: dict[str, Any], begun: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    return {name: mine[name] if name in mine and mine[name] != begun[name] else now[name] for name in now}


def _is_sound(edition: Edition, parts: Mapping[str, Any]) -> bool:
    try:
        with_parts(edition, parts)
    except EditionError:
        return False
    return True

"""The stored form of an edition: plain JSON values, and back with every problem listed (POL-1)."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from types import UnionType
from typing import Any, get_args, get_origin

from portal.policy.edition_checks import EditionError, Problem, annotated_fields
from portal.policy.edition_shape import Edition
from portal.policy.edition_upgrades import brought_up
from portal.policy.wording import clock


def to_json(edition: Edition) -> dict[str, Any]:
    """POL-1: the edition as JSON values: instants in ISO 8601 UTC, clock times `HH:MM`, money in cents."""
    return {name: _plain(getattr(edition, name)) for name, _, _ in annotated_fields(Edition)}


def from_json(stored: object) -> Edition:
    """POL-1: the edition that `to_json` wrote.

    Parameters newer than the stored edition take the values of the first one. Raises EditionError
    listing each field and what is wrong: unknown, missing, of the wrong type, out of bounds.
    """
    problems: list[Problem] = []
    edition = _read(Edition, brought_up(stored), "", problems)
    if problems or not isinstance(edition, Edition):
        raise EditionError(problems)
    return edition


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {name: _plain(getattr(value, name)) for name, _, _ in annotated_fields(value.__class__)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return clock(value) if isinstance(value, time) else getattr(value, "value", value)


def _read(kind: Any, stored: Any, path: str, problems: list[Problem]) -> Any:
    if get_origin(kind) is tuple:
        return _read_list(get_args(kind)[0], stored, path, problems)
    if isinstance(kind, UnionType):
        return None if stored is None else _read(get_args(kind)[0], stored, path, problems)
    if is_dataclass(kind):
        return _read_rules(kind, stored, path, problems)
    try:
        return _READERS[StrEnum if issubclass(kind, StrEnum) else kind](kind, stored)
    except (ValueError, TypeError):
        problems.append(Problem(path, f"must be {_EXPECTED.get(kind, 'one of ' + _choices(kind))}"))
    return None


def _choices(kind: Any) -> str:
    return ", ".join(kind) if issubclass(kind, StrEnum) else ""


def _read_list(kind: Any, stored: Any, path: str, problems: list[Problem]) -> tuple[Any, ...]:
    if not isinstance(stored, list):
        problems.append(Problem(path, "must be a list"))
        return ()
    return tuple(_read(kind, item, f"{path}[{index}]", problems) for index, item in enumerate(stored))


def _read_rules(kind: Any, stored: Any, path: str, problems: list[Problem]) -> Any:
    if not isinstance(stored, dict):
        problems.append(Problem(path or "edition", "must be an object"))
        return None
    before = len(problems)
    problems += [
        Problem(_under(path, str(name)), "is not known") for name in stored if name not in _names(kind)
    ]
    problems += [Problem(_under(path, name), "is missing") for name in _required(kind) if name not in stored]
    read = {
        name: _read(inner, stored[name], _under(path, name), problems)
        for name, inner, _ in annotated_fields(kind)
        if name in stored
    }
    return _built(kind, read, problems) if len(problems) == before else None


def _built(kind: Any, read: dict[str, Any], problems: list[Problem]) -> Any:
    try:
        return kind(**read)
    except EditionError as error:
        problems += error.problems
    return None


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _names(kind: Any) -> set[str]:
    return {name for name, _, _ in annotated_fields(kind)}


def _required(kind: Any) -> list[str]:
    return [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]


def _exactly(kind: type, stored: Any) -> Any:
    # bool is an int to Python; a stored true is no number.
    if type(stored) is not kind:
        raise TypeError
    return stored


def _read_clock(kind: type[time], stored: Any) -> time:
    read = kind.fromisoformat(_exactly(str, stored))
    if read.tzinfo is not None or clock(read) != stored:
        raise ValueError
    return read


_READERS: dict[Any, Any] = {
    int: _exactly,
    str: _exactly,
    time: _read_clock,
    date: lambda kind, stored: kind.fromisoformat(_exactly(str, stored)),
    datetime: lambda kind, stored: kind.fromisoformat(_exactly(str, stored)),
    StrEnum: lambda kind, stored: kind(_exactly(str, stored)),
}

_EXPECTED: dict[Any, str] = {
    int: "a whole number",
    str: "a text",
    time: "a clock time such as 08:00",
    date: "a date such as 2026-07-03",
    datetime: "an instant with its time zone, such as 2026-07-03T12:00:00+00:00",
}

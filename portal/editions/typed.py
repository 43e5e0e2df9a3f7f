"""How each kind of parameter is typed: its stored value as text to show, and text back to a stored value."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal, InvalidOperation
from types import UnionType
from typing import Any, get_args

from portal.forms import tidy
from portal.policy.edition_checks import Note
from portal.policy.parameters import Text, Whole

HIGHEST = 10**12


@dataclass(frozen=True)
class Typing:
    """How one kind of value is typed: to text, from text, the input's attributes, and a word on its unit.

    `read` raises ValueError with what to tell beside the field.
    """

    show: Callable[[Any], str]
    read: Callable[[str], Any]
    attributes: dict[str, str] = field(default_factory=dict)
    unit: str = ""
    hint: str = ""


def typing_of(kind: Any, note: Note | None) -> Typing:
    """How values of a parameter are typed. Raises TypeError for a kind that no parameter had so far."""
    if isinstance(kind, UnionType):
        inner = typing_of(get_args(kind)[0], note)
        hint = f"{inner.hint} Left blank: no end."
        return Typing(_or_blank(inner.show), _or_none(inner.read), inner.attributes, inner.unit, hint)
    if kind is int and isinstance(note, Whole):
        return _money(note) if note.unit == "cents" else _whole(note)
    if kind is int:
        return Typing(str, read_whole, {"inputmode": "numeric"})
    if kind is str:
        most = note.most if isinstance(note, Text) else 200
        return Typing(str, lambda typed: tidy(typed) or "", {"maxlength": str(most)})
    if kind in _MOMENTS:
        return _MOMENTS[kind]
    raise TypeError(f"no way to type {kind!r}")


def _whole(note: Whole) -> Typing:
    unit = (
        "%"
        if note.unit == "percent"
        else note.unit
        if note.unit == "minutes"
        else f"{note.unit}s" * bool(note.unit)
    )
    said = f" {'percent' if unit == '%' else unit}" if unit else ""
    return Typing(
        str, read_whole, {"inputmode": "numeric"}, unit, f"From {note.least:,} to {note.most:,}{said}."
    )


def _money(note: Whole) -> Typing:
    hint = f"From {note.least / 100:,.2f} to {note.most / 100:,.2f}, in the currency of the price list."
    return Typing(lambda cents: f"{Decimal(cents) / 100:.2f}", read_money, {"inputmode": "decimal"}, "", hint)


def read_whole(typed: str) -> int:
    """A whole number as people type it: `1,000`."""
    plain = typed.strip().replace(",", "")
    if not re.fullmatch(r"-?[0-9]{1,12}", plain):
        raise ValueError("Enter a whole number, such as 5.")
    return int(plain)


def read_money(typed: str) -> int:
    """An amount in the currency's main unit, in cents; no fractions of a cent."""
    try:
        cents = Decimal(typed.strip().replace(",", "")) * 100
    except InvalidOperation:
        cents = Decimal("NaN")
    if not cents.is_finite() or abs(cents) > HIGHEST or cents != cents.to_integral_value():
        raise ValueError("Enter an amount with at most two decimals, such as 500.00.")
    return int(cents)


def read_day(typed: str) -> str:
    """A date, as stored."""
    try:
        return date.fromisoformat(typed.strip()).isoformat()
    except ValueError:
        raise ValueError("Enter a date, such as 2027-11-26.") from None


def read_clock(typed: str) -> str:
    """A time of day to the minute, as stored."""
    try:
        at = time.fromisoformat(typed.strip())
    except ValueError:
        at = None
    if at is None or at.tzinfo is not None or at.second or at.microsecond:
        raise ValueError("Enter a time of day, such as 08:00.")
    return f"{at:%H:%M}"


def _or_blank(show: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: "" if value is None else show(value)


def _or_none(read: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda typed: read(typed) if typed.strip() else None


_MOMENTS: dict[Any, Typing] = {
    date: Typing(str, read_day, {"type": "date"}, "", "Such as 2027-11-26."),
    time: Typing(str, read_clock, {"type": "time"}, "", "US Eastern time."),
}

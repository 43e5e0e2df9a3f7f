"""What a document says, as it is kept: everything printed, free of what would break a page or a file."""

import json
import unicodedata
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

SELLERS_ZONE = ZoneInfo("America/New_York")
LONGEST_LINE = 240
MOST_LINES = 30
JOINERS = "\u200c\u200d"
BREAKS = str.maketrans(dict.fromkeys("\r\v\f\x1c\x1d\x1e\x85\u2028\u2029", "\n"))


@dataclass(frozen=True)
class Party:
    """Who sells or who buys, as written on the document."""

    name: str
    address: tuple[str, ...]
    tax_id: str = ""


@dataclass(frozen=True)
class ContentLine:
    """One thing charged, credited or paid, before tax. Amounts are integer cents."""

    description: str
    quantity: int
    unit_cents: int
    total_cents: int
    rule: str = ""


@dataclass(frozen=True)
class Tax:
    """The tax of the document: its name and its rate as printed, "8.25%"."""

    name: str
    rate: str


@dataclass(frozen=True)
class Content:
    """Everything printed on a document but its number, day and sums. Days are ISO days in US Eastern."""

    seller: Party
    buyer: Party
    event: str
    order: str
    policy_edition: int
    lines: tuple[ContentLine, ...]
    purchase_order: str = ""
    tax: Tax | None = None
    invoice: str = ""
    due_on: str = ""
    bank: tuple[str, ...] = ()
    reason: tuple[str, ...] = ()
    method: str = ""
    payment_reference: str = ""
    received_on: str = ""

    def as_json(self) -> dict[str, Any]:
        """The form in which it is kept: lists where tuples were, as it is read back."""
        kept: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return kept


def content_of(kept: dict[str, Any]) -> Content:
    """What was kept, read back."""
    values: dict[str, Any] = {
        **kept, **{name: tuple(kept[name]) for name in ("bank", "reason")},
        "seller": _party(kept["seller"]), "buyer": _party(kept["buyer"]),
        "lines": tuple(ContentLine(**line) for line in kept["lines"]),
        "tax": Tax(**kept["tax"]) if kept["tax"] else None,
    }  # fmt: skip
    return Content(**values)


def one_line(text: str) -> str:
    """Text for one printed line: no breaks, no control or direction characters, at most LONGEST_LINE long."""
    joined = " ".join(_plain(text).split())
    return joined if len(joined) <= LONGEST_LINE else joined[: LONGEST_LINE - 1] + "…"


def several_lines(text: str, mark: str = "\n") -> tuple[str, ...]:
    """Text for several printed lines, blank ones left out; what is beyond MOST_LINES is cut off, marked by "…".

    Lines end at every kind of line break, and at `mark`.
    """
    kept = tuple(
        line for line in map(one_line, text.translate(BREAKS).replace(mark, "\n").split("\n")) if line
    )
    return kept if len(kept) <= MOST_LINES else (*kept[: MOST_LINES - 1], "…")


def sellers_day(moment: datetime) -> date:
    """The day of a moment where the seller is: a document's date does not depend on its reader."""
    return moment.astimezone(SELLERS_ZONE).date()


def _party(kept: dict[str, Any]) -> Party:
    return Party(**{**kept, "address": tuple(kept["address"])})


def _plain(text: str) -> str:
    # Composed letters, since a font has those; no character that turns, hides or splits the ones around it.
    composed = unicodedata.normalize("NFC", text)
    return "".join(_visible(character) for character in composed)


def _visible(character: str) -> str:
    kind = unicodedata.category(character)
    if character in JOINERS:
        return character
    if kind in ("Cc", "Zl", "Zp"):
        return " "
    return "" if kind in ("Cf", "Cs") else character

"""A list of people as somebody sent it, before anything in it is believed."""

from dataclasses import dataclass, field, replace
from typing import Any

MOST_BYTES = 5_000_000
MOST_TYPED = 1_000_000
MOST_ROWS = 10_000
LONGEST_CELL = 500

FIELDS = ("name", "email", "phone", "job_title")
LABELS = {"name": "Name", "email": "E-mail address", "phone": "Phone", "job_title": "Job title"}


class Unreadable(Exception):
    """A list that cannot be read at all; the message says why and what to do."""


@dataclass(frozen=True)
class SheetRow:
    """One person as typed, and what is wrong by column; the column `row` stands for the whole line."""

    number: int
    name: str = ""
    email: str = ""
    phone: str = ""
    job_title: str = ""
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def who(self) -> str:
        """The person in words: by name, else by address."""
        return self.name or self.email or "somebody without a name"

    def wrong(self, column: str, message: str) -> "SheetRow":
        """The row with one more problem; the first of a column stays."""
        return replace(self, problems={column: message, **self.problems})


@dataclass(frozen=True)
class Sheet:
    """Everything read of a list. `unit` is what its rows are counted in; `notes` tell how it was understood."""

    unit: str
    rows: tuple[SheetRow, ...]
    notes: tuple[str, ...] = ()


def row_of(number: int, cells: dict[str, str], problems: dict[str, str] | None = None) -> SheetRow:
    """A row of plain cells. Line breaks in a name or address are refused: they would be lines of a mail's head."""
    row, tidied = SheetRow(number, problems=dict(problems or {})), dict[str, Any]()
    for column, cell in cells.items():
        text = cell.strip()
        if len(text) > LONGEST_CELL:
            row = row.wrong(column, f"This is longer than {LONGEST_CELL} characters.")
        elif column in ("name", "email") and len(text.splitlines()) > 1:
            row = row.wrong(column, "This goes over more than one line.")
        tidied[column] = " ".join(text[:LONGEST_CELL].split())
    return replace(row, **tidied)


def as_json(sheet: Sheet) -> dict[str, Any]:
    """A sheet as it is kept between preview and confirmation."""
    rows = [[row.number, row.name, row.email, row.phone, row.job_title, row.problems] for row in sheet.rows]
    return {"unit": sheet.unit, "notes": list(sheet.notes), "rows": rows}


def from_json(kept: dict[str, Any]) -> Sheet:
    """A sheet as it was kept."""
    return Sheet(kept["unit"], tuple(SheetRow(*values) for values in kept["rows"]), tuple(kept["notes"]))

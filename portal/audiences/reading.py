"""A pasted or uploaded list of people: read, and judged line by line before anybody is listed."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from portal.audiences.listing import Wanted, wanted
from portal.errors import Invalid
from portal.roster.imports.decoding import decoded
from portal.roster.imports.reading import read_list
from portal.roster.imports.sheet import Sheet, SheetRow, row_of

# As mail programs write several people: Ada Byron <ada@society.example>, "Byron, Ada" <ada@society.example>
PERSON = re.compile(r'\s*"?([^<>"\n]*?)"?\s*<\s*([^<>\s]+@[^<>\s]+)\s*>\s*[,;]?')


class Standing(StrEnum):
    """What a line comes to."""

    NEW = "new"
    WRONG = "wrong"
    LISTED = "listed"
    TWICE = "twice"


@dataclass(frozen=True)
class Judged:
    """A line with what it comes to; `note` says why where the line itself does not."""

    row: SheetRow
    standing: Standing
    note: str = ""


@dataclass(frozen=True)
class Plan:
    """A list beside that of the session, and how many places are free."""

    unit: str
    judged: tuple[Judged, ...]
    notes: tuple[str, ...]
    free: int

    @property
    def new(self) -> tuple[Wanted, ...]:
        """Everybody whom the list would add."""
        return tuple(
            Wanted(each.row.name, each.row.email) for each in self.judged if each.standing is Standing.NEW
        )

    @property
    def fits(self) -> bool:
        """Whether somebody is new and all who are have a place."""
        return 0 < len(self.new) <= self.free

    def count(self, standing: str) -> int:
        """How many lines come to this."""
        return sum(each.standing == standing for each in self.judged)


def people_in(content: bytes) -> Sheet:
    """The people of a list: CSV, vCard, or names with addresses as a mail program writes them.

    Each line is checked. Raises Unreadable, which says why.
    """
    text, notes = decoded(content)
    sheet = replace(_as_in_mail(text), notes=notes) if _is_from_mail(text) else read_list(content)
    return replace(sheet, rows=tuple(_checked(row) for row in sheet.rows))


def plan_of(sheet: Sheet, listed: Collection[str], free: int) -> Plan:
    """Judge a list beside the addresses `listed` already. Who comes twice is counted once, where they come first."""
    first: dict[str, int] = {}
    judged = tuple(_judged(sheet.unit, row, listed, first) for row in sheet.rows)
    return Plan(sheet.unit, judged, sheet.notes, free)


def _is_from_mail(text: str) -> bool:
    return bool(PERSON.search(text)) and not text.lstrip().upper().startswith("BEGIN:VCARD")


def _as_in_mail(text: str) -> Sheet:
    return Sheet("Line", tuple(_people_of_lines(text)))


def _people_of_lines(text: str) -> Iterator[SheetRow]:
    for number, line in enumerate(text.splitlines(), 1):
        for name, email in PERSON.findall(line):
            yield row_of(number, {"name": name, "email": email})
        if left := PERSON.sub("", line).strip(" ,;\t"):
            yield row_of(number, {"name": left}, {"row": "No address was found in this part of the line."})


def _checked(row: SheetRow) -> SheetRow:
    if row.problems:
        return row
    try:
        found = wanted(row.name, row.email)
    except Invalid as problem:
        return replace(row, problems=problem.fields)
    return replace(row, name=found.name, email=found.email)


def _judged(unit: str, row: SheetRow, listed: Collection[str], first: dict[str, int]) -> Judged:
    if row.problems:
        return Judged(row, Standing.WRONG)
    if row.email in listed:
        return Judged(row, Standing.LISTED, "On the list already.")
    if row.email in first:
        return Judged(row, Standing.TWICE, f"The same address as in {unit.lower()} {first[row.email]:,}.")
    first[row.email] = row.number
    return Judged(row, Standing.NEW)

"""People out of comma-, semicolon- or tab-separated text."""

import csv
import io
from collections.abc import Iterator, Sequence

from portal.roster.imports.headers import IN_WORDS, columns_guessed, columns_named, is_header, unnamed_names
from portal.roster.imports.sheet import MOST_ROWS, Sheet, SheetRow, Unreadable, row_of

DELIMITERS = (",", ";", "\t", "|")
LOOKED_AT = 20
Record = tuple[int, list[str]]


def csv_sheet(text: str) -> Sheet:
    """The people of a separated list. Raises Unreadable for one without people or without addresses.

    Everything in a cell is text: a formula is never computed.
    """
    text, told = _told_delimiter(text)
    delimiter = told or _delimiter(text)
    records = [record for record in _records(text, delimiter) if any(cell.strip() for cell in record[1])]
    if not records:
        raise Unreadable("The list is empty.")
    if is_header(records[0][1]):
        columns, people = columns_named(records[0][1]), records[1:]
        notes = _named(records[0][1], columns, people)
    else:
        columns, people = columns_guessed([cells for _, cells in records[:LOOKED_AT]]), records
        notes = (_guessed(columns),)
    if not people:
        raise Unreadable("The list has a header line and nobody below it.")
    if "email" not in columns:
        raise Unreadable(
            "No column with e-mail addresses was found. Give the columns a header line: Name, E-mail, Phone, Job title."
        )
    return Sheet("Line", tuple(_person(record, columns) for record in people), notes)


def _told_delimiter(text: str) -> tuple[str, str | None]:
    # Spreadsheet programs may say in a first line which sign separates.
    first, _, rest = text.partition("\n")
    told = first.strip().strip('"')
    if len(told) == 5 and told.lower().startswith("sep=") and told[4] in DELIMITERS:
        return rest, told[4]
    return text, "\t" if told.lower() == "sep=" and "\t" in first else None


def _delimiter(text: str) -> str:
    """The sign that separates: the one by which the first line names most columns, else divides most evenly."""
    return max(DELIMITERS, key=lambda sign: _fitness(text, sign))


def _fitness(text: str, sign: str) -> tuple[int, bool, float, int]:
    rows = _first_rows(text, sign)
    if not rows:
        return (0, False, 0.0, 0)
    known = sum(column is not None for column in columns_named(rows[0])) if is_header(rows[0]) else 0
    alone = any("@" in cell and cell.strip().count(" ") == 0 for row in rows for cell in row)
    width = len(rows[0])
    even = sum(len(row) == width for row in rows) / len(rows) if width > 1 else 0.0
    return (known, alone, even, width)


def _first_rows(text: str, sign: str) -> list[list[str]]:
    start = text.lstrip("\r\n ")[: 200 * LOOKED_AT]
    lines = csv.reader(io.StringIO(start, newline=""), delimiter=sign)
    found: list[list[str]] = []
    try:
        for cells in lines:
            if any(cell.strip() for cell in cells):
                found.append(cells)
            if len(found) == LOOKED_AT:
                break
    except csv.Error:
        return found
    return found


def _records(text: str, delimiter: str) -> Iterator[Record]:
    try:
        yield from list(_read(text, delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise Unreadable(
                f"A quotation mark is opened and never closed, in or after line {_last_whole_line(text, delimiter)}. "
                "Close it or take it away."
            ) from None
        yield from _forgiving(text, delimiter)


def _forgiving(text: str, delimiter: str) -> list[Record]:
    try:
        return list(_read(text, delimiter, strict=False))
    except csv.Error:
        raise Unreadable("A cell of the list is longer than any text of this kind can be.") from None


def _read(text: str, delimiter: str, *, strict: bool) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    began = 1
    for count, cells in enumerate(reader):
        # One more than the people: the header.
        if count > MOST_ROWS:
            raise Unreadable(f"The list has more than {MOST_ROWS:,} rows. Divide it into several.")
        yield began, cells
        began = reader.line_num + 1


def _last_whole_line(text: str, delimiter: str) -> int:
    line = 1
    try:
        for began, _ in _read(text, delimiter, strict=True):
            line = began + 1
    except csv.Error:
        return line
    return line


def _named(header: Sequence[str], columns: list[str | None], people: Sequence[Record]) -> tuple[str, ...]:
    """Tell of headers that are not known; where none names the people, the first with names is taken for it."""
    at = None
    if not {"name", "first", "last"} & set(columns):
        at = unnamed_names(columns, [cells for _, cells in people[:LOOKED_AT]])
    if at is None:
        return _left_out(header, columns)
    columns[at] = "name"
    taken = f"The column “{header[at].strip()[:40]}” was taken for the names."
    return (taken, *_left_out(header, columns))


def _left_out(header: Sequence[str], columns: Sequence[str | None]) -> tuple[str, ...]:
    unknown = [
        " ".join(cell.split())[:40] for cell, column in zip(header, columns, strict=True) if not column
    ]
    named = ", ".join(name for name in unknown[:10] if name)
    return (f"Columns left out, since they are not needed: {named}.",) if named else ()


def _guessed(columns: Sequence[str | None]) -> str:
    said = ", ".join(IN_WORDS[column] if column else "left out" for column in columns[:10])
    return f"The list has no header line. Its columns were taken as: {said}."


def _person(record: Record, columns: Sequence[str | None]) -> SheetRow:
    number, cells = record
    found: dict[str, str] = {}
    for cell, column in zip(cells, columns, strict=False):
        if column and not found.get(column):
            found[column] = _plain(cell)
    whole = " ".join(filter(None, (found.pop("first", "").strip(), found.pop("last", "").strip())))
    found["name"] = found.get("name", "").strip() or whole
    problems = {}
    if any(cell.strip() for cell in cells[len(columns) :]):
        problems["row"] = (
            f"This line has {len(cells)} cells, {len(columns)} were expected. Is one not in quotes?"
        )
    return row_of(number, found, problems)


def _plain(cell: str) -> str:
    # The portal's own exports put an apostrophe before what a spreadsheet would take for a formula.
    stripped = cell.strip()
    return stripped[1:] if len(stripped) > 1 and stripped[0] == "'" and stripped[1] in "=+-@" else cell

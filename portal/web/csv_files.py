"""Tables as CSV files: streamed, and safe to open in a spreadsheet program.

A cell that a spreadsheet would take for a formula gets an apostrophe before it and is read as text.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from urllib.parse import quote

from flask import Response, stream_with_context

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\x00")
# By this mark spreadsheet programs know that the letters are UTF-8.
MARK = "\ufeff"


def plain_cell(value: object) -> str:
    """A value as text that no spreadsheet computes; nothing for None."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a file, a header first, each as soon as its row is there. Numbers stay numbers."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(MARK)
    writer.writerow([plain_cell(cell) for cell in header])
    yield buffer.getvalue()
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([cell if isinstance(cell, int | Decimal) else plain_cell(cell) for cell in row])
        yield buffer.getvalue()


def csv_answer(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A file to save, called `name` (RFC 6266), written while it is sent."""
    response = Response(stream_with_context(csv_lines(header, rows)), mimetype="text/csv")
    response.headers["Content-Disposition"] = disposition(name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def disposition(name: str) -> str:
    """The header that names a download: in ASCII for old browsers, whole beside it (RFC 6266, RFC 8187)."""
    tidy = "".join(sign if sign.isprintable() and sign not in '/\\:*?"<>|' else "-" for sign in name)[:120]
    ascii_name = tidy.encode("ascii", "replace").decode().replace("?", "-").replace("%", "-")
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(tidy, safe='')}"

"""Which column holds what: by its header in any of its usual spellings, or by what stands in it."""

import unicodedata
from collections.abc import Callable, Sequence

from portal.roster.imports.sheet import LABELS

Row = Sequence[str]

SPELLINGS: dict[str, str] = {
    "name": "name fullname displayname contact contactname technicalcontact person participant formattedname"
    " vollername nomcomplet nombrecompleto",
    "first": "first firstname givenname forename vorname prenom nombre",
    "last": "last lastname surname familyname nachname familienname nom apellido apellidos",
    "email": "email emailaddress emails mail mailaddress primaryemail workemail emailwork email1 email1value"
    " email1address emailvalue courriel correo correoelectronico mailadresse emailadresse",
    "phone": "phone phonenumber telephone telephonenumber tel telnumber mobile mobilephone mobilenumber cell"
    " cellphone workphone businessphone primaryphone phone1 phone1value telefon telefonnummer handy telefono",
    "job_title": "job jobtitle jobrole title role position function occupation organizationtitle"
    " organization1title funktion fonction poste cargo puesto",
}
BY_SPELLING = {spelling: column for column, known in SPELLINGS.items() for spelling in known.split()}
IN_WORDS = {**LABELS, "first": "First name", "last": "Last name"}


def column_of(header: str) -> str | None:
    """The column that a header names; None for one that is not known."""
    plain = unicodedata.normalize("NFKD", header).casefold()
    return BY_SPELLING.get("".join(sign for sign in plain if sign.isascii() and sign.isalnum()))


def columns_named(header: Row) -> list[str | None]:
    """What each column of a header line holds."""
    return [column_of(cell) for cell in header]


def is_header(line: Row) -> bool:
    """Whether a line names columns, rather than being the first of the people."""
    return not any("@" in cell for cell in line) and any(column_of(cell) for cell in line)


def columns_guessed(rows: Sequence[Row]) -> list[str | None]:
    """What each column holds, by what stands in the first rows."""
    width = max(len(row) for row in rows)
    found: list[str | None] = [None] * width
    for column, fits in (("email", _is_address), ("phone", _is_number)):
        best = max(range(width), key=lambda at: (found[at] is None) * _share(rows, at, fits))
        if found[best] is None and _share(rows, best, fits) >= 0.5:
            found[best] = column
    free = [at for at in range(width) if found[at] is None]
    for at, column in zip(free, _names_first(rows, free), strict=False):
        found[at] = column
    return found


def unnamed_names(columns: Sequence[str | None], rows: Sequence[Row]) -> int | None:
    """The first column without a known header that could hold names; None where there is none."""
    unknown = (at for at, column in enumerate(columns) if column is None)
    return next((at for at in unknown if _share(rows, at, _is_word) >= 0.8), None)


def _names_first(rows: Sequence[Row], free: Sequence[int]) -> tuple[str, ...]:
    # Two columns of single words side by side are a first and a last name.
    single = len(free) > 1 and all(_share(rows, at, _is_one_word) >= 0.8 for at in free[:2])
    return ("first", "last", "job_title") if single else ("name", "job_title")


def _share(rows: Sequence[Row], at: int, fits: Callable[[str], bool]) -> float:
    cells = [row[at].strip() for row in rows if len(row) > at and row[at].strip()]
    return sum(map(fits, cells)) / len(cells) if cells else 0.0


def _is_address(cell: str) -> bool:
    return "@" in cell


def _is_number(cell: str) -> bool:
    digits = sum(sign.isdigit() for sign in cell)
    return digits >= 5 and digits * 2 > len(cell) and "@" not in cell


def _is_word(cell: str) -> bool:
    return not _is_number(cell) and not _is_address(cell) and any(sign.isalpha() for sign in cell)


def _is_one_word(cell: str) -> bool:
    return " " not in cell and _is_word(cell)

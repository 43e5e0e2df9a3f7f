"""Lists as people's programs write them, and as nobody should: each with what the portal says to it."""

import io
import zipfile

CSV = "Name,E-mail,Phone,Job title\nAda Byron,Ada@Engines.example,+43 1 234567,Analyst\n"


def people(count: int, *, short: bool = False) -> bytes:
    """A list of `count` people, each with a number; a `short` one has names and addresses alone."""
    if short:
        return ("Name,E-mail\n" + "".join(f"Person {n},p{n}@people.example\n" for n in range(count))).encode()
    rows = (f"Person {n},person{n}@people.example,+43 1 2{n:05d},Helper\n" for n in range(count))
    return ("Name,E-mail,Phone,Job title\n" + "".join(rows)).encode()


def zipped() -> bytes:
    """An archive that calls itself a CSV file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("contacts.csv", CSV)
    return buffer.getvalue()


def vcard(*lines: str, version: str = "3.0") -> str:
    """One card of these lines."""
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


# What cannot be read at all, with a word of the answer.
UNREADABLE = {
    "empty": (b"", "is empty"),
    "blank lines": (b" \r\n\r\n\t\n", "is empty"),
    "only a mark": (b"\xef\xbb\xbf", "is empty"),
    "only nulls": (b"\x00" * 500, "is empty"),
    "zip called csv": (zipped(), "workbook or a ZIP"),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "workbook"),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x01" * 60, "kind PNG"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "kind PDF"),
    "every byte": (bytes(range(1, 256)) * 30, "holds no text"),
    "half a letter of UTF-16": (CSV.encode("utf-16")[:-1], "damaged"),
    "no addresses": (b"Name,Phone\nAda,1\n", "No column with e-mail"),
    "prose": (b"Please add Ada and Bob.\n", "No column with e-mail"),
    "only a header": (b"Name,E-mail\n", "nobody below it"),
    "open quote": (b'Name,E-mail\nAda,a@people.example\n"Bob,b@people.example\nC,c@people.example', "line 3"),
    "10,001 rows": (people(10_001, short=True), "more than 10,000 rows"),
    "more bytes than are read": (b"a" * 5_000_001, "larger than 5 MB"),
    "one endless cell": (b"Name,E-mail\n" + b"a" * 200_000, "longer than any text"),
    "10,001 cards": (b"BEGIN:VCARD\n" * 10_001, "more than 10,000 cards"),
}

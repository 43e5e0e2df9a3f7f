"""Bytes into text, whatever program wrote them."""

import codecs
import unicodedata

import charset_normalizer
import filetype

from portal.roster.imports.sheet import Unreadable

# The longer mark first: that of UTF-32 begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
# Encodings of one byte a letter cannot be told apart for certain: those in use, and the reader is told which.
OLDER = ["cp1252", "latin_1", "cp1251"]
IN_WORDS = {
    "cp1252": "Western European (Windows-1252)", "latin_1": "Western European (Latin-1)",
    "cp1251": "Cyrillic (Windows-1251)",
}  # fmt: skip
SAMPLE = 64_000


def decoded(content: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of a file, and what the reader should be told of how it was read.

    Raises Unreadable for an empty file, and for one that holds no text.
    """
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise Unreadable("The list is empty.")
    _refuse_other_kinds(content)
    text, notes = _read(content)
    if "\x00" in text:
        text, notes = text.replace("\x00", ""), (*notes, "NUL characters were left out.")
    if _is_binary(text):
        raise Unreadable("This file holds no text. Save the list as CSV or vCard and choose that file.")
    return text, notes


def _refuse_other_kinds(content: bytes) -> None:
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")):
        raise Unreadable(
            "This is a workbook or a ZIP archive, not a list in CSV. Open it in your spreadsheet program, "
            "save it as CSV, and choose that file."
        )
    kind = filetype.guess(content[:SAMPLE])  # type: ignore[no-untyped-call]
    if kind is not None:
        raise Unreadable(f"This is a file of the kind {kind.extension.upper()}. Choose a CSV or vCard file.")


def _read(content: bytes) -> tuple[str, tuple[str, ...]]:
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return _strictly(content, encoding), ()
    wide = _without_mark(content)
    if wide:
        return _strictly(content, wide), ()
    try:
        return content.decode("utf-8"), ()
    except UnicodeDecodeError:
        return _older(content)


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("This file is damaged: it breaks off or holds letters that do not exist.") from None


def _without_mark(content: bytes) -> str | None:
    # In UTF-16 every other byte of plain letters is zero.
    even, odd = content[:SAMPLE:2], content[1:SAMPLE:2]
    if len(content) % 2 or not odd:
        return None
    if odd.count(0) > 0.6 * len(odd) and even.count(0) < 0.2 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.6 * len(even) and odd.count(0) < 0.2 * len(odd):
        return "utf-16-be"
    return None


def _older(content: bytes) -> tuple[str, tuple[str, ...]]:
    guessed = charset_normalizer.from_bytes(content[:SAMPLE], cp_isolation=OLDER).best()
    for encoding in (guessed.encoding if guessed else "cp1252", "latin_1"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        note = f"Letters were read as {IN_WORDS[encoding]}. If any look wrong, save the list as UTF-8."
        return text, (note,)
    raise AssertionError("unreachable: every byte is a letter of Latin-1")


def _is_binary(text: str) -> bool:
    sample = text[:SAMPLE]
    controls = sum(unicodedata.category(sign) == "Cc" and sign not in "\t\r\n\x0b\x0c" for sign in sample)
    return controls > 2 + len(sample) // 1000

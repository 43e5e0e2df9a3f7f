"""Which files may be attached, told by their content and not by what they claim to be.

The list is short on purpose: documents, pictures and tables. A file is taken only when its ending is
on the list and its content is of that kind and of no other.
"""

import io
import struct
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import filetype

from portal.tickets.file_names import endings

UNPACKED_MOST = 300_000_000
ENTRIES_MOST = 3_000
HEAD = 8192

RUNS = frozenset(
    {
        "bat", "cmd", "cpl", "exe", "hta", "htm", "html", "jar", "js", "jse", "lnk", "mht", "mhtml", "msi", "php",
        "pif", "ps1", "reg", "scf", "scr", "sh", "shtml", "svg", "svgz", "url", "vbe", "vbs", "wsc", "wsf", "wsh",
        "xhtml", "xll",
    }
)  # fmt: skip
MARKUP = (b"<script", b"<html", b"<!doctype", b"<svg", b"<iframe", b"<?php")
NOT_PLAIN = (
    "#!",
    "<!--",
    "<body",
    "<embed",
    "<head",
    "<link",
    "<math",
    "<meta",
    "<object",
    "<style",
    "<title",
    "<script",
    "<html",
    "<!doctype",
    "<svg",
    "<?xml",
    "<?php",
    "<iframe",
    "%pdf",
    "{\\rtf",
    "%!ps",
)
PRINTED = {"\t", "\n", "\r", "\f"}

BROKEN = (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error, EOFError, IndexError)


class UnfitFile(Exception):
    """A file that is not taken, with a sentence that says why."""


@dataclass(frozen=True)
class Kind:
    """A kind of file on the list: the media type it is served as, and how its content is told."""

    media_type: str
    is_content: Callable[[bytes], bool]


def identify(name: str, content: bytes) -> str:
    """The media type of a file, by its content. Raises UnfitFile for what is not on the list."""
    found = endings(name)
    if RUNS & set(found):
        raise UnfitFile("files that can run, and web pages, are not taken.")
    kind = KINDS.get(found[-1]) if found else None
    if kind is None:
        raise UnfitFile(f"this kind of file is not taken. Send {LISTED}.")
    if not content:
        raise UnfitFile("the file is empty.")
    if not kind.is_content(content):
        raise UnfitFile(f"what is in the file is not what its ending .{found[-1]} says.")
    return kind.media_type


def _document(*extensions: str) -> Callable[[bytes], bool]:
    def is_content(content: bytes) -> bool:
        guess = filetype.guess(content[:HEAD])  # type: ignore[no-untyped-call]
        return guess is not None and guess.extension in extensions and not _is_two_things(content)

    return is_content


def _is_two_things(content: bytes) -> bool:
    # A picture that is a web page or an archive as well is made to get past a check like this one.
    # A PDF may speak of markup further in, in its form fields or its metadata.
    searched = content[:1024] if content.startswith(b"%PDF") else content
    return any(mark in searched.lower() for mark in MARKUP) or zipfile.is_zipfile(io.BytesIO(content))


def _package(part: str) -> Callable[[bytes], bool]:
    """An office file: an archive that holds `part`, no macros, and unpacks to a sane size."""

    def is_content(content: bytes) -> bool:
        if not content.startswith(b"PK\x03\x04") or content.count(b"PK\x01\x02") > ENTRIES_MOST:
            return False
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                entries = {entry.filename: entry.file_size for entry in archive.infolist()}
        except BROKEN:
            return False
        odd = any(_runs_or_leads_out(entry.lower()) for entry in entries)
        return part in entries and not odd and sum(entries.values()) <= UNPACKED_MOST

    return is_content


def _runs_or_leads_out(entry: str) -> bool:
    macros = entry.endswith(("vbaproject.bin", ".exe", ".js")) or entry.startswith("xl/macrosheets/")
    return macros or entry.startswith(("/", "\\")) or ".." in entry.replace("\\", "/").split("/")


def _open_document(content: bytes) -> bool:
    # The format demands that its first entry, not compressed, says what it is.
    marked = content[30:100].startswith(b"mimetypeapplication/vnd.oasis.opendocument.text")
    return marked and _package("content.xml")(content) and b"Basic/script-lb.xml" not in content


def _text(content: bytes) -> bool:
    decoded = _decoded(content)
    if decoded is None or decoded.lstrip("\ufeff \t\r\n").lower().startswith(NOT_PLAIN):
        return False
    return all(c in PRINTED or unicodedata.category(c) != "Cc" for c in set(decoded))


def _decoded(content: bytes) -> str | None:
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8", "cp1252")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS: dict[str, Kind] = {
    "pdf": Kind("application/pdf", _document("pdf")),
    "png": Kind("image/png", _document("png", "apng")),
    "jpg": Kind("image/jpeg", _document("jpg")),
    "jpeg": Kind("image/jpeg", _document("jpg")),
    "gif": Kind("image/gif", _document("gif")),
    "webp": Kind("image/webp", _document("webp")),
    "docx": Kind(OFFICE + "wordprocessingml.document", _package("word/document.xml")),
    "xlsx": Kind(OFFICE + "spreadsheetml.sheet", _package("xl/workbook.xml")),
    "pptx": Kind(OFFICE + "presentationml.presentation", _package("ppt/presentation.xml")),
    "odt": Kind("application/vnd.oasis.opendocument.text", _open_document),
    "txt": Kind("text/plain", _text),
    "csv": Kind("text/csv", _text),
}
LISTED = "PDF, pictures (PNG, JPEG, GIF, WebP), Word, Excel, PowerPoint, ODT, text or CSV"
ACCEPTED = ",".join(f".{ending}" for ending in KINDS)
SERVED_AS = frozenset(kind.media_type for kind in KINDS.values())

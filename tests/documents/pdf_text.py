"""Reads the text back out of our own PDF files, which must be uncompressed (`pdf_of(..., compress=False)`)."""

import re
from collections.abc import Iterator

OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", re.S)
FONT = re.compile(rb"/(F\d+) (\d+) 0 R")
SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj", re.S)
ESCAPED = re.compile(rb"\\(.)", re.S)
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def lines_of(pdf: bytes) -> list[str]:
    """Every text that the file shows, in the order in which it is drawn."""
    objects = {int(key): body for key, body in OBJECT.findall(pdf)}
    fonts = {name.decode(): _letters(objects, int(key)) for name, key in FONT.findall(pdf)}
    return [text for body in objects.values() for text in _shown(body, fonts) if text]


def _shown(body: bytes, fonts: dict[str, dict[int, str]]) -> Iterator[str]:
    letters: dict[int, str] = {}
    for found in SHOWN.finditer(body):
        if found[1]:
            letters = fonts[found[1].decode()]
        else:
            raw = ESCAPED.sub(lambda match: ESCAPES.get(match[1], match[1]), found[2])
            codes = (int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2))
            yield "".join(letters[code] for code in codes)


def _letters(objects: dict[int, bytes], font: int) -> dict[int, str]:
    table = re.search(rb"/ToUnicode (\d+) 0 R", objects[font])
    assert table is not None
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", objects[int(table[1])])
    return {int(code, 16): bytes.fromhex(letter.decode()).decode("utf-16-be") for code, letter in pairs}

"""Addresses of a header, read so that no trick of writing makes one address look like another's."""

import re
from collections.abc import Iterator

from portal.accounts.identity import normalise_email
from portal.errors import Invalid
from portal.inbound.charsets import one_line
from portal.inbound.header_text import words
from portal.inbound.parsed import Address

MOST = 200
LONGEST_NAME = 120
TOKEN = re.compile(
    r'(?P<quoted>"(?:[^"\\]|\\.)*+")|(?P<comment>\((?:[^()\\]|\\.)*+\))|<(?P<angle>[^<>,;]*+)>?'
    r"|(?P<stop>[,;])|(?P<group>:)|(?P<plain>[^\"(<,;:]+|.)",
    re.DOTALL,
)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
NOT_WRITTEN = r"\s\x00-\x1f\x7f-\x9f<>()\[\]\\,;:\""
WRITTEN = re.compile(rf"[^{NOT_WRITTEN}@]{{1,128}}@[^{NOT_WRITTEN}@]{{1,255}}")


def addresses(values: list[str]) -> tuple[Address, ...]:
    """Every address of headers of one kind, in order, each once; a name counts for nothing but text."""
    found: dict[str, Address] = {}
    for value in values:
        for one in _of_header(value):
            found.setdefault(one.address or one.written, one)
    return tuple(found.values())[:MOST]


def _of_header(value: str) -> Iterator[Address]:
    seen = 0
    for angles, bare, name in _entries(value):
        # Two addresses in one entry are both kept: which of them a reader would see is not ours to guess.
        for written in angles or [word for word in bare.split() if "@" in word]:
            address = _address(written, name)
            if address is not None and seen < MOST:
                seen += 1
                yield address


def _entries(value: str) -> Iterator[tuple[list[str], str, str]]:
    angles, bare, label = [], [], []
    for token in TOKEN.finditer(value + ","):
        kind, text = str(token.lastgroup), token[str(token.lastgroup)]
        if kind == "angle":
            angles.append(text)
        elif kind in ("quoted", "comment"):
            label.append(ESCAPED.sub(r"\1", text[1:-1]))
            bare.append(text if kind == "quoted" else "")
        elif kind == "plain":
            label.append(text)
            bare.append(text)
        elif kind == "group" and not angles:
            bare, label = [], []
        elif kind == "stop":
            yield angles, "".join(bare), " ".join(label)
            angles, bare, label = [], [], []


def _address(written: str, name: str) -> Address | None:
    tidied = "".join(written.split())
    if not WRITTEN.fullmatch(tidied):
        return None
    label = one_line(words(name), LONGEST_NAME)
    return Address(_normal(tidied), "" if tidied in label else label, tidied)


def _normal(written: str) -> str:
    try:
        return normalise_email(written)
    except (Invalid, ValueError):
        return ""

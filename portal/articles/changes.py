"""What changed from one version of a text to the next, line by line and, within a line, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

WORDS = re.compile(r"\s+|\S+")
COMPARED_MOST, ALIKE = 10_000, 0.5
KEPT, GONE, NEW = "kept", "gone", "new"


@dataclass(frozen=True)
class Piece:
    """Some words of a line: kept, gone, or new."""

    kind: str
    text: str


@dataclass(frozen=True)
class Line:
    """A line of either version: `kind` is kept, gone, new, or changed, when it holds pieces of both."""

    kind: str
    pieces: tuple[Piece, ...]


def changed_lines(old: str, new: str) -> list[Line]:
    """Every line of both versions, in order."""
    before, after = old.splitlines(), new.splitlines()
    return [line for step in _steps(before, after) for line in _lines(*step)]


def _steps(before: list[str], after: list[str]) -> Iterator[tuple[str, list[str], list[str]]]:
    for kind, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        yield kind, before[a:b], after[c:d]


def _lines(kind: str, gone: list[str], new: list[str]) -> Iterator[Line]:
    if kind == "equal":
        yield from (Line(KEPT, (Piece(KEPT, text),)) for text in new)
        return
    if len(gone) != len(new) or not all(map(_are_alike, gone, new)):
        yield from (Line(GONE, (Piece(GONE, text),)) for text in gone)
        yield from (Line(NEW, (Piece(NEW, text),)) for text in new)
        return
    for was, is_now in zip(gone, new, strict=True):
        yield Line("changed", tuple(_pieces(was, is_now)))


def _are_alike(was: str, is_now: str) -> bool:
    # Between two sentences that have little in common, a word-by-word comparison is only hard to read.
    if max(len(was), len(is_now)) > COMPARED_MOST:
        return False
    return SequenceMatcher(None, was.split(), is_now.split()).ratio() >= ALIKE


def _pieces(was: str, is_now: str) -> Iterator[Piece]:
    for kind, gone, new in _steps(WORDS.findall(was), WORDS.findall(is_now)):
        if kind == "equal":
            yield Piece(KEPT, "".join(new))
            continue
        if gone:
            yield Piece(GONE, "".join(gone))
        if new:
            yield Piece(NEW, "".join(new))

"""People out of vCards: versions 2.1, 3.0 and 4.0."""

import re
from binascii import Error as BadEncoding
from collections.abc import Iterator
from dataclasses import dataclass, field

from vobject.base import (  # type: ignore[import-untyped]
    ContentLine,
    VObjectError,
    textLineToContentLine,
)
from vobject.icalendar import stringToTextValues  # type: ignore[import-untyped]
from vobject.vcard import splitFields  # type: ignore[import-untyped]

from portal.roster.imports.sheet import MOST_ROWS, Sheet, SheetRow, Unreadable, row_of

WANTED = re.compile(r"^(?:[\w-]+\.)?(FN|N|EMAIL|TEL|TITLE|ROLE)[;:]", re.I)
# The library's own pattern takes time without end over what comes near to a line: it is given lines alone.
SOUND = re.compile(
    r'(?:[\w-]++\.)?[\w-]++(?:;[\w-]++(?:=(?:"[^"]*+"|[^;:,"]*+)(?:,(?:"[^"]*+"|[^;:,"]*+))*+)?)*+:'
)
BEGINS, ENDS = "BEGIN:VCARD", "END:VCARD"
LONGEST_LINE = 4_000
# What the library lets through of what a line may be wrong in.
UNREADABLE_LINE = (VObjectError, BadEncoding, ValueError, LookupError, AttributeError, TypeError)


@dataclass
class Card:
    """The lines of one card that matter. `whole` tells whether its end was found; `inner` counts cards in it."""

    lines: list[str] = field(default_factory=list)
    whole: bool = False
    inner: int = 0


def is_vcards(text: str) -> bool:
    """Whether a text is a list of vCards."""
    return text.lstrip("\ufeff \t\r\n")[: len(BEGINS)].upper() == BEGINS


def vcard_sheet(text: str) -> Sheet:
    """The people of a list of vCards, in the order of the cards. Raises Unreadable when there are too many."""
    cards = []
    for card in _cards(text):
        cards.append(card)
        if len(cards) > MOST_ROWS:
            raise Unreadable(f"The list has more than {MOST_ROWS:,} cards. Divide it into several.")
    inner = sum(card.inner for card in cards)
    notes = (f"Cards inside other cards were left out: {inner}.",) if inner else ()
    return Sheet("Card", tuple(_person(number, card) for number, card in enumerate(cards, 1)), notes)


def _cards(text: str) -> Iterator[Card]:
    card, depth, before = None, 0, ""
    for line in _logical_lines(text):
        mark = "".join(line.split()).upper()
        if mark == BEGINS and card is not None and before.startswith("AGENT"):
            depth, card.inner = depth + 1, card.inner + 1
        elif mark == BEGINS and not depth:
            if card is not None:
                yield card
            card = Card()
        elif mark == BEGINS:
            depth += 1
        elif mark == ENDS and depth:
            depth -= 1
        elif mark == ENDS and card is not None:
            card.whole = True
            yield card
            card = None
        elif card is not None and not depth and WANTED.match(line):
            card.lines.append(line)
        before = mark
    if card is not None:
        yield card


def _logical_lines(text: str) -> Iterator[str]:
    """Lines with what was folded put together; those that matter alone, so that pictures cost nothing."""
    line, keeps, soft = "", False, False
    for physical in text.splitlines():
        if soft:
            soft = _is_soft(line, physical)
            if keeps and len(line) < LONGEST_LINE:
                line = f"{line}\n{physical}"
            continue
        if physical[:1] in (" ", "\t"):
            line += physical[1:] if keeps and len(line) < LONGEST_LINE else ""
            continue
        yield line
        line, keeps = physical[:LONGEST_LINE], bool(WANTED.match(physical))
        soft = _is_soft(physical, physical)
    yield line


def _is_soft(line: str, physical: str) -> bool:
    return physical.endswith("=") and "quoted-printable" in line[:200].lower()


def _person(number: int, card: Card) -> SheetRow:
    cells, problems = {"name": "", "email": "", "phone": "", "job_title": ""}, {}
    if not card.whole:
        problems["row"] = "This card breaks off before its end."
    found: dict[str, list[ContentLine]] = {}
    for line in card.lines:
        try:
            parsed = _parsed(line)
        except UNREADABLE_LINE:
            problems["row"] = f"A line of this card cannot be read: {line[:40]}"
            continue
        found.setdefault(parsed.name, []).append(parsed)
    cells["name"] = _text(found.get("FN")) or _parts(found.get("N"))
    cells["email"] = _text(found.get("EMAIL")).removeprefix("mailto:")
    cells["phone"] = _text(found.get("TEL")).removeprefix("tel:")
    cells["job_title"] = _text(found.get("TITLE")) or _text(found.get("ROLE"))
    return row_of(number, cells, problems)


def _parsed(line: str) -> ContentLine:
    if not SOUND.match(line):
        raise ValueError("no line of a vCard")
    return textLineToContentLine(line)


def _text(lines: list[ContentLine] | None) -> str:
    best = min(lines or (), key=_preference, default=None)
    # A break written as \n would be taken for one by a mail's head as well.
    return "" if best is None else str((stringToTextValues(best.value) or [""])[0])


def _preference(line: ContentLine) -> int:
    kinds = {value.lower() for value in (*line.params.get("TYPE", ()), *line.singletonparams)}
    if "pref" in kinds:
        return 1
    order = "".join(line.params.get("PREF", ()))
    return int(order) if order.isdecimal() and len(order) < 4 else 101


def _parts(lines: list[ContentLine] | None) -> str:
    if not lines:
        return ""
    parts = [" ".join(part) if isinstance(part, list) else str(part) for part in splitFields(lines[0].value)]
    family, given, middle = [*parts, "", "", ""][:3]
    return " ".join(part.strip() for part in (given, middle, family) if part.strip())

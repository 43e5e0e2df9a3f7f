"""What the person wrote now, apart from what their mail program repeated. No line is lost between the two."""

from dataclasses import dataclass

from portal.inbound.marker import MARKER
from portal.inbound.quote_lines import (
    QUOTE_BEGINS,
    RULE,
    introduction_at,
    is_forward,
    is_sent_from,
    plain,
    structural_above,
)

MARKED = MARKER.strip("#- ").casefold()
# Introductions stand close above the marker; what is further up was typed.
NEAR_MARKER = 15
SIGNATURE_LINES = 15
MOST_OPENING = 12
MOST_COLONS = 400


@dataclass(frozen=True)
class Folded:
    """The new text, and the rest in its order."""

    text: str
    quoted: str


def fold(body: str, *, forwards: bool = False) -> Folded:
    """Part a mail's text. `forwards`: its subject says that it passes on another mail.

    Answers written between quoted lines keep those lines, since they make no sense without. A mail passed
    on with nothing written above is new text as a whole.
    """
    lines, bottom = _without_signature(body.split("\n"))
    marker = _marker(lines)
    start = _quote_start(lines, marker)
    new, rest = _parted(lines, start)
    if not any(map(plain, new)) and marker is None and (forwards or is_forward(lines, start)):
        new, rest = lines, []
    new, signature = _without_signature(new)
    kept = (_joined(part) for part in (signature, rest, bottom))
    return Folded(_joined(new), "\n\n".join(filter(None, kept)))


def _marker(lines: list[str]) -> int | None:
    for number, line in enumerate(lines):
        if "##-" in line:
            near = " ".join(plain(one).strip("* ") for one in lines[number : number + 2])
            if MARKED in " ".join(near.split()).casefold():
                return number
    return None


def _quote_start(lines: list[str], marker: int | None) -> int:
    begin, end = (0, len(lines)) if marker is None else (max(0, marker - NEAR_MARKER), marker)
    tries = 0
    for at in range(begin, end):
        if _may_introduce(lines, at):
            tries += 1
            if introduction_at(lines, at):
                return at
        if tries > MOST_COLONS:
            break
    return _without_introduction(lines, end if marker is not None else _trailing_quote(lines))


def _may_introduce(lines: list[str], at: int) -> bool:
    """A cheap look: most lines of most mails introduce nothing."""
    if lines[at].startswith(("-", "_", "*", " ", "=")) or QUOTE_BEGINS in lines[at]:
        return True
    return ":" in lines[at] or any(":" in line or "：" in line for line in lines[at : at + 4])


def _trailing_quote(lines: list[str]) -> int:
    """Where the quoted lines at the very end begin."""
    at = len(lines)
    while at and (not lines[at - 1].strip() or _is_quoted(lines[at - 1])):
        at -= 1
    return at if any(map(_is_quoted, lines[at:])) else len(lines)


def _without_introduction(lines: list[str], at: int) -> int:
    if at == len(lines):
        return at
    above = at
    while above and not plain(lines[above - 1]):
        above -= 1
    count = structural_above(lines, above)
    return above - count if count else at


def _parted(lines: list[str], start: int) -> tuple[list[str], list[str]]:
    """Lines written now and lines repeated, when the quote begins at `start`."""
    above, below = lines[:start], lines[start:]
    opening = _opening(below)
    quoted = [_is_quoted(line) or not line.strip() or at < opening for at, line in enumerate(below)]
    if not _prefixed(below, opening) or all(_mended(below, quoted)):
        return above, below
    first, last = quoted.index(False), len(quoted) - quoted[::-1].index(False)
    answer, typed_above = below[first:last], any(map(plain, above))
    if not any(map(_is_quoted, answer)):
        if typed_above and RULE.fullmatch(answer[0]):
            # What a mailing list puts under every mail.
            return above, below
        if not typed_above:
            return answer, below[:first] + below[last:]
    return above + below[:last], below[last:]


def _opening(below: list[str]) -> int:
    """How many lines introduce the quote."""
    at = 0
    while at < min(len(below), MOST_OPENING) and not _is_quoted(below[at]):
        count = (
            introduction_at(below, at) or structural_above(below, at + 1) or structural_above(below, at + 2)
        )
        if not count and plain(below[at]):
            break
        at += max(count, 1)
    return at


def _prefixed(below: list[str], opening: int) -> bool:
    return opening < len(below) and _is_quoted(below[opening])


def _mended(below: list[str], quoted: list[bool]) -> list[bool]:
    """Ends of long quoted lines that a mail program broke off belong to the quote."""
    for at in range(1, len(below) - 1):
        broken = len(below[at - 1]) >= 60 and _is_quoted(below[at - 1])
        if not quoted[at] and broken and _is_quoted(below[at + 1]):
            quoted[at] = True
    return quoted


def _is_quoted(line: str) -> bool:
    return line.lstrip(" \u200b\ufeff").startswith(">")


def _without_signature(new: list[str]) -> tuple[list[str], list[str]]:
    at = len(new)
    for number in range(len(new) - 1, max(-1, len(new) - 1 - SIGNATURE_LINES), -1):
        telephone = is_sent_from(new[number]) and not plain(new[number - 1])
        if new[number].strip() == "--" or telephone:
            at = number
    return (new[:at], new[at:]) if any(map(plain, new[:at])) else (new, [])


def _joined(lines: list[str]) -> str:
    return "\n".join(line for line in lines if line != QUOTE_BEGINS).strip()

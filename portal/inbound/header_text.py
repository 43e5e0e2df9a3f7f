"""Headers as text: encoded words, identifiers, dates."""

import re
from binascii import Error as NotBase64
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime

from portal.inbound.charsets import decoded, raw_text

IDENTIFIER = re.compile(r"<[^<>\s\x00-\x1f\x7f-\x9f]{1,300}>")
BARE_IDENTIFIER = re.compile(r"[^<>\s\x00-\x1f\x7f-\x9f]{1,200}@[^<>\s\x00-\x1f\x7f-\x9f]{1,100}")
MOST_IDENTIFIERS = 50
FIRST_YEAR, LAST_YEAR = 1990, 2100


def values(part: Message, name: str) -> list[str]:
    """What each header of that name says, as it stands, without line breaks."""
    return [raw_text(str(value)).replace("\r", "").replace("\n", " ") for value in part.get_all(name, [])]


def value(part: Message, name: str) -> str:
    """What the first header of that name says, empty when there is none."""
    found = values(part, name)
    return found[0].strip() if found else ""


def words(text: str) -> str:
    """A header's text with its encoded words read (RFC 2047). Never raises."""
    try:
        pieces = decode_header(text)
    except (MessageError, NotBase64, ValueError):
        return text
    return "".join(piece if isinstance(piece, str) else _decoded(piece, charset) for piece, charset in pieces)


def identifiers(texts: list[str]) -> tuple[str, ...]:
    """Message identifiers in angle brackets, each once; of very many the first and the latest."""
    joined = " ".join(texts)
    found = list(dict.fromkeys(IDENTIFIER.findall(joined)))
    if not found and BARE_IDENTIFIER.fullmatch(joined.strip()):
        found = [f"<{joined.strip()}>"]
    return tuple(found if len(found) <= MOST_IDENTIFIERS else found[:1] + found[1 - MOST_IDENTIFIERS :])


def moment(text: str) -> datetime | None:
    """When a mail says it was written, in UTC; None for what is no date, or none of this age."""
    try:
        told = parsedate_to_datetime(text[:100])
        at = told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None
    return at if FIRST_YEAR <= at.year <= LAST_YEAR else None


def _decoded(piece: bytes, charset: str | None) -> str:
    # Between encoded words, decode_header gives text back as bytes of its own escape codes.
    if charset is None:
        return piece.decode("raw-unicode-escape", "replace")
    return decoded(piece, charset.partition("*")[0])

"""Bytes of a mail as text, whatever they are said to be."""

import codecs
import unicodedata

# What a charset's name is taken for: mail names sets by halves and by names of its own.
MEANT = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "x-mac-roman": "mac-roman",
    "utf8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "cp-850": "cp850",
}
# Codecs of Python's own that are no charset of mail; the first of them takes quadratic time.
NO_CHARSETS = frozenset(
    {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
)
# Of a few words every charset is as likely as the next.
GUESSED_FROM_LEAST, GUESSED_FROM_MOST = 200, 16_384
DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
KEPT_CONTROLS = frozenset("\n\t")


def decoded(content: bytes, declared: str | None) -> str:
    """Text of `content`: by its declared charset, else UTF-8, else what the bytes look like. Never raises."""
    charset = _charset(declared)
    for attempt in _attempts(charset):
        try:
            return content.decode(attempt)
        except (UnicodeError, LookupError):
            continue
    return content.decode(_looks_like(content) or charset or "cp1252", "replace")


def raw_text(value: str) -> str:
    """A header that held bytes beyond ASCII, as text: UTF-8, or what most programs wrote before it."""
    if value.isascii():
        return value
    content = value.encode("utf-8", "surrogateescape")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def tidy(text: str) -> str:
    """Text of several lines without what no page or table can hold: controls, lone surrogates, non-characters."""
    even = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n")
    return even.translate({ord(sign): None for sign in set(even) if _is_unfit(sign)})


def one_line(text: str, longest: int) -> str:
    """Text as a single line, composed, without control and direction signs, cut to `longest` characters."""
    composed = unicodedata.normalize("NFC", text[: 8 * longest])
    shown = "".join(" " if _breaks(sign) else sign for sign in composed if sign not in DIRECTIONS)
    line = " ".join(shown.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _attempts(charset: str | None) -> tuple[str, ...]:
    # Text that reads as UTF-8 is UTF-8, though old programs and relays call everything Latin-1.
    if charset in (None, "utf-8", "cp1252"):
        return ("utf-8",) if charset != "cp1252" else ("utf-8", "cp1252")
    return str(charset), "utf-8"


def _charset(declared: str | None) -> str | None:
    name = (declared or "").strip("\"' \t").lower()
    try:
        found = codecs.lookup(MEANT.get(name, name)).name
    except (LookupError, ValueError, UnicodeError):
        return None
    return None if found.replace("-", "_") in NO_CHARSETS else found


def _looks_like(content: bytes) -> str | None:
    if len(content) < GUESSED_FROM_LEAST:
        return None
    from charset_normalizer import from_bytes

    best = from_bytes(content[:GUESSED_FROM_MOST]).best()
    return best.encoding if best else None


def _is_unfit(sign: str) -> bool:
    return sign not in KEPT_CONTROLS and unicodedata.category(sign) in ("Cc", "Cs")


def _breaks(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp")

"""What the parts of a mail are for: words, files, invitations, and what cannot be read."""

from dataclasses import dataclass, field
from email.message import Message

from portal.inbound.charsets import decoded, one_line, raw_text, tidy
from portal.inbound.flowed import joined
from portal.inbound.header_text import value, words
from portal.inbound.html_text import text_of
from portal.inbound.limits import Limits
from portal.inbound.structure import Part

SIGNATURES = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)
SEALED = frozenset(
    {"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted", "multipart/encrypted"}
)
OUTLOOK_ONLY = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
# A plain part shorter than this that speaks of HTML says only that there is nothing to see in it.
STANDS_FOR_HTML = 300


@dataclass
class Contents:
    """Words by part, in order (plain or HTML), then the parts that are files, calendars, or mails passed on."""

    words: list[Part] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)
    calendars: list[Part] = field(default_factory=list)
    passed_on: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def take(self, other: "Contents", *, with_words: bool = True) -> None:
        """Add what another part holds, its words only if asked for."""
        self.words += other.words if with_words else []
        self.files += other.files
        self.calendars += other.calendars
        self.passed_on += other.passed_on
        self.notes += other.notes


def contents(part: Part) -> Contents:
    """Sort the parts of a mail. Of alternatives the plain one is read, unless it only stands for the other."""
    kind = part.get_content_type()
    if kind in SEALED:
        return Contents(notes=["The mail is encrypted or sealed; what is inside could not be read."])
    if kind == "message/delivery-status":
        return Contents()
    if kind == "message/rfc822" and part.children:
        return _passed_on(part)
    if not part.children:
        return _leaf(part, kind)
    inside = [contents(child) for child in part.children]
    if kind == "multipart/alternative":
        return _alternative(inside)
    return _all(inside)


def file_name(part: Message) -> str:
    """The name a part gives itself, empty when it has none. Never raises."""
    try:
        name = part.get_filename()
    except (LookupError, ValueError, TypeError, UnicodeError):
        name = None
    return one_line(words(raw_text(name)), 200) if name else ""


def text_of_parts(parts: list[Part], limits: Limits) -> tuple[str, bool, bool]:
    """The words of several parts one after the other, whether any was HTML, and whether they were cut."""
    pieces, left, was_html, cut = [], limits.text_bytes, False, False
    for part in parts:
        content = content_of(part)
        cut, content = cut or len(content) > left, content[:left]
        left -= len(content)
        is_html = part.get_content_type() == "text/html"
        was_html |= is_html
        pieces.append(_text(part, content, is_html))
    return "\n\n".join(piece for piece in pieces if piece.strip()), was_html, cut


def content_of(part: Part) -> bytes:
    """The bytes of a part as they were before they were written for the way. Never raises."""
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError):
        content = None
    return content if isinstance(content, bytes) else b""


def _text(part: Part, content: bytes, is_html: bool) -> str:
    text = tidy(decoded(content, _parameter(part, "charset")))
    if is_html:
        return text_of(text)
    if _parameter(part, "format").lower() == "flowed":
        return joined(text, delete_blanks=_parameter(part, "delsp").lower() == "yes")
    return text


def _parameter(part: Part, name: str) -> str:
    try:
        told = part.get_param(name, "")
    except (LookupError, ValueError, TypeError):
        return ""
    # RFC 2231 gives charset, language and value; only the value counts here.
    return str(told[2] if isinstance(told, tuple) else told).strip()


def _leaf(part: Part, kind: str) -> Contents:
    name = file_name(part)
    if kind in SIGNATURES:
        return Contents()
    if kind in OUTLOOK_ONLY or name.lower() == "winmail.dat":
        return Contents(notes=[UNREAD_OUTLOOK])
    if kind == "text/calendar" or name.lower().endswith(".ics"):
        return Contents(calendars=[part])
    if kind == "text/rfc822-headers":
        return Contents(passed_on=[part])
    if part.get_content_maintype() in ("text", "multipart") and not name and not _is_attached(part):
        return Contents(words=[part])
    return Contents(files=[part])


UNREAD_OUTLOOK = (
    "winmail.dat could not be read: it is Outlook's own format. If files are missing, ask for them again."
)


def _is_attached(part: Part) -> bool:
    return value(part, "content-disposition").lower().startswith("attachment")


def _passed_on(part: Part) -> Contents:
    """A mail inside the mail: its words are kept with the quoted text, its files with the others.

    An answer to an invitation in it was given to somebody else.
    """
    inside = _all([contents(child) for child in part.children])
    return Contents(
        files=inside.files,
        passed_on=[part.children[0], *inside.passed_on],
        notes=inside.notes,
    )


def _all(inside: list[Contents]) -> Contents:
    whole = Contents()
    for one in inside:
        whole.take(one)
    return whole


def _alternative(inside: list[Contents]) -> Contents:
    plain = [one for one in inside if _says_something(one, "text/plain")]
    html = [one for one in inside if _says_something(one, "text/html")]
    chosen = next(iter(plain or html or inside))
    if html and plain and _stands_for_html(plain[0]):
        chosen = html[0]
    whole = Contents()
    for one in inside:
        whole.take(one, with_words=one is chosen)
    return whole


def _says_something(one: Contents, kind: str) -> bool:
    return any(part.get_content_type() == kind and content_of(part).strip() for part in one.words)


def _stands_for_html(one: Contents) -> bool:
    content = b" ".join(content_of(part) for part in one.words)
    return len(content) < STANDS_FOR_HTML and b"html" in content.lower()

"""Raw mails, written byte by byte, so that they can also be wrong."""

import base64
import quopri
from dataclasses import dataclass, field
from email.header import Header

from portal.inbound.marker import MARKER
from portal.inbound.parsed import Kind

SUPPORT = "Portal Support <support+t7.abc@portal.example>"
CUSTOMER = "Kim Park <kim.park@conf.example>"
BOUNDARY = "=_corpus_0001"


@dataclass(frozen=True)
class Sample:
    """A mail and what must be read out of it: the typed text, words that must be kept, kind, notes' beginnings."""

    name: str
    raw: bytes
    typed: str | None = None
    kept: str = ""
    kind: Kind = "person"
    notes: tuple[str, ...] = ()
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Piece:
    """A part: its type with parameters, its bytes, how they are written for the way, and more headers."""

    kind: str
    content: bytes
    encoding: str = "8bit"
    headers: tuple[str, ...] = ()

    def lines(self) -> bytes:
        """The part's headers, an empty line, and its content."""
        written = (f"Content-Type: {self.kind}", f"Content-Transfer-Encoding: {self.encoding}", *self.headers)
        return "\r\n".join(written).encode() + b"\r\n\r\n" + encoded(self.content, self.encoding)


def encoded(content: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return base64.encodebytes(content).replace(b"\n", b"\r\n")
    if encoding == "quoted-printable":
        return quopri.encodestring(content).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return content


def text(words: str, charset: str = "utf-8", encoding: str = "8bit", kind: str = "plain") -> Piece:
    return Piece(f"text/{kind}; charset={charset}", crlf(words).encode(charset, "replace"), encoding)


def crlf(words: str) -> str:
    return words.replace("\n", "\r\n")


def several(kind: str, *pieces: Piece, boundary: str = BOUNDARY) -> Piece:
    mark = f"--{boundary}".encode()
    inside = b"".join(mark + b"\r\n" + piece.lines() + b"\r\n" for piece in pieces)
    quoted = kind.replace("multipart/report", "multipart/report; report-type=delivery-status")
    return Piece(
        f'multipart/{quoted.removeprefix("multipart/")}; boundary="{boundary}"', inside + mark + b"--\r\n"
    )


def headers(subject: str = "Re: Badge scanners", sender: str = CUSTOMER, number: int = 1) -> tuple[str, ...]:
    return (
        "Received: from mx.conf.example by portal.example; Mon, 23 Nov 2026 15:04:05 +0000",
        f"From: {sender}",
        f"To: {SUPPORT}",
        f"Subject: {subject if subject.isascii() else Header(subject, 'utf-8').encode()}",
        "Date: Mon, 23 Nov 2026 16:04:05 +0100",
        f"Message-ID: <m{number}@conf.example>",
        "In-Reply-To: <t7.1@portal.example>",
        "References: <t7.0@portal.example> <t7.1@portal.example>",
        "MIME-Version: 1.0",
    )


def mail(body: Piece, *more: str, top: tuple[str, ...] | None = None) -> bytes:
    lines = (*(headers() if top is None else top), *more)
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n" + body.lines()


ORIGINAL = f"""{MARKER}

Hello Kim,

the scanners can be collected from Thursday at 08:00, hall 4.
1. Bring the list of devices.
2. Ask for Robin.

Portal Support"""

OTHER = """Hello Kim,

could you ask support where the scanners are?
It is for room 12 & hall 4.

Robin"""


def prefixed(words: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in words.split("\n"))


YES = text("Yes, two.\n")

"""Mail damaged on the way, and mail made to take long or much memory. Always the same, from fixed seeds."""

from collections.abc import Iterator
from random import Random

from tests.inbound.corpus.writing import BOUNDARY, CUSTOMER, Piece, Sample, headers, mail, several, text

SIXTEENTHS = range(1, 16)
FLIPS = range(6)


def damaged(sample: Sample) -> Iterator[Sample]:
    """The mail cut off at every sixteenth, with bits turned over, and with its boundary and breaks damaged."""
    raw = sample.raw
    for part in SIXTEENTHS:
        yield Sample(f"{sample.name}, cut at {part}/16", raw[: len(raw) * part // 16])
    for seed in FLIPS:
        yield Sample(f"{sample.name}, bits turned, seed {seed}", flipped(raw, seed))
    mark = BOUNDARY.encode()
    for name, broken in (
        ("boundary gone", raw.replace(b"--" + mark, b"", 1)),
        ("boundary shortened", raw.replace(mark, mark[:-3], 2)),
        ("boundary in other case", raw.replace(mark, mark.upper(), 1)),
        ("boundary closed early", raw.replace(b"--" + mark, b"--" + mark + b"--", 1)),
        ("boundary everywhere", raw.replace(b"\r\n", b"\r\n--" + mark + b"\r\n")),
        ("only line feeds", raw.replace(b"\r", b"")),
        ("only returns", raw.replace(b"\n", b"")),
        ("breaks doubled", raw.replace(b"\r\n", b"\r\r\n")),
        ("no breaks", raw.replace(b"\r\n", b" ")),
        ("NUL for blanks", raw.replace(b" ", b"\x00")),
        ("backwards", raw[::-1]),
        ("twice over", raw + raw),
    ):
        yield Sample(f"{sample.name}, {name}", broken)


def flipped(raw: bytes, seed: int) -> bytes:
    random = Random(seed)
    turned = bytearray(raw)
    for _ in range(max(3, len(raw) // 100)):
        turned[random.randrange(len(turned))] ^= 1 << random.randrange(8)
    return bytes(turned)


def nested(depth: int) -> Piece:
    inside = text("At the bottom.\n").lines()
    for level in range(depth):
        mark = f"--n{level}".encode()
        inside = (
            f'Content-Type: multipart/mixed; boundary="n{level}"\r\n\r\n'.encode()
            + mark
            + b"\r\n"
            + inside
            + b"\r\n"
            + mark
            + b"--\r\n"
        )
    kind, _, content = inside.partition(b"\r\n\r\n")
    return Piece(kind.decode().removeprefix("Content-Type: "), content)


def mails_inside(depth: int) -> Piece:
    opening = b"Subject: inside\r\nContent-Type: message/rfc822\r\n\r\n" * depth
    return Piece("message/rfc822", opening + b"Subject: last\r\n\r\nAt the bottom.\r\n")


def large() -> Iterator[Sample]:
    """Mail made to need much memory."""
    million = 1_000_000
    yield _bomb("a line of 10 MB", Piece("text/plain", b"x" * 10 * million))
    yield _bomb(
        "a line of 10 MB that begins a quote", Piece("text/plain", b"On " + b"1 a@b " * 1_600_000 + b"wrote:")
    )
    yield _bomb("a line of 10 MB of HTML", Piece("text/html", b"<b>" + b"x " * 5 * million))
    yield _bomb("10 MB of Base64 in one line", Piece("text/plain", b"QUJD" * 2_500_000), encoding="base64")
    yield _bomb("a header of 10 MB", text("Yes, two.\n"), f"X-Long: {'y' * 10 * million}")
    yield _bomb("too many lines", Piece("text/plain", b"\n" * 3 * million))
    yield _bomb("quotes nested in markup", Piece("text/html", b"<blockquote>x<br>" * 50_000))


def bombs() -> Iterator[Sample]:
    """Mail made to be expensive. Names begin with `bomb`."""
    million = 1_000_000
    body = text("Yes, two.\n")
    yield from large()
    yield _bomb("an address list of 10 MB", body, f"Cc: {'a@conf.example, ' * 600_000}")
    yield _bomb("a folded header of 100,000 lines", body, "X-Long: a" + "\r\n b" * 100_000)
    yield _bomb("100,000 headers", body, *(f"X-{n}: {n}" for n in range(100_000)))
    yield _bomb("20,000 encoded words", body, "X-Subject: 1", subject="=?utf-8?q?a?= " * 20_000)
    yield _bomb("half encoded words", body, "X-Subject: 1", subject="=?a?q?" * 20_000)
    yield _bomb("parameters without end", Piece("text/plain; " + 'a=";' * 100_000, b"Yes."))
    yield _bomb("identifiers without end", body, "References: " + "<a@b.example> " * 100_000)
    yield _bomb("1,000 parts", several("mixed", *(text(f"Part {n}.\n") for n in range(1_000))))
    yield _bomb("30,000 parts", Piece('multipart/mixed; boundary="b"', b"--b\r\n\r\nx\r\n" * 30_000))
    yield _bomb(
        "1,000 parts with hard types",
        several("mixed", *(Piece("text/plain; " + 'a=";' * 2_000, b"x") for _ in range(1_000))),
    )
    yield _bomb("29 levels", nested(29))
    yield _bomb("100 levels", nested(100))
    yield _bomb("2,000 levels", nested(2_000))
    yield _bomb("3,000 mails inside", mails_inside(3_000))
    yield _bomb("many short lines", Piece("text/plain", b"a\r\n" * 300_000))
    yield _bomb(
        "lines that may begin a quote",
        Piece("text/plain", ("On 1.1. at 2:2 " + "a@b " * 60 + "x:\r\n").encode() * 20_000),
    )
    yield _bomb("lines like labels", Piece("text/plain", b"From: a\r\nX\r\n" * 80_000))
    yield _bomb("blanks and stars", Piece("text/plain", (b" * " * 300 + b":\r\n") * 1_000))
    yield _bomb("deep quotes", Piece("text/plain", b"> " * 400_000 + b":\r\n> a\r\n"))
    yield _bomb("quotes to mend", Piece("text/plain", (b"> " + b"x" * 70 + b"\r\ny\r\n") * 10_000))
    yield _bomb("markup nested 100,000 deep", Piece("text/html", b"<div>" * 100_000 + b"x"))
    yield _bomb("formatting left open", Piece("text/html", b"<a><b><i><u><p>x" * 20_000))
    yield _bomb("tables in tables", Piece("text/html", b"<table><tr><td>x" * 30_000))
    yield _bomb("links without end", Piece("text/html", b'<a href="http://a.example/b">c</a>' * 20_000))
    yield _bomb("entities", Piece("text/html", b"&amp;&lt;&#x1F600;" * 40_000))
    yield _bomb("a comment never closed", Piece("text/html", b"x<!--" + b"<!-- " * 150_000))
    yield _bomb(
        "a charset of quadratic time", Piece("text/plain; charset=punycode", b"\xff-" + b"a" * 900_000)
    )
    yield _bomb("bytes of no charset", Piece("text/plain; charset=none", bytes(range(128, 256)) * 6_000))
    yield _bomb("a calendar of 200 kB", Piece("text/calendar; method=REPLY", b"BEGIN:VCALENDAR\r\n" * 11_000))
    yield _bomb("soft breaks without end", Piece("text/plain; format=flowed", b"a \r\n" * 200_000))
    yield _bomb(
        "6 MB in two files",
        several(
            "mixed",
            *(Piece("image/png", b"\x89PNG\r\n\x1a\n" + bytes(3 * million), "base64") for _ in range(2)),
        ),
    )


def _bomb(name: str, piece: Piece, *more: str, subject: str = "Bomb", encoding: str = "8bit") -> Sample:
    top = (f"From: {CUSTOMER}", f"Subject: {subject}", *headers()[5:], *more)
    content = piece if encoding == "8bit" else Piece(piece.kind, piece.content, "8bit")
    raw = mail(content, top=top)
    return Sample(f"bomb: {name}", raw.replace(b"Encoding: 8bit", f"Encoding: {encoding}".encode(), 1))

"""Mail whose parts, line ends or encodings are not as they should be."""

from collections.abc import Iterator

from tests.inbound.corpus.writing import YES, Piece, Sample, headers, mail


def structure_samples() -> Iterator[Sample]:
    top = ("MIME-Version: 1.0",)
    inside = b"--b\r\n" + YES.lines() + b"\r\n"
    for name, kind, body in (
        ("no closing boundary", 'multipart/mixed; boundary="b"', inside),
        ("boundary without quotes", "multipart/mixed; boundary=b", inside + b"--b--\r\n"),
        (
            "blanks behind the boundary",
            "multipart/mixed; boundary=b",
            inside.replace(b"--b\r\n", b"--b  \t\r\n") + b"--b--  \r\n",
        ),
        (
            "words before and behind",
            "multipart/mixed; boundary=b",
            b"Ignored.\r\n" + inside + b"--b--\r\nIgnored too.\r\n",
        ),
        ("boundary twice", "multipart/mixed; boundary=b", b"--b\r\n" + inside + b"--b--\r\n"),
        (
            "the same boundary inside",
            "multipart/mixed; boundary=b",
            b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + inside + b"--b--\r\n--b--\r\n",
        ),
    ):
        yield Sample(f"parts: {name}", mail(Piece(kind, body), top=top), "Yes, two.")
    yield Sample(
        "parts: another boundary than told",
        mail(Piece("multipart/mixed; boundary=c", inside), top=top),
        None,
        "Yes two",
    )
    yield Sample("parts: no boundary told", mail(Piece("multipart/mixed", inside), top=top), None, "Yes two")
    yield Sample("parts: empty boundary", mail(Piece('multipart/mixed; boundary=""', inside), top=top), None)
    yield Sample("parts: none", mail(Piece("multipart/mixed; boundary=b", b"--b--\r\n"), top=top), "")
    yield Sample(
        "parts: partial", mail(Piece("message/partial; number=1; total=2; id=x", YES.lines()), top=top), None
    )
    yield Sample("no headers", b"Just words.\r\nMore.\r\n", "Just words.\nMore.")
    yield Sample("no body", b"From: kim@conf.example\r\nSubject: Hello", "", facts={"subject": "Hello"})
    yield Sample("nothing", b"", "")
    yield Sample("only breaks", b"\r\n\r\n\r\n", "")
    yield Sample("line ends of Unix", mail(YES).replace(b"\r\n", b"\n"), "Yes, two.")
    yield Sample("line ends of old Macs", mail(YES).replace(b"\r\n", b"\r"), "Yes, two.")
    yield Sample("mailbox line above", b"From kim Mon Nov 23 10:00:00 2026\r\n" + mail(YES), "Yes, two.")
    yield Sample(
        "byte order mark above",
        b"\xef\xbb\xbf" + mail(YES),
        "Yes, two.",
        facts={"subject": "Re: Badge scanners"},
    )
    yield Sample(
        "empty lines above", b"\r\n\r\n" + mail(YES), "Yes, two.", facts={"subject": "Re: Badge scanners"}
    )
    yield Sample(
        "a line among the headers", mail(YES).replace(b"Subject:", b"rubbish\r\nSubject:"), None, "Yes two"
    )
    yield Sample("NUL in the text", mail(Piece("text/plain", b"Yes\x00, two.\x08\x1b[31m")), "Yes, two.[31m")
    yield Sample("unknown encoding", mail(Piece("text/plain", b"Yes, two.", "x-none")), "Yes, two.")
    yield Sample(
        "Base64 cut off", mail(Piece("text/plain", b"Yes, two. " * 20, "base64"))[:-30], None, "Yes two"
    )
    yield Sample("rubbish", bytes(range(256)) * 8)
    yield Sample("no type", "\r\n".join(headers()).encode() + b"\r\n\r\nYes, two.\r\n", "Yes, two.")
    yield Sample("type that is none", mail(Piece("text", b"Yes, two.")), "Yes, two.")

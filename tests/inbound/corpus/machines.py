"""Mail that no person wrote: bounces, automatic answers, lists, answers to invitations."""

from collections.abc import Iterator

from tests.inbound.corpus.writing import CUSTOMER, SUPPORT, Piece, Sample, crlf, headers, mail, several, text

GONE = "kim.park@conf.example"
OURS = "<t7.1@portal.example>"
RETURNED = f"From: {SUPPORT}\nTo: {CUSTOMER}\nSubject: Re: Badge scanners\nMessage-ID: {OURS}\n"


def daemon(subject: str, sender: str = "MAILER-DAEMON@mx.conf.example", *more: str) -> tuple[str, ...]:
    return (
        "Return-Path: <>",
        f"From: Mail Delivery System <{sender}>",
        f"To: {SUPPORT}",
        f"Subject: {subject}",
        "Date: Mon, 23 Nov 2026 10:00:00 +0000",
        "Message-ID: <bounce.1@mx.conf.example>",
        *more,
    )


def report(words: str, status: str, returned: str = RETURNED, kind: str = "message/rfc822") -> Piece:
    return several(
        "multipart/report",
        text(words),
        Piece("message/delivery-status", crlf(status).encode(), "7bit"),
        Piece(kind, crlf(returned + ("\nHello\n" if kind == "message/rfc822" else "")).encode(), "7bit"),
    )


def status_of(action: str, status: str, diagnostic: str, address: str = GONE) -> str:
    return (
        "Reporting-MTA: dns; mx.conf.example\nArrival-Date: Mon, 23 Nov 2026 10:00:00 +0000\n\n"
        f"Original-Recipient: rfc822;{address}\nFinal-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n"
        f"Remote-MTA: dns; mx.conf.example\nDiagnostic-Code: {diagnostic}\n"
    )


REPORTS = (
    (
        "Postfix, unknown user",
        "failed",
        "5.1.1",
        "smtp; 550 5.1.1 <kim.park@conf.example>: User unknown",
        "text/rfc822-headers",
    ),
    (
        "Postfix, later",
        "delayed",
        "4.4.1",
        "X-Postfix; connect to mx.conf.example: Connection timed out",
        "message/rfc822",
    ),
    ("Exim, report", "failed", "5.0.0", "smtp; 550 No such person", "message/rfc822"),
    (
        "Exchange, refused",
        "failed",
        "5.7.1",
        "smtp; 550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized",
        "message/rfc822",
    ),
    ("Exchange, full", "failed", "5.2.2", "smtp; 554 5.2.2 mailbox full", "text/rfc822-headers"),
    (
        "Gmail, does not exist",
        "failed",
        "5.1.1",
        "smtp; 550-5.1.1 The email account does not exist",
        "message/rfc822",
    ),
    ("Courier", "failed", "5.0.0", "smtp; 571 refused", "message/rfc822"),
    ("sendmail", "failed", "5.1.2", "SMTP; 550 host unknown", "text/rfc822-headers"),
    ("delivered after all", "delivered", "2.0.0", "smtp; 250 ok", "text/rfc822-headers"),
)


def bounce_samples() -> Iterator[Sample]:
    for name, action, status, diagnostic, kind in REPORTS:
        body = report(
            "Your message could not be delivered.\n", status_of(action, status, diagnostic), kind=kind
        )
        yield _bounce(name, mail(body, top=daemon("Undelivered Mail Returned to Sender")), status, action)
    two = (
        status_of("failed", "5.1.1", "smtp; 550 no")
        + "\n"
        + "Final-Recipient: rfc822; robin@conf.example\nAction: failed\nStatus: 5.1.1\n"
    )
    yield _bounce("two addresses", mail(report("Sorry.\n", two), top=daemon("Returned")), "5.1.1", "failed")
    exim = (
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to\n"
        f"one or more of its recipients. This is a permanent error.\n\n  {GONE}\n    Unrouteable address: 550 5.1.1 no such user\n\n"
        f"------ This is a copy of the message, including all the headers. ------\n\nReturn-path: <support@portal.example>\n{RETURNED}\nHello\n"
    )
    yield _bounce(
        "Exim in words",
        mail(
            text(exim),
            f"X-Failed-Recipients: {GONE}",
            "Auto-Submitted: auto-replied",
            top=daemon("Mail delivery failed: returning message to sender"),
        ),
        "5.1.1",
        "failed",
    )
    qmail = (
        "Hi. This is the program at mx.conf.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n"
        f"This is a permanent error; I've given up. Sorry it didn't work out.\n\n<{GONE}>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        f"--- Below this line is a copy of the message.\n\nReturn-Path: <support@portal.example>\n{RETURNED}\nHello\n"
    )
    yield _bounce("qmail in words", mail(text(qmail), top=daemon("failure notice")), "5.1.1", "failed")
    old = f"Your message\n\n  Subject: Re: Badge scanners\n\ndid not reach the following recipient(s):\n\n{GONE} on Mon, 23 Nov 2026\n    The address does not exist. 550 5.1.10\n\nMessage-ID: {OURS}\n"
    yield _bounce(
        "Exchange in words",
        mail(text(old), top=daemon("Undeliverable: Badge scanners", "postmaster@conf.example")),
        "5.1.10",
        "failed",
    )
    later = f"Warning: message delayed 24 hours; will be retried.\n\n<{GONE}>: 451 4.7.1 greylisted\n\nMessage-Id: {OURS}\n"
    yield _bounce(
        "late, in words", mail(text(later), top=daemon("Warning: message delayed")), "4.7.1", "delayed"
    )
    told = status_of("failed", "5.1.1", "smtp; 550 no").replace(
        "Reporting", f"X-Original-Message-ID: {OURS}\nReporting"
    )
    silent = several(
        "multipart/report", text("Sorry.\n"), Piece("message/delivery-status", crlf(told).encode(), "7bit")
    )
    yield _bounce("original told in the status", mail(silent, top=daemon("Returned")), "5.1.1", "failed")
    german = f"Die folgende Nachricht konnte nicht zugestellt werden:\n\n{GONE}\n552 5.2.2 Postfach voll\n\n{RETURNED}"
    yield _bounce(
        "in German", mail(text(german), top=daemon("=?utf-8?q?Unzustellbar=3A_Ausweise?=")), "5.2.2", "failed"
    )


def _bounce(name: str, raw: bytes, status: str, action: str) -> Sample:
    facts = {"address": GONE, "status": status, "action": action, "original": OURS}
    return Sample(f"bounce: {name}", raw, kind="bounce", facts=facts)


AUTOMATIC = (
    "Auto-Submitted: auto-replied",
    "Auto-Submitted: auto-generated (by a rule)",
    'auto-submitted:  Auto-Replied; owner-email="k@conf.example"',
    "Precedence: auto_reply",
    "Precedence: bulk",
    "Precedence: junk",
    "X-Autoreply: yes",
    "X-Autorespond: vacation",
    "X-Autoresponder: 1",
    "X-Auto-Response-Suppress: All",
    "X-Auto-Response-Suppress: DR, OOF, AutoReply",
    "X-Mail-Autoreply: true",
    "Return-Path: <>",
)
AWAY = (
    "Automatic reply: Badge scanners",
    "Out of Office: Badge scanners",
    "Auto: I am away",
    "Automatische Antwort: Ausweise",
    "Abwesenheitsnotiz: Ausweise",
    "Réponse automatique : badges",
    "Respuesta automática: acreditaciones",
    "Risposta automatica: badge",
    "自動応答: 名札",
    "自动回复: 胸卡",
    "Otomatik yanıt: yaka kartı",
    "תשובה אוטומטית: תגים",
)


def automatic_samples() -> Iterator[Sample]:
    body = text("I am away until Monday.\n")
    for line in AUTOMATIC:
        yield Sample(f"auto: {line}", mail(body, line), "I am away until Monday.", kind="auto-reply")
    for subject in AWAY:
        kind = "person" if subject.startswith("Auto:") else "auto-reply"
        yield Sample(
            f"away: {subject}", mail(body, top=headers(subject)), "I am away until Monday.", kind=kind
        )
    read = several(
        "multipart/report",
        text("Your message was read.\n"),
        Piece("message/disposition-notification", b"Disposition: x; displayed\r\n", "7bit"),
    )
    yield Sample("a receipt", mail(read), "Your message was read.", kind="auto-reply")
    yield Sample("Auto-Submitted: no", mail(body, "Auto-Submitted: no"), "I am away until Monday.")
    for line in (
        "List-Id: <chairs.conf.example>",
        "Mailing-List: list chairs@conf.example",
        "Precedence: list",
    ):
        yield Sample(f"list: {line}", mail(body, line), "I am away until Monday.", kind="list")
    passed = Piece(
        "message/rfc822",
        mail(
            report("Sorry.\n", status_of("failed", "5.1.1", "smtp; 550 no")), top=daemon("Returned")
        ).replace(b"=_corpus_0001", b"inner"),
    )
    yield Sample(
        "a bounce passed on by a person",
        mail(several("mixed", text("What is this?\n"), passed)),
        "What is this?",
        "Sorry Returned",
    )
    reply = Piece("message/rfc822", mail(Piece("text/calendar; method=REPLY", calendar("REPLY", "ACCEPTED"))))
    yield Sample(
        "an answer to an invitation passed on",
        mail(several("mixed", text("And this?\n"), reply)),
        "And this?",
    )
    bulk = mail(body, "List-Id: <chairs.conf.example>", "Precedence: bulk")
    yield Sample("list that calls itself bulk", bulk, "I am away until Monday.", kind="list")


def calendar(method: str, partstat: str, folded: bool = False) -> bytes:
    attendee = f"ATTENDEE;PARTSTAT={partstat};CN=Kim Park:mailto:{'Kim.Park@conf.example'}"
    return crlf(
        f"BEGIN:VCALENDAR\nPRODID:-//x//y//EN\nVERSION:2.0\nMETHOD:{method}\nBEGIN:VEVENT\n"
        f"{attendee[:30] + chr(10) + ' ' + attendee[30:] if folded else attendee}\n"
        "UID:booking-12@portal.example\nDTSTAMP:20261123T100000Z\nDTSTART:20261130T140000Z\nSUMMARY:Accepted: Training\n"
        "END:VEVENT\nEND:VCALENDAR\n"
    ).encode()


def calendar_samples() -> Iterator[Sample]:
    for partstat, word in (("ACCEPTED", "accepted"), ("DECLINED", "declined"), ("TENTATIVE", "tentative")):
        entry = Piece(
            "text/calendar; charset=utf-8; method=REPLY", calendar("REPLY", partstat, True), "base64"
        )
        facts = {"uid": "booking-12@portal.example", "attendee": GONE, "partstat": partstat}
        body = several("alternative", text("I will be there.\n"), entry)
        note = f"Calendar reply: {word} by {GONE}."
        yield Sample(
            f"calendar: {word}",
            mail(body),
            "I will be there.",
            kind="calendar-reply",
            notes=(note,),
            facts=facts,
        )
        yield Sample(
            f"calendar alone: {word}", mail(entry), "", kind="calendar-reply", notes=(note,), facts=facts
        )
    both = several(
        "mixed",
        text("See you.\n"),
        Piece("text/calendar; method=REQUEST", calendar("REQUEST", "NEEDS-ACTION")),
        Piece('application/ics; name="invite.ics"', calendar("REQUEST", "NEEDS-ACTION"), "base64"),
    )
    yield Sample(
        "an invitation",
        mail(both),
        "See you.",
        notes=("The mail holds a calendar entry; it was not kept as a file.",),
    )
    broken = Piece("text/calendar; method=REPLY", calendar("REPLY", "ACCEPTED")[:120])
    yield Sample(
        "calendar cut off",
        mail(several("mixed", text("Yes.\n"), broken)),
        "Yes.",
        notes=("The mail holds a calendar entry; it was not kept as a file.",),
    )

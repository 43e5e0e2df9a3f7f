"""Reports of mail servers, in their form and in their words."""

from collections.abc import Iterator

from tests.inbound.corpus.writing import CUSTOMER, SUPPORT, Piece, Sample, crlf, mail, several, text

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

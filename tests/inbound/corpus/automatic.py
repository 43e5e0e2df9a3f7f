"""Mail that no person wrote, or whose kind is easily mistaken: automatic answers, lists, answers to invitations."""

from collections.abc import Iterator

from tests.inbound.corpus.bounces import GONE, daemon, report, status_of
from tests.inbound.corpus.writing import Piece, Sample, crlf, headers, mail, several, text

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

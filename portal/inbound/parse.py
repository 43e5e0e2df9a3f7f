"""Raw bytes of a mail to what the portal understands of it. Raises for no bytes whatever."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from portal.inbound.addresses import addresses
from portal.inbound.bounces import bounce_of
from portal.inbound.calendars import calendar_of
from portal.inbound.charsets import decoded, one_line, tidy
from portal.inbound.contents import Contents, content_of, contents, text_of_parts
from portal.inbound.files import files
from portal.inbound.folding import fold
from portal.inbound.header_text import identifiers, moment, value, values, words
from portal.inbound.kinds import kind_by_headers
from portal.inbound.limits import Limits
from portal.inbound.parsed import Bounce, CalendarReply, Kind, ParsedMail
from portal.inbound.quote_lines import QUOTE_BEGINS
from portal.inbound.structure import Part, read_tree

LONGEST_SUBJECT = 200
LONGEST_MARK = 200
MOST_MARKS = 20
FORWARDS = re.compile(
    r"(?i)^\W*(?:fwd?|wg|tr|rv|enc|i|vl|vb|doorst|ilt|iletilen|转发|轉寄|転送|הועבר)\s*[:：]"
)
FOR = re.compile(r"(?i)\bfor\s+<([^<>\s]{3,320})>")
ARRIVED_FOR = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "x-rcpt-to")
END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
SHOWN_RAW = 20_000
USUAL = Limits()


def parse(raw: bytes, limits: Limits = USUAL) -> ParsedMail:
    """Read a mail. What cannot be read is told in its notes."""
    try:
        return _read(raw, limits)
    except Exception as fault:  # noqa: BLE001 -- a mail that nobody foresaw is still shown to staff
        return _unread(raw, limits, type(fault).__name__)


def _read(raw: bytes, limits: Limits) -> ParsedMail:
    root, left_out = read_tree(raw, limits)
    held = contents(root)
    with_body = _with_body(_with_headers(root), held, limits)
    taken, unfit = files(held.files, limits)
    notes = (*with_body.notes, *_doubts(root), *held.notes, *unfit, *left_out)
    return _with_kind(replace(with_body, attachments=taken, notes=tuple(dict.fromkeys(notes))), root, held)


def _with_headers(root: Part) -> ParsedMail:
    return ParsedMail(
        message_id=next(iter(identifiers(values(root, "message-id")[:1])), ""),
        in_reply_to=identifiers(values(root, "in-reply-to")),
        references=identifiers(values(root, "references")),
        senders=addresses(values(root, "from") or values(root, "sender")[:1]),
        reply_to=addresses(values(root, "reply-to")),
        to=addresses(values(root, "to")),
        cc=addresses(values(root, "cc")),
        delivered_to=addresses([found for name in ARRIVED_FOR for found in values(root, name)] + _for(root)),
        return_path=_return_path(root),
        subject=one_line(words(value(root, "subject")), LONGEST_SUBJECT),
        date=_date(root),
        loop_marks=tuple(one_line(mark, LONGEST_MARK) for mark in values(root, "x-loop")[:MOST_MARKS]),
        hops=len(values(root, "received")),
    )


def _for(root: Part) -> list[str]:
    return [found for line in values(root, "received")[:10] for found in FOR.findall(line)]


def _return_path(root: Part) -> str | None:
    told = values(root, "return-path")
    if not told:
        return None
    found = addresses(told[:1])
    return (found[0].address or found[0].written) if found else ""


def _date(root: Part) -> datetime | None:
    return moment(value(root, "date"))


def _with_body(mail: ParsedMail, held: Contents, limits: Limits) -> ParsedMail:
    body, was_html, cut = text_of_parts(held.words, limits)
    folded = fold(body, forwards=bool(FORWARDS.match(mail.subject)))
    quoted = "\n\n".join(filter(None, (folded.quoted, *(_inside(part, limits) for part in held.passed_on))))
    longest = limits.text_chars
    notes = []
    if cut or max(len(folded.text), len(quoted)) > longest:
        notes.append("The text is too long to be shown whole; all of it is in the original.")
    if not folded.text and folded.quoted:
        notes.append("Nothing was written above the quoted text; an answer may stand further down in it.")
    return replace(
        mail, text=folded.text[:longest], quoted=quoted[:longest], was_html=was_html, notes=tuple(notes)
    )


def _inside(part: Part, limits: Limits) -> str:
    """A mail inside the mail, as text: its main headers, then its words."""
    if part.get_content_type() == "text/rfc822-headers":
        return tidy(decoded(content_of(part)[: limits.text_bytes], None)).strip()
    named = [
        (name, one_line(words(value(part, name)), LONGEST_SUBJECT)) for name in ("From", "Date", "Subject")
    ]
    body, _, _ = text_of_parts(contents(part).words, limits)
    lines = [*(f"{name}: {told}" for name, told in named if told), "", body.replace(QUOTE_BEGINS, "")]
    return "\n".join(lines).strip()


def _doubts(root: Part) -> list[str]:
    doubts = []
    for name in ("from", "message-id", "subject"):
        if len(set(values(root, name))) > 1:
            doubts.append(f"The mail has several {name.title()} headers; the first is taken.")
    if len(addresses(values(root, "from"))) > 1:
        doubts.append("The mail names several senders.")
    if any(str(part.epilogue or "").strip() for part in root.walk_parts()):
        doubts.append("There is text behind the parts of the mail; it is only in the original.")
    return doubts


def _with_kind(mail: ParsedMail, root: Part, held: Contents) -> ParsedMail:
    bounce = bounce_of(root, f"{mail.text}\n{mail.quoted}")
    answer, notes = calendar_of(held.calendars)
    kind, reason = _kind(root, bounce, answer)
    return replace(
        mail, kind=kind, kind_reason=reason, bounce=bounce, calendar=answer, notes=(*mail.notes, *notes)
    )


def _kind(root: Part, bounce: Bounce | None, answer: CalendarReply | None) -> tuple[Kind, str]:
    if bounce is not None:
        return "bounce", "a report of a mail server"
    if answer is not None:
        return "calendar-reply", "METHOD:REPLY"
    return kind_by_headers(root)


def _unread(raw: bytes, limits: Limits, fault: str) -> ParsedMail:
    beginning = raw[:SHOWN_RAW]
    told = ParsedMail()
    with suppress(Exception):
        told = _with_headers(read_tree(END_OF_HEADERS.split(beginning, maxsplit=1)[0], limits)[0])
    note = f"The mail could not be read ({fault}); its beginning is shown as it came."
    return replace(told, quoted=tidy(decoded(beginning, None)), notes=(note,))

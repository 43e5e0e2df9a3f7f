"""No mail, however broken or built, stops the reading, takes a second, or leaves what no table can hold."""

import json
import re
import time
import unicodedata
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.inbound.limits import Limits
from portal.inbound.marker import MARKER
from portal.inbound.parse import parse
from portal.inbound.parsed import Address, Bounce, CalendarReply, FailedDelivery, MailFile, ParsedMail
from portal.inbound.wire import packed, unpacked
from tests.inbound.corpus.everything import TO_DAMAGE, samples
from tests.inbound.corpus.mutations import bombs, damaged

# The budget of one mail. Processor time, so that a busy machine fails no build.
SECONDS = 1.0
DAMAGED = {sample.name: sample for sample in samples() if sample.name in TO_DAMAGE}

LINES = (
    "", "hello 12", "> quoted", "> On 2.2.2026 at 10:00 Kim wrote:", "On 1.1.2026 kim@conf.example wrote:", MARKER, "-- ",
    "From: Kim", "To: Robin", "Subject: Hall", "_" * 32, "Begin forwarded message:", "-----Original Message-----",
    "Sent from my iPhone", "text: more", "<kim@conf.example> wrote:", "Kim 12:30 schrieb",
)  # fmt: skip
FRAGMENTS = (
    b"From: kim@conf.example\r\n", b"Subject: ", b"\r\n", b"\x00", b"--b\r\n", b"--b--\r\n", b"--c\r\n", b"=?utf-8?b?/w==?=",
    b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Type: multipart/alternative; boundary=c\r\n",
    b"Content-Type: multipart/digest; boundary=b\r\n", b"Content-Type: multipart/report\r\n",
    b"Content-Type: message/rfc822\r\n", b"Content-Type: message/delivery-status\r\n", b"Content-Type: text/calendar\r\n",
    b"Content-Type: text/html; charset=utf-16\r\n", b"Content-Transfer-Encoding: base64\r\n", b"<p>\xff",
    b"Content-Transfer-Encoding: x-uuencode\r\n", b"begin 644 x\r\n#0V%T\r\nend\r\n", b"Content-ID: <x\xff>\r\n",
    b"Final-Recipient: rfc822;x@y.example\r\n", b"Date: Mon, 99 Foo 2026 -9999\r\n",
    b"Content-Disposition: attachment; filename*0*=x''%ff\r\n",
    b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nATTENDEE:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
)  # fmt: skip


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


def unfit(mail: ParsedMail) -> list[str]:
    """What a table, a page or a header could not take."""
    lines = [
        mail.subject,
        mail.message_id,
        mail.kind_reason,
        *mail.notes,
        *(file.name for file in mail.attachments),
    ]
    lines += [
        part
        for one in (*mail.senders, *mail.to, *mail.delivered_to)
        for part in (one.address, one.name, one.written)
    ]
    texts = [mail.text.replace("\n", ""), mail.quoted.replace("\n", "")]
    signs = {sign for text in lines + [text.replace("\t", "") for text in texts] for sign in text}
    return [repr(sign) for sign in signs if unicodedata.category(sign) in ("Cc", "Cs")]


def survived(raw: bytes) -> ParsedMail:
    started = time.process_time()
    mail = parse(raw)
    assert time.process_time() - started < SECONDS
    assert not [note for note in mail.notes if "could not be read (" in note]
    assert unfit(mail) == []
    assert max(len(mail.text), len(mail.quoted)) <= Limits().text_chars
    return mail


@pytest.mark.parametrize("name", TO_DAMAGE)
def test_a_damaged_mail_is_read_as_far_as_it_goes(name: str) -> None:
    for sample in damaged(DAMAGED[name]):
        mail = survived(sample.raw)
        assert unpacked(packed(mail)) == mail, sample.name


def test_mail_made_to_be_expensive_is_read_within_its_budget() -> None:
    told = {sample.name: survived(sample.raw) for sample in bombs()}
    assert len(told) >= 35
    assert "<m1@conf.example>" not in {mail.message_id for mail in told.values() if not mail.senders}
    left_out = {
        name for name, mail in told.items() if any("only in the original" in note for note in mail.notes)
    }
    assert left_out == {
        "bomb: 100,000 headers",
        "bomb: 30,000 parts",
        "bomb: 100 levels",
        "bomb: 2,000 levels",
        "bomb: 3,000 mails inside",
        "bomb: too many lines",
    }
    assert "At the bottom." in told["bomb: 29 levels"].text
    assert "Part 999." in told["bomb: 1,000 parts"].text


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=1_500))
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    survived(raw)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400))
def test_no_word_of_any_text_is_lost(typed: str) -> None:
    mail = survived(b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + typed.encode("utf-8", "replace"))
    kept = f"{mail.text} {mail.quoted}"
    for word in typed.split():
        shown = "".join(sign for sign in word if unicodedata.category(sign) not in ("Cc", "Cs"))
        assert shown in kept


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=25), st.sampled_from(["Hall", "Fwd: Hall"]))
def test_no_line_is_lost_or_doubled_however_quotes_are_mixed(lines: list[str], subject: str) -> None:
    body = "\n".join(lines)
    mail = survived(f"Subject: {subject}\r\nContent-Type: text/plain\r\n\r\n{body}".encode())
    assert words(body) == words(f"{mail.text} {mail.quoted}")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=30))
def test_any_order_of_headers_and_boundaries_is_a_mail(fragments: list[bytes]) -> None:
    survived(b"".join(fragments))


def test_a_fault_that_nobody_foresaw_still_tells_whose_mail_it_is() -> None:
    raw = b"From: kim@conf.example\r\nSubject: Hello\r\n\r\nYes, two.\r\n"
    # A limit that is no number makes the reading fail, as a fault of its own would.
    mail = parse(raw, Limits(text_bytes="many"))  # type: ignore[arg-type]
    assert mail.notes == ("The mail could not be read (TypeError); its beginning is shown as it came.",)
    assert (mail.subject, [one.address for one in mail.senders]) == ("Hello", ["kim@conf.example"])
    assert "Yes, two." in mail.quoted


def test_everything_told_by_a_mail_survives_json() -> None:
    mail = ParsedMail(
        senders=(Address("a@b.example", "Ä", "A@b.example"),),
        references=("<1@b.example>",),
        return_path="",
        date=parse(b"Date: Mon, 23 Nov 2026 10:00:00 +0100\r\n\r\n").date,
        attachments=(MailFile("a.txt", "text/plain", b"\x00\n\xff", "cid", True),),
        bounce=Bounce((FailedDelivery("c@d.example", "5.1.1", "failed", "no"),), "<1@b.example>"),
        calendar=CalendarReply("u", "a@b.example", "ACCEPTED"),
        notes=("note",),
    )
    assert unpacked(packed(mail)) == mail
    kept = ParsedMail.from_json(json.loads(json.dumps(mail.to_json())))
    assert kept.attachments[0].content == b""
    assert kept.sender == mail.sender


@pytest.mark.parametrize("sent", [b"", b"{}\n", b"[]\n", b"not json\n", b'{"mail": {}, "sizes": [3]}\nab'])
def test_what_is_no_packed_mail_is_refused(sent: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        unpacked(sent)

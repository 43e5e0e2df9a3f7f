"""What is read out of mail as it really comes: typed words, the folded rest, kinds, files, senders."""

import re
from collections import Counter

import pytest

from portal.inbound.parse import parse
from portal.inbound.parsed import ParsedMail
from tests.inbound.corpus.automatic import calendar_samples
from tests.inbound.corpus.bounces import bounce_samples
from tests.inbound.corpus.everything import CLASSES, TO_DAMAGE, samples
from tests.inbound.corpus.writing import Sample


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


def problems(sample: Sample, mail: ParsedMail) -> list[str]:
    found = []
    if sample.typed is not None and mail.text != sample.typed:
        found.append(f"text is {mail.text!r}")
    lost = words(f"{sample.typed or ''} {sample.kept}") - words(f"{mail.text} {mail.quoted}")
    if lost:
        found.append(f"lost {set(lost)}")
    if mail.kind != sample.kind:
        found.append(f"kind is {mail.kind} for {mail.kind_reason}")
    found += [
        f"no note {note!r}" for note in sample.notes if not any(told.startswith(note) for told in mail.notes)
    ]
    return found + [
        f"{name} is {told(mail)!r}"
        for name, told in FACTS.items()
        if sample.facts.get(name, told(mail)) != told(mail)
    ]


FACTS = {
    "subject": lambda mail: mail.subject,
    "senders": lambda mail: tuple(sender.address for sender in mail.senders),
    "message_id": lambda mail: mail.message_id,
    "date": lambda mail: mail.date,
    "files": lambda mail: tuple(file.name for file in mail.attachments),
}


@pytest.mark.parametrize("kind", CLASSES)
def test_mail_of_each_class_is_understood(kind: str) -> None:
    wrong = {sample.name: problems(sample, parse(sample.raw)) for sample in CLASSES[kind]()}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_the_corpus_is_large_and_each_mail_is_another() -> None:
    every = list(samples())
    assert len({sample.name for sample in every}) == len(every) == len({sample.raw for sample in every})
    assert len(every) > 600
    assert set(TO_DAMAGE) <= {sample.name for sample in every}


@pytest.mark.parametrize("sample", list(bounce_samples()), ids=lambda sample: sample.name)
def test_a_bounce_says_whom_it_is_about_and_which_mail(sample: Sample) -> None:
    bounce = parse(sample.raw).bounce
    assert bounce is not None
    first = bounce.failed[0]
    assert {
        "address": first.address,
        "status": first.status,
        "action": first.action,
        "original": bounce.original_message_id,
    } == sample.facts
    assert first.reason
    assert bounce.is_final == any(one.action == "failed" for one in bounce.failed)


def test_an_answer_to_an_invitation_says_who_answered_what() -> None:
    for sample in calendar_samples():
        if sample.facts:
            answer = parse(sample.raw).calendar
            assert answer is not None
            assert vars(answer) == vars(answer) | sample.facts
            assert (answer.stamped_at, answer.sequence) == ("2026-11-23T10:00:00+00:00", 0)


def test_what_hostile_markup_holds_is_nowhere() -> None:
    sample = next(sample for sample in samples() if sample.name == "hostile markup")
    shown = repr(parse(sample.raw))
    for trace in ("alert", "spy.example", "spied", "drawn", "framed", "hx-", "javascript", "<p", "<div"):
        assert trace not in shown


def test_an_unknown_mail_keeps_its_place_in_the_conversation() -> None:
    mail = parse(next(sample for sample in samples() if sample.name == "gmail, en, quotes ours").raw)
    assert mail.thread_ids == ("<t7.1@portal.example>", "<t7.0@portal.example>")
    assert [one.written for one in mail.to] == ["support+t7.abc@portal.example"]
    assert mail.sender is not None
    assert (mail.sender.address, mail.sender.name) == ("kim.park@conf.example", "Kim Park")
    assert (mail.date.isoformat() if mail.date else "") == "2026-11-23T15:04:05+00:00"
    assert mail.hops == 1
    assert mail.return_path is None


def test_where_a_mail_was_delivered_is_told_also_when_it_was_sent_blind() -> None:
    raw = (
        b"Return-Path: <Kim.Park@conf.example>\r\nDelivered-To: support+T7.aBc@portal.example\r\n"
        b"X-Original-To: support+t8.x@portal.example\r\nReceived: by mx for <support+t9.y@portal.example>; now\r\n"
        b"X-Loop: portal.example\r\nX-Loop: other.example\r\nFrom: kim.park@conf.example\r\n\r\nYes\r\n"
    )
    mail = parse(raw)
    assert [one.written for one in mail.delivered_to] == [
        "support+T7.aBc@portal.example",
        "support+t8.x@portal.example",
        "support+t9.y@portal.example",
    ]
    assert mail.return_path == "kim.park@conf.example"
    assert mail.loop_marks == ("portal.example", "other.example")

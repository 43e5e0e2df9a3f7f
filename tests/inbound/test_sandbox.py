"""Mail is read in a process that can be killed, and the next mail does not notice."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.inbound.parse import parse
from portal.inbound.parsed import ParsedMail, Unparsable
from portal.inbound.sandbox import ROOT, read_mail
from tests.inbound.corpus.everything import samples
from tests.inbound.corpus.mutations import large
from tests.inbound.corpus.writing import Piece, Sample, mail, several, text

USUAL = mail(text("Yes, two.\n"))


def test_a_mail_is_the_same_when_read_outside() -> None:
    wanted = ("picture inside", "bounce: two addresses", "calendar: accepted")
    for sample in (sample for sample in samples() if sample.name in wanted):
        assert read_mail(sample.raw) == parse(sample.raw)


def test_a_mail_that_takes_too_long_is_stopped_and_the_next_is_read() -> None:
    stopped = read_mail(USUAL, seconds=0.01)
    assert stopped == Unparsable("Reading the mail took longer than 0.01 seconds and was stopped.")
    assert isinstance(read_mail(USUAL), ParsedMail)


def test_a_process_without_memory_gives_a_reason_and_the_next_is_read() -> None:
    failed = read_mail(mail(Piece("text/plain", b"x" * 30_000_000)), memory=0)
    assert isinstance(failed, Unparsable)
    assert failed.reason.startswith("Reading the mail failed (status ")
    assert isinstance(read_mail(USUAL), ParsedMail)


@pytest.mark.parametrize("sample", [pytest.param(sample, id=sample.name) for sample in large()])
def test_expensive_mail_needs_no_more_than_its_memory(sample: Sample) -> None:
    assert isinstance(read_mail(sample.raw), ParsedMail)


def test_the_largest_files_a_mail_may_carry_fit() -> None:
    content = b"words " * 1_600_000
    two = several(
        "mixed", text("Here."), *(Piece(f"text/plain; name={n}.txt", content, "base64") for n in range(2))
    )
    read = read_mail(mail(two))
    assert isinstance(read, ParsedMail)
    assert [file.content == content for file in read.attachments] == [True, True]


def test_threads_read_at_the_same_time() -> None:
    raws = [mail(text(f"Number {n}.\n")) for n in range(4)]
    with ThreadPoolExecutor(4) as threads:
        read = list(threads.map(read_mail, raws))
    assert [one.text for one in read if isinstance(one, ParsedMail)] == [f"Number {n}." for n in range(4)]


def test_the_process_knows_neither_web_nor_database() -> None:
    told = "import sys, portal.inbound.child; print(sorted({'flask', 'sqlalchemy', 'psycopg', 'portal.config'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, env={}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"

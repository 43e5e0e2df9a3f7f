"""A document reads the same on its page and in its file, whatever was typed into it."""

import logging
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.clock import now
from portal.documents.content import (
    LONGEST_LINE,
    MOST_LINES,
    Content,
    ContentLine,
    Party,
    Tax,
    content_of,
    one_line,
    several_lines,
)
from portal.documents.layout import layout_of
from portal.documents.models import Document
from portal.documents.pdf import pdf_of
from tests.documents.pdf_text import lines_of

BAD = {
    "line breaks": "PO 7\r\nSubject: gift\nBcc: x@evil.example",
    "control characters": "PO\x00\x01\x07\x1b[31m 7\x7f\x85",
    "direction overrides": "PO \u202e7 gpj.exe\u2066\u200f",
    "right to left": "שלום עולם 123 مرحبا",
    "other alphabets": "Ćirić Ελληνικά Пример Հայերեն ქართული",
    "no letters in the font": "日本語 한국어 😀",
    "one endless word": "x" * 5_000,
    "many lines": "a\n" * 5_000,
    "separators": "a\u2028b\u2029c\x0bd\x0ce",
    "markup": "<script>alert(1)</script> **bold** {nb} (a\\b) %PDF endobj",
    "combining marks": "Z" + "\u0335\u0336\u0337" * 80,
    "empty": "",
}


def document(text="Society", **changes):
    content = Content(
        seller=Party("Conference Tracker", ("1 Long Street",), "US-1"),
        buyer=Party(one_line(text), several_lines(text)), event=one_line(text), order="O-00001", policy_edition=1,
        lines=(ContentLine("Additional Technical Contact", 1, 50_000, 50_000, "WHO-4"),),
        purchase_order=one_line(text), reason=several_lines(text), tax=Tax("VAT", "20%"), due_on="2026-12-24",
        bank=("IBAN AT00 1234",),
    )  # fmt: skip
    values = {
        "kind": "invoice", "series": "INV", "number": 1, "issued_at": now(), "currency": "USD",
        "net_cents": 50_000, "tax_cents": 10_000, "total_cents": 60_000, "content": content.as_json(),
    }  # fmt: skip
    return Document(**values | changes)


def in_pdf(found):
    return lines_of(pdf_of(found, compress=False))


def test_the_file_holds_every_text_of_the_layout():
    found = document()
    shown = in_pdf(found)
    assert [text for text in layout_of(found).texts() if text not in shown] == []
    assert shown[-1] == "Invoice INV-00001, page 1"


def test_the_words_of_an_invoice():
    texts = list(layout_of(document(total_cents=60_000)).texts())
    for said in (
        "Invoice INV-00001", "Tax number US-1", "US$500.00", "VAT 20%", "US$100.00", "US$600.00", "24 December 2026",
        "Additional Technical Contact (rule WHO-4)", "IBAN AT00 1234",
        "Please quote INV-00001 with your payment.",
    ):  # fmt: skip
        assert said in texts


def test_the_euro_sign_is_printed():
    shown = in_pdf(document("€ 5", currency="EUR"))
    assert "€ 5" in shown
    assert "EUR 600.00" in shown


def test_right_to_left_is_printed_as_it_is_seen():
    shown = in_pdf(document("שלום עולם 123"))
    assert "123 םלוע םולש" in shown


def test_letters_of_other_alphabets_are_printed():
    assert "Ćirić Ελληνικά Пример" in in_pdf(document("Ćirić Ελληνικά Пример"))


def test_what_the_font_lacks_is_an_empty_box(caplog):
    with caplog.at_level(logging.WARNING):
        assert "□□ €" in in_pdf(document("日本 €"))
    assert caplog.records == []


def test_a_long_document_goes_on_on_further_pages():
    line = ContentLine("Contact", 1, 1, 1)
    content = content_of(document().content).__dict__ | {"lines": (line,) * 90}
    shown = in_pdf(document(content=Content(**content).as_json()))
    assert shown.count("Contact") == 90
    assert [text for text in shown if ", page " in text] == [
        f"Invoice INV-00001, page {number}" for number in (1, 2, 3)
    ]


def test_the_same_document_is_the_same_file():
    found = document()
    assert pdf_of(found) == pdf_of(found)


@pytest.mark.parametrize("name", BAD)
def test_nothing_that_is_typed_breaks_it(name):
    found = document(BAD[name])
    assert pdf_of(found).startswith(b"%PDF-")
    for text in layout_of(found).texts():
        assert len(text) <= LONGEST_LINE + len(" (rule WHO-4)")
        assert {unicodedata.category(letter) for letter in text} & {"Cc", "Zl", "Zp", "Cs"} == set()
        assert not set(text) & set("\u202e\u2066\u200f")


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300))
def test_no_text_at_all_breaks_it(text):
    found = document(text)
    assert in_pdf(found)[0] == "Invoice INV-00001"
    assert content_of(found.content).as_json() == found.content


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("a\r\nb", "a b"),
        (" a \t b ", "a b"),
        ("e\u0301", "\u00e9"),
        ("a\x00b", "a b"),
        ("x" * LONGEST_LINE, "x" * LONGEST_LINE),
        ("x" * (LONGEST_LINE + 1), "x" * (LONGEST_LINE - 1) + "…"),
    ],
)
def test_one_line(typed, line):
    assert one_line(typed) == line


def test_several_lines_keep_what_fits():
    assert several_lines("a\r\n\r\n b\rc") == ("a", "b", "c")
    assert several_lines("a\n" * MOST_LINES) == ("a",) * MOST_LINES
    assert several_lines("a\n" * (MOST_LINES + 1)) == (*("a",) * (MOST_LINES - 1), "…")

"""vCards of each version, and those that break off, hold each other, or hold rubbish (WHO-5)."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.roster.imports.reading import checked_sheet, read_list
from portal.roster.imports.sheet import Unreadable
from tests.imports.lists import vcard


def read(text: str, encoding: str = "utf-8"):
    return checked_sheet(read_list(text.encode(encoding)), "Europe/Vienna")


def cells(row):
    return row.name, row.email, row.phone, row.job_title


def test_version_two_in_quoted_printable():
    card = vcard(
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Gro=C3=9F;J=C3=BCrgen;;;",
        "FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:J=FCrgen =",
        "Gro=DF",
        "TEL;HOME;VOICE:+43 1 1111111",
        "TEL;CELL;PREF:+43 1 2345678",
        "EMAIL;INTERNET:Juergen@People.example",
        "TITLE;QUOTED-PRINTABLE:Head=20of=20office",
        version="2.1",
    )
    sheet = read(card)
    assert sheet.unit == "Card"
    assert cells(sheet.rows[0]) == (
        "Jürgen Groß",
        "juergen@people.example",
        "+43 1 2345678",
        "Head of office",
    )
    assert not sheet.rows[0].problems


def test_version_three_folded_escaped_and_grouped():
    card = vcard(
        "N:Byron;Ada;King;Lady;", "item1.EMAIL;TYPE=INTERNET:second@people.example",
        "EMAIL;TYPE=INTERNET,PREF:first@people.exam", " ple", "TITLE:Chair\\, finance", "TEL;TYPE=WORK:+43 1 2345678",
        "PHOTO;ENCODING=b;TYPE=JPEG:AAAA", " BBBB", "NOTE:TEL:nothing",
    )  # fmt: skip
    assert cells(read(card).rows[0]) == (
        "Ada King Byron",
        "first@people.example",
        "+43 1 2345678",
        "Chair, finance",
    )


def test_version_four():
    card = vcard(
        "FN:Ada Byron", "EMAIL;PREF=2:b@people.example", "EMAIL;PREF=1:a@people.example",
        "TEL;VALUE=uri;TYPE=cell:tel:+43-1-2345678", "ROLE:Lead", version="4.0",
    )  # fmt: skip
    assert cells(read(card).rows[0]) == ("Ada Byron", "a@people.example", "+43 1 2345678", "Lead")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_cards_in_other_encodings(encoding):
    card = vcard("FN:Jürgen Groß", "EMAIL:j@people.example")
    assert read(card, encoding).rows[0].name == "Jürgen Groß"


def test_a_card_that_breaks_off_is_a_mistake_and_the_others_are_read():
    whole = vcard("FN:Ada", "EMAIL:ada@people.example")
    sheet = read(
        "BEGIN:VCARD\r\nFN:Cut\r\nEMAIL:cut@people.example\r\n"
        + whole
        + "BEGIN:VCARD\r\nFN:End\r\nEMAIL:end@peop"
    )
    assert [row.name for row in sheet.rows] == ["Cut", "Ada", "End"]
    assert [sorted(row.problems) for row in sheet.rows] == [["row"], [], ["row"]]
    assert sheet.rows[0].problems["row"] == "This card breaks off before its end."


def test_a_card_inside_a_card_is_left_out_and_told():
    inner = vcard("FN:Inner", "EMAIL:inner@people.example").rstrip()
    sheet = read(vcard("FN:Outer", "AGENT:", *inner.split("\r\n"), "EMAIL:outer@people.example"))
    assert [cells(row)[:2] for row in sheet.rows] == [("Outer", "outer@people.example")]
    assert sheet.notes == ("Cards inside other cards were left out: 1.",)


def test_lines_of_a_mails_head_are_refused():
    sheet = read(
        vcard("FN:Ada\\nBcc: all@people.example", "EMAIL:a@people.example")
        + vcard(
            "FN;ENCODING=QUOTED-PRINTABLE:Bob=0D=0ABcc: all@people.example",
            "EMAIL:b@people.example",
            version="2.1",
        )
        + vcard("FN:Eve", "EMAIL:e@people.example\\nBcc: all@people.example")
    )
    assert [sorted(row.problems) for row in sheet.rows] == [["name"], ["name"], ["email"]]


@pytest.mark.parametrize(
    "line",
    [
        "EMAIL;ENCODING=QUOTED-PRINTABLE;CHARSET=no-such-charset:a=40b",
        "FN;ENCODING=QUOTED-PRINTABLE;CHARSET=zlib:a",
        "FN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:=FF=FE",
        "FN;ENCODING=QUOTED-PRINTABLE;ENCODING=BASE64:abc",
        "FN;;;=:x",
        "N:;;;;",
        "EMAIL:",
    ],
)
def test_rubbish_in_a_card_is_its_own_mistake(line):
    sheet = read(vcard(line, "TITLE:x") + vcard("FN:Ada", "EMAIL:ada@people.example"))
    assert sheet.rows[0].problems
    assert not sheet.rows[1].problems


@pytest.mark.parametrize(
    "content",
    [
        b"BEGIN:VCARD\nFN:x\nPHOTO:" + (b"A" * 75 + b"\n ") * 60_000 + b"\nEND:VCARD\n",
        b"BEGIN:VCARD\nAGENT:\n" * 200_000,
        b"BEGIN:VCARD\n" * 9_000,
        b"BEGIN:VCARD\nFN" + b";A" * 200_000 + b":x\nEND:VCARD\n",
        b"BEGIN:VCARD\nFN" + b";A=B," * 700 + b'"\nEND:VCARD\n',
        b"BEGIN:VCARD\nFN;A" + b"=B" * 1_900 + b'"\nEND:VCARD\n',
        b"BEGIN:VCARD\nFN" + b';A="x",' * 500 + b":x\nEND:VCARD\n",
        b"BEGIN:VCARD\nFN;ENCODING=QUOTED-PRINTABLE:a=\n" * 9_000,
        b"BEGIN:VCARD\nFN;ENCODING=QUOTED-PRINTABLE:" + b"a=\n" * 900_000,
    ],
    ids=["a large picture", "nested 200,000 deep", "never ended", "parameters", "values", "equals", "quoted", "soft breaks", "one soft line"],
)  # fmt: skip
def test_hostile_cards_cost_little(content):
    began = time.thread_time()
    sheet = checked_sheet(read_list(content), "Europe/Vienna")
    assert time.thread_time() - began < 3
    assert all(row.problems for row in sheet.rows)


def test_ten_thousand_cards():
    cards = "".join(vcard(f"FN:Person {n}", f"EMAIL:person{n}@people.example") for n in range(10_000))
    began = time.thread_time()
    assert len(read(cards).rows) == 10_000
    assert time.thread_time() - began < 3


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([
    "BEGIN:VCARD", "END:VCARD", "AGENT:", "FN:Ada", "N:a;b", "EMAIL;TYPE=", "EMAIL:a@people.example", "TEL;=:", " folded",
    "FN;QUOTED-PRINTABLE:=", "TITLE;CHARSET=x;ENCODING=QUOTED-PRINTABLE:=C3", "\x0b", "x.FN:\\", "TEL;PREF=999999999:1",
]), max_size=25))  # fmt: skip
def test_whatever_lines_come_they_are_read_or_refused_in_words(lines):
    try:
        found = [row.who for row in read("BEGIN:VCARD\r\n" + "\r\n".join(lines)).rows]
    except Unreadable as error:
        found = [str(error)]
    assert all(found)
    assert found

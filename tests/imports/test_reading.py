"""Lists are read as their programs wrote them; what cannot be read is answered in words (WHO-5)."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.roster.imports.reading import checked_sheet, read_list, rewritten
from portal.roster.imports.sheet import Unreadable
from tests.imports.lists import CSV, UNREADABLE, people

ADA = ("Ada Byron", "ada@engines.example", "+43 1 234567", "Analyst")


def read(content: bytes | str):
    sheet = read_list(content.encode() if isinstance(content, str) else content)
    return checked_sheet(sheet, "Europe/Vienna")


def cells(row):
    return row.name, row.email, row.phone, row.job_title


@pytest.mark.parametrize("content", [content for content, _ in UNREADABLE.values()], ids=list(UNREADABLE))
def test_what_cannot_be_read_is_said(content):
    said = next(word for known, word in UNREADABLE.values() if known is content)
    with pytest.raises(Unreadable, match=said):
        read_list(content)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends(encoding, delimiter, newline):
    text = CSV.replace("Ada Byron", "Zoë Größe").replace(",", delimiter).replace("\n", newline)
    (row,) = read(text.encode(encoding)).rows
    assert cells(row) == ("Zoë Größe", *ADA[1:])
    assert not row.problems


def test_an_older_encoding_is_told():
    western = read("Name;E-mail\nJürgen;j@people.example".encode("cp1252"))
    cyrillic = read(
        "Имя;E-mail\nИван Петров;i@people.example\nМария Сидорова;m@people.example".encode("cp1251")
    )
    assert any("Windows-1252" in note for note in western.notes)
    assert cyrillic.rows[0].name == "Иван Петров"
    assert any("Windows-1251" in note for note in cyrillic.notes)
    assert any("taken for the names" in note for note in cyrillic.notes)


def test_a_byte_that_is_no_letter_of_windows_is_read_as_latin():
    assert read(b"Name;E-mail\nJ\xfcrgen \x81;j@people.example").rows[0].email == "j@people.example"


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("Full Name;E-Mail Address;Mobile Phone;Role", "Ada Byron;{e};{p};Analyst"),
        ("First name,Last name,EMAIL,Telephone,Position", "Ada,Byron,{e},{p},Analyst"),
        ("Nachname;Vorname;E-Mail;Telefon;Funktion", "Byron;Ada;{e};{p};Analyst"),
        ("Prénom,Nom,Courriel,Tel,Fonction", "Ada,Byron,{e},{p},Analyst"),
        ("e_mail\tdisplay-name\tPHONE NUMBER\tJob-Title", "{e}\tAda Byron\t{p}\tAnalyst"),
        ("Given Name,Family Name,E-mail 1 - Value,Phone 1 - Value,Organization 1 - Title", "Ada,Byron,{e},{p},Analyst"),
    ],
)  # fmt: skip
def test_headers_in_their_usual_spellings(header, line):
    sheet = read(f"{header}\n{line.format(e='Ada@Engines.example', p='+43 1 234567')}\n")
    assert cells(sheet.rows[0]) == ADA
    assert sheet.notes == ()


def test_columns_that_are_not_needed_are_told():
    sheet = read("Name,E-mail,Shoe size,Diet\nAda,ada@people.example,38,vegan\n")
    assert sheet.notes == ("Columns left out, since they are not needed: Shoe size, Diet.",)


@pytest.mark.parametrize(
    ("line", "taken"),
    [
        ("Ada Byron,ada@engines.example,+43 1 234567,Analyst", "Name, E-mail address, Phone, Job title"),
        ("ada@engines.example;Ada;Byron;+43 1 234567;Analyst", "E-mail address, First name, Last name, Phone, Job title"),
        ("Ada Byron\t+43 1 234567\tAnalyst\tada@engines.example", "Name, Phone, Job title, E-mail address"),
    ],
)  # fmt: skip
def test_without_a_header_the_columns_are_guessed_and_told(line, taken):
    sheet = read(f"{line}\n")
    assert cells(sheet.rows[0]) == ADA
    assert sheet.notes == (f"The list has no header line. Its columns were taken as: {taken}.",)


def test_addresses_alone_are_people_without_names():
    sheet = read("a@people.example\nb@people.example\n")
    assert [row.problems for row in sheet.rows] == [{"name": "Enter a name."}] * 2


def test_quotes_line_breaks_and_signs_inside_cells():
    sheet = read(
        'sep=;\nName;E-mail;Job title\n"Byron; Ada ""the first""";ada@people.example;"Chair\nand more"\n'
    )
    (row,) = sheet.rows
    assert (row.name, row.job_title) == ('Byron; Ada "the first"', "Chair and more")
    assert not row.problems


def test_a_stray_quote_is_only_a_sign():
    assert read('Name,E-mail\n5" Ada,ada@people.example\n"Bob" B,b@people.example\n').rows[0].name == '5" Ada'


@pytest.mark.parametrize("column", ["name", "email"])
@pytest.mark.parametrize("stop", ["\r\n", "\n", "\r", "\x0b", "\x85", " ".replace(" ", "\u2028")])
def test_lines_of_a_mails_head_are_refused_in_their_row(column, stop):
    evil = {"name": "Ada", "email": "ada@people.example"}
    evil[column] += f"{stop}Bcc: everybody@people.example"
    sheet = read(f'Name,E-mail\n"{evil["name"]}","{evil["email"]}"\nBob,bob@people.example\n')
    assert sheet.rows[0].problems == {column: "This goes over more than one line."}
    assert not sheet.rows[1].problems


@pytest.mark.parametrize("formula", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", '=HYPERLINK("x")'])
def test_formulas_stay_text(formula):
    quoted = formula.replace('"', '""')
    (row,) = read(f'Name,E-mail,Job title\nAda,ada@people.example,"{quoted}"\n').rows
    assert row.job_title == formula
    (again,) = read(f'Name,E-mail,Job title\nAda,ada@people.example,"\'{quoted}"\n').rows
    assert again.job_title == formula


def test_nulls_are_left_out_and_told():
    sheet = read(b"Name,E-mail\nA\x00da,ada@peo\x00ple.example\n")
    assert cells(sheet.rows[0])[:2] == ("Ada", "ada@people.example")
    assert sheet.notes == ("NUL characters were left out.",)


def test_what_is_wrong_is_said_by_row_and_column():
    sheet = read(
        "Name,E-mail,Phone,Job title\n"
        ",nobody@,12,\n"
        "<b>Bob</b>,bob@people.example,,\n"
        f"Carl,carl@people.example,,{'x' * 101}\n"
        f"{'D' * 600},d@people.example,,\n"
        "Eve,eve@people.example,,,too,many\n"
        "\n"
        "Fay,fay@people.example\n"
    )
    assert [(row.number, sorted(row.problems)) for row in sheet.rows] == [
        (2, ["email", "name", "phone"]), (3, ["name"]), (4, ["job_title"]), (5, ["name"]), (6, ["row"]), (8, []),
    ]  # fmt: skip
    assert sheet.rows[0].problems["email"].startswith("Enter an e-mail address such as")
    assert "6 cells, 4 were expected" in sheet.rows[4].problems["row"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ADA@People.Example", "ada@people.example"),
        ("ａｄａ@people.example", "ada@people.example"),
        ("ada\u200b@people.example", "ada@people.example"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
    ],
)
def test_one_address_has_one_spelling(typed, kept):
    assert read(f"Name,E-mail\nAda,{typed}\n").rows[0].email == kept


def test_ten_thousand_rows_in_under_two_seconds():
    content, began = people(10_000), time.thread_time()
    sheet = read(content)
    assert time.thread_time() - began < 2
    assert len(sheet.rows) == 10_000
    assert not any(row.problems for row in sheet.rows)


def test_what_was_read_can_be_written_and_read_again():
    sheet = read('Name,E-mail,Phone,Job title\n"B, Ada",bad@,1,"x ""y"""\nBob,bob@people.example,,\n')
    again = read(rewritten(sheet))
    assert [cells(row) for row in again.rows] == [cells(row) for row in sheet.rows]
    assert [row.problems.keys() for row in again.rows] == [row.problems.keys() for row in sheet.rows]


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.text(max_size=300).map(lambda text: ("Name,E-mail\n" + text).encode("utf-8", "replace")),
    )
)
def test_whatever_comes_is_read_or_refused_in_words(content):
    try:
        found = [row.who for row in read(content).rows]
    except Unreadable as error:
        found = [str(error)]
    assert all(found)
    assert found

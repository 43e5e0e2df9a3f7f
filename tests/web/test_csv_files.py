"""Files of tables: no spreadsheet computes a cell, and the name reaches every browser (RFC 6266)."""

import csv
import io

import pytest

from portal.web.csv_files import csv_lines, disposition, plain_cell


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\x00"])
def test_what_a_spreadsheet_would_compute_becomes_text(sign):
    assert plain_cell(f"{sign}1+1") == f"'{sign}1+1"


@pytest.mark.parametrize(
    ("value", "cell"), [("Ada", "Ada"), (None, ""), ("", ""), ("a=b", "a=b"), (3, "3"), ("'x", "'x")]
)
def test_everything_else_stays_as_it_is(value, cell):
    assert plain_cell(value) == cell


def test_lines_have_a_mark_a_header_and_quotes():
    text = "".join(csv_lines(["Name", "=Sum"], [['Ada "B", C', -5], ["two\nlines", "-5"]]))
    assert text.startswith("\ufeffName,'=Sum\r\n")
    rows = list(csv.reader(io.StringIO(text[1:], newline="")))
    assert rows[1:] == [['Ada "B", C', "-5"], ["two\nlines", "'-5"]]


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a b.csv", "attachment; filename=\"a b.csv\"; filename*=UTF-8''a%20b.csv"),
        ("Größe.csv", "attachment; filename=\"Gr--e.csv\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.csv"),
        ('x"; evil="\r\nSet-Cookie: a', "attachment; filename=\"x-; evil=---Set-Cookie- a\"; filename*=UTF-8''x-%3B%20evil%3D---Set-Cookie-%20a"),
        ("50%.csv", "attachment; filename=\"50-.csv\"; filename*=UTF-8''50%25.csv"),
    ],
)  # fmt: skip
def test_the_name_of_a_file(name, header):
    assert disposition(name) == header

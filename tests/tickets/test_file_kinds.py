"""Which files are taken, by their content."""

import struct

import pytest

from portal.tickets.file_kinds import ACCEPTED, KINDS, UnfitFile, identify
from portal.tickets.file_names import LONGEST, safe_name
from tests.tickets.scenes import archive, docx, pdf, png

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"
EXE = b"MZ\x90\x00" + bytes(60) + b"PE\x00\x00" + bytes(200)
ELF = b"\x7fELF\x02\x01\x01" + bytes(200)
HTML = b"<!doctype html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
LNK = b"L\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00F" + bytes(56)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
ODT = archive("content.xml", stored="application/vnd.oasis.opendocument.text")


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("programme.pdf", pdf(), "application/pdf"),
        ("form.pdf", pdf(b" " * 1024 + b"<html>in a form field</html>"), "application/pdf"),
        ("shot.png", png(), "image/png"),
        ("shot.PNG", png(), "image/png"),
        ("photo.jpg", JPEG, "image/jpeg"),
        ("photo.jpeg", JPEG, "image/jpeg"),
        ("loop.gif", GIF, "image/gif"),
        ("small.webp", WEBP, "image/webp"),
        ("letter.docx", docx(), KINDS["docx"].media_type),
        ("list.xlsx", archive("[Content_Types].xml", "xl/workbook.xml"), KINDS["xlsx"].media_type),
        ("talk.pptx", archive("[Content_Types].xml", "ppt/presentation.xml"), KINDS["pptx"].media_type),
        ("letter.odt", ODT, KINDS["odt"].media_type),
        ("notes.txt", "Grüße, 你好\n".encode(), "text/plain"),
        ("notes.v2.final.txt", b"MZ is how this begins, BM too", "text/plain"),
        ("western.txt", "Grüße – 10 €".encode("cp1252"), "text/plain"),
        ("export.csv", "Name;Preis\r\nÅsa;10\r\n".encode("utf-8-sig"), "text/csv"),
        ("export.csv", "Name\tPreis\r\n".encode("utf-16"), "text/csv"),
    ],
)
def test_what_is_on_the_list_is_taken_as_what_it_is(name: str, content: bytes, media_type: str) -> None:
    assert identify(name, content) == media_type


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("logo.svg", SVG, "can run"),
        ("page.html", HTML, "can run"),
        ("setup.exe", EXE, "can run"),
        ("run.sh", b"#!/bin/sh\n", "can run"),
        ("invoice.pdf.exe", EXE, "can run"),
        ("invoice.exe.pdf", pdf(), "can run"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "not taken"),
        ("macros.docm", docx("word/vbaProject.bin"), "not taken"),
        ("all.zip", archive("a.txt"), "not taken"),
        ("no ending", b"text", "not taken"),
        ("mail.eml", b"Subject: x\n\n", "not taken"),
        ("empty.txt", b"", "empty"),
        ("empty.pdf", b"", "empty"),
        ("picture.png", SVG, "not what its ending"),
        ("picture.png", HTML, "not what its ending"),
        ("picture.png", EXE, "not what its ending"),
        ("picture.png", JPEG, "not what its ending"),
        ("photo.jpg", png(), "not what its ending"),
        ("letter.pdf", HTML, "not what its ending"),
        ("letter.pdf", b"  \n" + pdf(), "not what its ending"),
        ("letter.pdf", docx(), "not what its ending"),
        ("letter.docx", pdf(), "not what its ending"),
        ("letter.docx", archive("word/other.xml"), "not what its ending"),
        ("letter.docx", archive("xl/workbook.xml"), "not what its ending"),
        ("letter.docx", docx("word/vbaProject.bin"), "not what its ending"),
        ("letter.docx", docx()[:60], "not what its ending"),
        ("letter.docx", b"PK\x03\x04" + bytes(40), "not what its ending"),
        ("letter.odt", docx(), "not what its ending"),
        ("letter.odt", archive("content.xml"), "not what its ending"),
        # Two things in one: a picture that is a web page or an archive as well.
        ("both.gif", GIF[:6] + b"/*<script>alert(1)</script>*/" + GIF[6:], "not what its ending"),
        ("both.png", png(b"<SCRIPT src=//x.example>"), "not what its ending"),
        ("both.png", png() + archive("a.txt"), "not what its ending"),
        ("both.jpg", JPEG + b"<?php system('id'); ?>", "not what its ending"),
        ("both.pdf", pdf() + archive("a.txt"), "not what its ending"),
        ("both.jpg", JPEG + archive("META-INF/MANIFEST.MF"), "not what its ending"),
        ("both.webp", WEBP + b"<svg onload=x>", "not what its ending"),
        # Programs, shortcuts, installers and old office files under other names.
        ("notes.txt", LNK, "not what its ending"),
        ("photo.jpg", LNK, "not what its ending"),
        ("letter.pdf", LNK, "not what its ending"),
        ("letter.pdf", OLE, "not what its ending"),
        ("letter.docx", OLE, "not what its ending"),
        ("letter.docx", EXE, "not what its ending"),
        ("photo.jpg.lnk", LNK, "can run"),
        ("photo.lnk.jpg", JPEG, "can run"),
        ("photo.exe .jpg", JPEG, "can run"),
        ("page.mhtml", HTML, "can run"),
        ("shortcut.url", b"[InternetShortcut]", "can run"),
        # Archives that hold macros of older kinds, or entries that would be unpacked elsewhere.
        ("list.xlsx", archive("xl/workbook.xml", "xl/macrosheets/sheet1.xml"), "not what its ending"),
        ("letter.docx", docx("../../outside.xml"), "not what its ending"),
        ("letter.docx", docx("/etc/cron.d/x"), "not what its ending"),
        ("letter.docx", docx("word\\..\\..\\x.xml"), "not what its ending"),
        ("both.pdf", b"%PDF-1.7\n<html><script>alert(1)</script></html>", "not what its ending"),
        # Text that is something else.
        ("notes.txt", EXE, "not what its ending"),
        ("notes.txt", ELF, "not what its ending"),
        ("notes.txt", png(), "not what its ending"),
        ("notes.txt", pdf(), "not what its ending"),
        ("notes.txt", b"a\x00b", "not what its ending"),
        ("notes.txt", b"a\x1bb", "not what its ending"),
        ("notes.txt", b"\x81\x8d", "not what its ending"),
        ("notes.txt", b" \n" + HTML, "not what its ending"),
        ("notes.txt", b"\xef\xbb\xbf" + SVG, "not what its ending"),
        ("notes.txt", b"#!/bin/sh\nrm -r x", "not what its ending"),
        ("notes.txt", SVG.decode().encode("utf-16"), "not what its ending"),
        ("table.csv", b"{\\rtf1 x}", "not what its ending"),
        ("notes.txt", b"<!-- --><html>", "not what its ending"),
        ("notes.txt", b"<BODY onload=alert(1)>", "not what its ending"),
        ("notes.txt", b"\xef\xbb\xbf\r\n<meta http-equiv=refresh>", "not what its ending"),
        ("notes.txt", b"<style>@import url(//x.example)</style>", "not what its ending"),
    ],
)
def test_what_is_not_is_refused_with_a_reason(name: str, content: bytes, why: str) -> None:
    with pytest.raises(UnfitFile, match=why):
        identify(name, content)


def test_an_archive_bomb_is_refused_by_what_it_declares_and_never_unpacked() -> None:
    bomb = docx("word/a.xml", "word/b.xml", content=bytes(120_000_000))
    assert len(bomb) < 2_000_000
    with pytest.raises(UnfitFile):
        identify("bomb.docx", bomb)


def test_an_archive_of_very_many_entries_is_refused() -> None:
    with pytest.raises(UnfitFile):
        identify("many.docx", docx(*(f"word/{n}.xml" for n in range(3_100)), content=b""))


def test_an_archive_that_lies_about_its_entries_is_refused() -> None:
    made = bytearray(docx())
    at = made.rindex(b"PK\x05\x06")
    struct.pack_into("<I", made, at + 12, 0xFFFFFFF0)
    with pytest.raises(UnfitFile):
        identify("broken.docx", bytes(made))


def test_the_browser_is_told_the_same_list() -> None:
    assert {f".{ending}" for ending in KINDS} == set(ACCEPTED.split(","))


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("  my   report .pdf", "my report.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\fakepath\\shot.png", "shot.png"),
        ("/abs/olute.csv", "olute.csv"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie_ x.txt"),
        ("nul\x00l.txt", "null.txt"),
        ("gpj.\u202eexe.txt", "gpj.exe.txt"),
        ("zero\u200bwidth.txt", "zerowidth.txt"),
        ('quo"te<b>|?*:.txt', "quo_te_b_____.txt"),
        ("..", "file"),
        ("", "file"),
        (None, "file"),
        (".htaccess", "htaccess"),
        (".pdf", "pdf"),
        ("Übersicht Zürich.pdf", "Übersicht Zürich.pdf"),
        ("程序.pdf", "程序.pdf"),
        ("no ending", "no ending"),
        ("trailing.txt. . .", "trailing.txt"),
        ("half\ud800surrogate.txt", "halfsurrogate.txt"),
        ("con.txt", "_con.txt"),
        ("NUL", "_NUL"),
        ("com1.tar.pdf", "_com1.tar.pdf"),
        ("contract.pdf", "contract.pdf"),
    ],
)
def test_names_are_made_harmless(raw: str | None, safe: str) -> None:
    assert safe_name(raw) == safe


def test_long_names_keep_their_ending() -> None:
    name = safe_name("x" * 5000 + ".pdf")
    assert len(name) <= LONGEST
    assert name.endswith(".pdf")
    assert len(safe_name("x" * 5000)) <= LONGEST
    assert len(safe_name("x." + "y" * 5000)) <= LONGEST

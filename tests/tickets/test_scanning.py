"""Files are scanned for malware where a scanner is set. The scanner here is a stand-in (see stand_ins)."""

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.db import db
from portal.tickets.models import Attachment
from portal.tickets.scanning import ScannerAway, infection_in
from portal.tickets.uploads import Taken, take
from tests.outbox import Outbox
from tests.people import World
from tests.signing_in import PortalClient
from tests.tickets.stand_ins import EICAR, Clamd, _Scan
from tests.tickets.test_asking_page import attached, filled, new, text_of, tickets
from tests.tickets.test_attachments import Sent

pytestmark = pytest.mark.usefixtures("outbox")

NOBODY_THERE = "127.0.0.1:9"


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    with Clamd() as daemon:
        yield daemon


@pytest.fixture
def scanned(app: Flask, clamd: Clamd, monkeypatch: pytest.MonkeyPatch) -> Clamd:
    """The portal with the stand-in as its scanner."""
    set_scanner(app, monkeypatch, clamav_address=clamd.address)
    return clamd


def set_scanner(app: Flask, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    settings = app.extensions["settings"].model_copy(update=changes)
    monkeypatch.setitem(app.extensions, "settings", settings)


def taken(world: World, content: bytes, name: str = "list.txt") -> Taken:
    return take([Sent(name, content)], [], world.contact.id)


def test_the_whole_file_reaches_the_scanner_and_a_clean_one_is_kept(world: World, scanned: Clamd) -> None:
    content = b"0123456789" * 20_000
    assert len(taken(world, content).fresh) == 1
    assert scanned.scanned == [content]


def test_an_infected_file_is_refused_and_put_on_record(
    client: PortalClient, world: World, scanned: Clamd, outbox: Outbox
) -> None:
    page = client.as_(world.contact).post(
        new(world), filled(files=[attached("list.txt", EICAR), attached("good.txt", b"text")])
    )
    assert page.status_code == 422
    text = text_of(page)
    assert "list.txt: our scanner found malware in it (Eicar-Test-Signature). It was not kept" in text
    assert "good.txt" in text
    assert tickets() == []
    row = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "upload.infected")).one()
    assert (row.actor_id, row.subject_type, row.subject_id) == (world.contact.id, "person", world.contact.id)
    assert row.after is not None
    assert (row.after["name"], row.after["malware"]) == ("list.txt", "Eicar-Test-Signature")
    assert db.session.scalar(select(Attachment.id)) is None


def test_while_the_scanner_is_away_files_are_refused(
    world: World, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_scanner(app, monkeypatch, clamav_address=NOBODY_THERE)
    (problem,) = taken(world, b"text").problems
    assert problem == "list.txt: it cannot be scanned for malware at the moment. Try again in a few minutes."


def test_or_taken_unscanned_where_the_settings_say_so(
    world: World, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_scanner(app, monkeypatch, clamav_address=NOBODY_THERE, clamav_away_takes=True)
    assert len(taken(world, b"text").fresh) == 1


def test_without_a_scanner_nothing_is_scanned(world: World, clamd: Clamd) -> None:
    assert len(taken(world, EICAR).fresh) == 1
    assert clamd.scanned == []


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: Can't allocate memory ERROR\0",
        b"x" * 9000,
        b"\xff\0",
    ],
)
def test_no_verdict_is_no_clean_file(clamd: Clamd, answer: bytes) -> None:
    clamd.answer = answer
    with pytest.raises(ScannerAway):
        infection_in(b"text", clamd.address, 2)


def test_a_name_that_only_looks_clean_is_an_infection(clamd: Clamd) -> None:
    clamd.answer = b"stream: OK FOUND\0"
    assert infection_in(b"text", clamd.address, 2) == "OK"


def test_a_silent_scanner_is_not_waited_for_longer_than_set() -> None:
    class Silent(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while self.request.recv(65_536):
                pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Silent) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        with pytest.raises(ScannerAway):
            infection_in(b"text", f"127.0.0.1:{server.server_address[1]}", 0.2)
        server.shutdown()


def test_over_a_unix_socket(tmp_path: Path) -> None:
    class Local(socketserver.ThreadingUnixStreamServer):
        scanned: list[bytes] = []  # noqa: RUF012
        answer = None

    path = tmp_path / "clamd.sock"
    with Local(str(path), _Scan) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        assert infection_in(b"text", f"unix:{path}", 2) is None
        assert infection_in(EICAR, f"unix:{path}", 2) == "Eicar-Test-Signature"
        server.shutdown()
    with pytest.raises(ScannerAway):
        infection_in(b"text", f"unix:{tmp_path}/none", 2)

"""What was sent with a message: kept out of reach, given out with permission, never shown in place."""

import hashlib
import io
import stat
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.clock import now
from portal.db import db
from portal.errors import Conflict, Invalid
from portal.tickets import service, uploads
from portal.tickets.clearing import forget_unsent
from portal.tickets.models import Attachment
from portal.tickets.storage import FolderStore, store
from portal.tickets.uploads import Taken, Upload, take
from tests.people import World
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked, pdf, png, replied

pytestmark = pytest.mark.usefixtures("outbox")


class Sent:
    """A file as a form gives it."""

    def __init__(self, filename: str | None, content: bytes) -> None:
        self.filename, self.stream = filename, io.BytesIO(content)


def attached(world: World, name: str = "a.txt", content: bytes = b"text") -> Attachment:
    """A file on a ticket of the congress."""
    taken = take([Sent(name, content)], [], world.contact.id)
    assert taken.problems == ()
    asked(world, uploads=taken.uploads)
    return db.session.scalars(select(Attachment).order_by(Attachment.id.desc())).first()  # type: ignore[return-value]


def kept(file: Upload | Attachment) -> bytes:
    """What the store holds of a file."""
    with store().open(file.storage_name) as content:
        return content.read()


@pytest.mark.parametrize(
    ("who", "status"),
    [("organiser", 200), ("contact", 200), ("other_contact", 200), ("agent", 200), ("manager", 200), ("admin", 404),
     ("moderator", 404), ("outsider", 404), ("outside_contact", 404), ("nobody", 404)],
)  # fmt: skip
def test_who_gets_a_file(client: PortalClient, world: World, who: str, status: int) -> None:
    file = attached(world)
    got = client.as_(getattr(world, who)).get(f"/attachments/{file.id}")
    assert got.status_code == status
    assert (got.get_data() == b"text") is (status == 200)


def test_signed_out_gets_no_file(client: PortalClient, world: World) -> None:
    assert client.get(f"/attachments/{attached(world).id}").location.startswith("/sign-in")


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [("a.pdf", pdf(), "application/pdf"), ("a.png", png(), "image/png"), ("a.txt", b"<b>", "text/plain")],
)
def test_a_file_is_saved_and_never_shown(
    client: PortalClient, world: World, name: str, content: bytes, media_type: str
) -> None:
    got = client.as_(world.agent).get(f"/attachments/{attached(world, name, content).id}")
    assert got.get_data() == content
    assert got.content_length == len(content)
    assert got.mimetype == media_type
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert got.headers["Cache-Control"] == "private, no-store"


def test_a_media_type_off_the_list_is_served_as_bytes(client: PortalClient, world: World) -> None:
    file = attached(world)
    file.media_type = "text/html"
    db.session.commit()
    assert client.as_(world.agent).get(f"/attachments/{file.id}").mimetype == "application/octet-stream"


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("plain.txt", "attachment; filename=plain.txt"),
        ("two words.txt", 'attachment; filename="two words.txt"'),
        ("Grüße.txt", "attachment; filename=Grue.txt; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt"),
        ('a"b\r\nX-Evil: 1.txt', 'attachment; filename="a_bX-Evil_ 1.txt"'),
        ("txt.\u202e.exe.txt", None),
        ("你好.txt", "attachment; filename=.txt; filename*=UTF-8''%E4%BD%A0%E5%A5%BD.txt"),
    ],
)
def test_names_in_the_header(client: PortalClient, world: World, name: str, disposition: str | None) -> None:
    taken = take([Sent(name, b"text")], [], world.contact.id)
    if disposition is None:
        assert "files that can run" in taken.problems[0]
        return
    asked(world, uploads=taken.uploads)
    file_id = db.session.scalar(select(Attachment.id))
    got = client.as_(world.agent).get(f"/attachments/{file_id}")
    assert got.headers["Content-Disposition"] == disposition
    assert "X-Evil" not in got.headers


def test_a_file_missing_from_the_store_is_not_found(client: PortalClient, world: World) -> None:
    file = attached(world)
    store().delete(file.storage_name)
    assert client.as_(world.agent).get(f"/attachments/{file.id}").status_code == 404


def test_what_is_stored_is_what_was_sent_under_a_name_of_its_own(world: World, app: Flask) -> None:
    file = attached(world, "../../etc/pass wd.txt", b"some text")
    folder: Path = app.extensions["settings"].attachments_dir
    path = folder / file.storage_name[:2] / file.storage_name[2:4] / file.storage_name
    assert path.read_bytes() == b"some text"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert file.name == "pass wd.txt"
    assert file.sha256 == hashlib.sha256(b"some text").hexdigest()
    assert "pass" not in str(path.relative_to(folder))


@pytest.mark.parametrize(
    "name", ["", "..", "../../secret_key", "/etc/passwd", "a" * 39, "Z" * 40, "a\x00" + "b" * 38]
)
def test_no_name_leads_out_of_the_store(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        FolderStore(tmp_path / "store").open(name)
    with pytest.raises(FileNotFoundError):
        FolderStore(tmp_path / "store").delete(name)


def test_a_refused_write_leaves_no_file_behind(world: World) -> None:
    taken = take([Sent("a.txt", b"text")], [], world.contact.id)
    ticket = asked(world)
    replied(world, ticket, "contact")
    with pytest.raises(Conflict), taken.dropped_when_refused():
        service.close_ticket(world.actor("agent"), ticket.id, seen=0)
    with pytest.raises(FileNotFoundError):
        store().open(taken.fresh[0].storage_name)


def test_a_form_that_comes_back_keeps_its_files(world: World) -> None:
    taken = take([Sent("a.txt", b"text")], [], world.contact.id)
    with pytest.raises(Invalid), taken.dropped_when_refused():
        asked(world, topic="none", uploads=taken.uploads)
    assert kept(taken.fresh[0]) == b"text"


def test_an_unknown_end_keeps_the_files_since_it_may_come_after_the_commit(world: World) -> None:
    taken = take([Sent("a.txt", b"text")], [], world.contact.id)
    with pytest.raises(RuntimeError), taken.dropped_when_refused():
        raise RuntimeError("the connection went away")
    assert kept(taken.fresh[0]) == b"text"


def test_files_never_sent_are_forgotten_after_two_days_and_sent_ones_stay(world: World) -> None:
    sent = attached(world)
    unsent = take([Sent("b.txt", b"text")], [], world.contact.id).fresh[0]
    with time_machine.travel(now() + timedelta(hours=47)):
        forget_unsent()
    assert kept(unsent) == b"text"
    with time_machine.travel(now() + timedelta(hours=49)):
        forget_unsent()
    assert kept(sent) == b"text"
    with pytest.raises(FileNotFoundError):
        store().open(unsent.storage_name)


def test_a_seal_outlives_no_file(world: World) -> None:
    assert uploads.SEAL_HOLDS < uploads.KEPT_UNSENT


def test_a_file_is_attached_to_one_message_only(world: World) -> None:
    taken = take([Sent("a.txt", b"text")], [], world.contact.id)
    asked(world, uploads=taken.uploads)
    with pytest.raises(Invalid) as problem:
        asked(world, uploads=taken.uploads)
    assert set(problem.value.fields) == {"files"}


def test_too_many_files_are_refused_by_the_service_too(world: World) -> None:
    many = [Upload(uuid4().hex + "00000000", f"{n}.txt", "text/plain", 1, "0") for n in range(6)]
    with pytest.raises(Invalid):
        asked(world, uploads=many)


def test_an_empty_file_field_is_no_file(world: World) -> None:
    assert take([Sent("", b""), Sent(None, b"")], [], world.contact.id) == Taken()

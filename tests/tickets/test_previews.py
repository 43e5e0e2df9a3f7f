"""Previews: pictures drawn anew, with nothing of the file but its pixels, for who may read the message."""

import io
import struct
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from PIL import Image
from sqlalchemy import select

from portal.clock import now
from portal.db import db
from portal.tickets import previews
from portal.tickets.clearing import forget_unsent
from portal.tickets.models import Attachment
from portal.tickets.previews import LONGEST_SIDE, drawn, make_previews
from portal.tickets.storage import store
from portal.tickets.uploads import take
from tests.people import World
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked, png
from tests.tickets.test_attachments import Sent

pytestmark = pytest.mark.usefixtures("outbox")

SECRET = b"48.2082 N, 16.3738 E"


def picture(kind: str, size: tuple[int, int] = (40, 20), mode: str = "RGB", **how: Any) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, 90).save(written, kind, **how)
    return written.getvalue()


def shown(content: bytes) -> Image.Image:
    opened = Image.open(io.BytesIO(content))
    opened.load()
    return opened


def sent(world: World, name: str, content: bytes) -> Attachment:
    asked(world, uploads=take([Sent(name, content)], [], world.contact.id).uploads)
    found = db.session.scalars(select(Attachment).order_by(Attachment.id.desc())).first()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("image/png", picture("PNG")), ("image/png", picture("PNG", mode="RGBA")), ("image/png", picture("PNG", mode="P")),
        ("image/png", picture("PNG", mode="1")), ("image/png", picture("PNG", mode="I;16")),
        ("image/png", picture("PNG", mode="LA")), ("image/jpeg", picture("JPEG")), ("image/jpeg", picture("JPEG", mode="CMYK")),
        ("image/jpeg", picture("JPEG", mode="L")), ("image/gif", picture("GIF", mode="P")), ("image/webp", picture("WEBP")),
    ],
)  # fmt: skip
def test_every_kind_is_drawn_as_webp(media_type: str, content: bytes) -> None:
    made = drawn(content, media_type)
    assert made is not None
    assert (made.width, made.height) == (40, 20)
    assert (shown(made.content).format, shown(made.content).size) == ("WEBP", (40, 20))


def test_a_large_one_becomes_small_and_keeps_its_shape() -> None:
    made = drawn(picture("JPEG", (5000, 2500)), "image/jpeg")
    assert made is not None
    assert (made.width, made.height) == (LONGEST_SIDE, LONGEST_SIDE // 2)


def test_places_comments_and_profiles_do_not_pass_and_a_turned_photo_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, SECRET.decode()
    content = picture("JPEG", (40, 20), exif=exif, comment=SECRET)
    assert content.count(SECRET) == 2
    made = drawn(content, "image/jpeg")
    assert made is not None
    assert SECRET not in made.content
    assert (made.width, made.height) == (20, 40)
    assert not {"exif", "icc_profile", "xmp", "comment"} & shown(made.content).info.keys()
    other = drawn(png(SECRET), "image/png")
    assert other is not None
    assert SECRET not in other.content


def test_only_the_first_frame_of_a_moving_one_is_drawn() -> None:
    frames = [Image.new("P", (30, 30), shade) for shade in range(3)]
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:])
    made = drawn(written.getvalue(), "image/gif")
    assert made is not None
    assert getattr(shown(made.content), "n_frames", 1) == 1


def bomb(side: int) -> bytes:
    """A PNG of a few kilobytes that says it has `side` times `side` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("image/png", bomb(5_000)), ("image/png", bomb(12_000)), ("image/png", bomb(60_000)),
        ("image/png", picture("PNG")[:40]), ("image/png", picture("JPEG")), ("image/jpeg", picture("JPEG")[:200]),
        ("image/gif", b"GIF89a" + b"\xff" * 100), ("image/webp", b"RIFF\x1a\x00\x00\x00WEBPVP8L" + b"\xff" * 50),
        ("image/png", b""), ("image/svg+xml", b"<svg/>"), ("application/pdf", b"%PDF-1.7"), ("image/tiff", picture("TIFF")),
    ],
)  # fmt: skip
def test_what_is_too_large_broken_or_no_picture_has_no_preview(media_type: str, content: bytes) -> None:
    assert drawn(content, media_type) is None


def test_a_picture_too_large_is_never_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(_: Any) -> None:
        raise AssertionError("a bomb was decoded")

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", decode)
    assert drawn(bomb(5_000), "image/png") is None


def test_a_sent_picture_gets_its_preview_by_the_worker(
    world: World, client: PortalClient, run_jobs: Callable[[], list[Any]]
) -> None:
    file = sent(world, "shot.png", picture("PNG"))
    agent = client.as_(world.agent)
    assert f"/attachments/{file.id}/preview" not in agent.get("/tickets/1").get_data(as_text=True)
    run_jobs()
    page = agent.get("/tickets/1").get_data(as_text=True)
    assert (
        f'<img src="/attachments/{file.id}/preview" alt="shot.png" width="40" height="20" loading="lazy">'
        in page
    )
    got = agent.get(f"/attachments/{file.id}/preview")
    assert (got.status_code, got.mimetype) == (200, "image/webp")
    assert shown(got.get_data()).size == (40, 20)
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert got.headers["Cache-Control"] == "private, no-store"
    assert "attachment" not in got.headers.get("Content-Disposition", "")


@pytest.mark.parametrize(
    ("who", "status"),
    [("organiser", 200), ("other_contact", 200), ("manager", 200), ("admin", 404), ("moderator", 404), ("outsider", 404),
     ("outside_contact", 404), ("nobody", 404)],
)  # fmt: skip
def test_who_sees_a_preview(client: PortalClient, world: World, who: str, status: int) -> None:
    file = sent(world, "shot.png", picture("PNG"))
    make_previews(file.message_id)
    assert client.as_(getattr(world, who)).get(f"/attachments/{file.id}/preview").status_code == status


def test_a_preview_in_a_note_is_supports_alone(client: PortalClient, world: World) -> None:
    from portal.tickets.notes import add_note

    ticket = asked(world)
    taken = take([Sent("shot.png", picture("PNG"))], [], world.agent.id)
    note = add_note(world.actor("agent"), ticket.id, body="Look.", form_key="n" * 8, uploads=taken.uploads)
    make_previews(note.id)
    address = f"/attachments/{db.session.scalar(select(Attachment.id))}/preview"
    assert client.as_(world.agent).get(address).status_code == 200
    assert client.as_(world.contact).get(address).status_code == 404


def test_what_has_no_preview_is_not_found(client: PortalClient, world: World) -> None:
    for name, content in (("a.txt", b"text"), ("bomb.png", bomb(5_000))):
        file = sent(world, name, content)
        make_previews(file.message_id)
        assert client.as_(world.agent).get(f"/attachments/{file.id}/preview").status_code == 404
        assert client.as_(world.agent).get(f"/attachments/{file.id}").status_code == 200


def test_drawing_twice_leaves_one_preview_and_nothing_else(world: World) -> None:
    file = sent(world, "shot.png", picture("PNG"))
    preview = drawn(picture("PNG"), "image/png")
    assert preview is not None
    soon = now() + timedelta(minutes=1)
    before = set(store().names_before(soon))
    for _ in range(2):
        previews._keep(file.id, preview)
    make_previews(file.message_id)
    name = db.session.scalar(select(Attachment.preview_name))
    assert set(store().names_before(soon)) - before == {name}


def test_the_clearing_leaves_previews_alone(world: World) -> None:
    file = sent(world, "shot.png", picture("PNG"))
    make_previews(file.message_id)
    with time_machine.travel(now() + timedelta(days=5)):
        forget_unsent()
    name = db.session.scalar(select(Attachment.preview_name))
    assert name is not None
    assert store().has(name)


def test_a_picture_that_is_gone_holds_up_nothing(world: World) -> None:
    taken = take([Sent("a.png", picture("PNG")), Sent("b.png", picture("PNG"))], [], world.contact.id)
    asked(world, uploads=taken.uploads)
    store().delete(taken.uploads[0].storage_name)
    make_previews(db.session.scalars(select(Attachment.message_id)).first() or 0)
    drawn_of = select(Attachment.preview_name.is_not(None)).order_by(Attachment.id)
    assert list(db.session.scalars(drawn_of)) == [False, True]

"""Files are checked as soon as they are chosen, and an account sends so much in a day and no more."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.clock import now
from portal.db import db
from portal.tickets.clearing import forget_unsent
from portal.tickets.day_quota import count_upload
from portal.tickets.models import Attachment
from portal.tickets.models_drafts import UploadDay
from portal.tickets.uploads import take
from tests.people import World
from tests.policy.moments import et
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked, png
from tests.tickets.test_asking_page import SEAL, attached, filled, new, text_of
from tests.tickets.test_attachments import Sent

pytestmark = pytest.mark.usefixtures("outbox")


def test_a_chosen_file_is_kept_and_comes_back_as_a_mark(client: PortalClient, world: World) -> None:
    browser = client.as_(world.contact)
    chosen = browser.fragment(
        "post", "/files", data={"files": [attached("shot.png", png())]}, form_at=new(world)
    )
    page = chosen.get_data(as_text=True)
    assert chosen.status_code == 200
    assert chosen.headers["HX-Trigger"] == "files-kept"
    assert page.strip().startswith('<div class="files" id="files-box"')
    assert "shot.png" in page
    assert browser.post(new(world), filled(kept=SEAL.findall(page))).status_code == 303
    assert db.session.scalar(select(Attachment.name)) == "shot.png"


def test_files_chosen_before_stay_and_one_not_taken_is_named_at_once(
    client: PortalClient, world: World
) -> None:
    browser = client.as_(world.contact)
    first = browser.fragment("post", "/files", data={"files": [attached("a.txt", b"a")]}, form_at=new(world))
    seals = SEAL.findall(first.get_data(as_text=True))
    second = browser.fragment(
        "post", "/files", data={"files": [attached("b.exe", b"MZ")], "kept": seals}, form_at=new(world)
    )
    assert second.status_code == 422
    assert "b.exe: files that can run" in text_of(second)
    assert "a.txt" in text_of(second)


def test_the_files_of_a_note_come_back_under_its_own_names(client: PortalClient, world: World) -> None:
    ticket = asked(world)
    data = {"note-files": [attached("a.txt", b"a")], "note-form_key": "x"}
    chosen = client.as_(world.agent).fragment("post", "/files", data=data, form_at=f"/tickets/{ticket.id}")
    assert 'name="note-kept"' in chosen.get_data(as_text=True)
    assert 'id="note-files-box"' in chosen.get_data(as_text=True)


@pytest.mark.parametrize(
    ("who", "status"),
    [("organiser", 403), ("moderator", 403), ("nobody", 403), ("manager", 200), ("other_contact", 200)],
)
def test_who_may_send_files(client: PortalClient, world: World, who: str, status: int) -> None:
    chosen = client.as_(getattr(world, who)).post(
        "/files", {"files": [attached("a.txt", b"a")]}, form_at="/account"
    )
    assert chosen.status_code == status


def set_quota(app: Flask, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    settings = app.extensions["settings"].model_copy(update={"upload_day_max_bytes": most})
    monkeypatch.setitem(app.extensions, "settings", settings)


def test_beyond_the_days_measure_files_are_refused_until_the_next(
    world: World, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_quota(app, monkeypatch, 2**20)
    with time_machine.travel(et("2026-06-02 10:00"), tick=False):
        first = take([Sent("a.txt", b"x" * 2**19), Sent("b.txt", b"x" * 2**19)], [], world.contact.id)
        assert first.problems == ()
        (problem,) = take([Sent("c.txt", b"x")], [], world.contact.id).problems
        assert (
            problem == "c.txt: that is more than the 1 MB an account may send in a day. Try again tomorrow."
        )
        assert take([Sent("c.txt", b"x")], [], world.other_contact.id).problems == ()
    with time_machine.travel(et("2026-06-03 10:00"), tick=False):
        assert take([Sent("c.txt", b"x")], [], world.contact.id).problems == ()


def test_what_is_not_taken_for_its_kind_costs_nothing(world: World) -> None:
    assert take([Sent("a.exe", b"MZ" * 1000)], [], world.contact.id).problems
    assert db.session.scalar(select(UploadDay.size)) is None


def test_exactly_the_measure_fits_and_one_byte_more_does_not(world: World) -> None:
    assert not count_upload(world.contact.id, 101, 100)
    assert count_upload(world.contact.id, 60, 100)
    assert not count_upload(world.contact.id, 41, 100)
    assert count_upload(world.contact.id, 40, 100)
    assert db.session.scalar(select(UploadDay.size)) == 100


def test_sums_of_past_days_are_forgotten(world: World) -> None:
    count_upload(world.contact.id, 60, 100)
    with time_machine.travel(now() + timedelta(days=1)):
        count_upload(world.contact.id, 30, 100)
        forget_unsent()
        assert list(db.session.scalars(select(UploadDay.size))) == [30]


def test_the_form_tells_script_its_limits(client: PortalClient, world: World) -> None:
    page = html.unescape(client.as_(world.contact).get(new(world)).get_data(as_text=True))
    found = re.search(r'data-most-bytes="(\d+)" data-most-count="(\d+)" data-most-said="([^"]+)"', page)
    assert found
    assert found.groups() == (str(10 * 2**20), "5", "10 MB")

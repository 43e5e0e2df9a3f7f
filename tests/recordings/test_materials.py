"""Files and links beside a session: put there by staff, for those who take part."""

import io

import pytest

from portal.bookings.models import Booking
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid
from portal.recordings.files import Kept
from portal.recordings.materials import MOST, add_material, remove_material
from portal.recordings.models import SessionMaterial
from portal.tickets.storage import store
from tests.audiences.scenes import actions, count
from tests.people import World
from tests.signing_in import PortalClient

SLIDES = Kept(link="https://slides.example/1")


def test_a_link_is_added_once_and_taken_away(client: PortalClient, world: World, session: Booking) -> None:
    for _ in range(2):
        made = add_material(world.actor("agent"), session.id, title="Slides", kept=SLIDES, form_key="one")
    assert count(SessionMaterial) == 1
    answer = client.as_(world.contact).get(f"/materials/{made.id}")
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://slides.example/1")
    assert client.as_(world.outsider).get(f"/materials/{made.id}").status_code == 404
    with pytest.raises(Forbidden):
        remove_material(world.actor("contact"), made.id)
    remove_material(world.actor("manager"), made.id)
    assert client.as_(world.contact).get(f"/materials/{made.id}").status_code == 404
    assert actions(of="session_material") == ["material.added", "material.removed"]


@pytest.mark.parametrize("kept", [Kept(), Kept(link="https://a.example/1", upload=object())])  # type: ignore[arg-type]
def test_it_is_one_thing_with_a_title(world: World, session: Booking, kept: Kept) -> None:
    with pytest.raises(Invalid):
        add_material(world.actor("agent"), session.id, title="Slides", kept=kept, form_key="x")
    with pytest.raises(Invalid):
        add_material(world.actor("agent"), session.id, title=" ", kept=SLIDES, form_key="x")
    with pytest.raises(Forbidden):
        add_material(world.actor("contact"), session.id, title="Slides", kept=SLIDES, form_key="x")


def test_a_session_has_so_many_at_most(world: World, session: Booking) -> None:
    for number in range(MOST):
        add_material(world.actor("agent"), session.id, title="Slides", kept=SLIDES, form_key=f"{number}")
    with pytest.raises(Conflict, match="at most"):
        add_material(world.actor("agent"), session.id, title="Slides", kept=SLIDES, form_key="more")


def test_a_file_is_saved_by_those_who_may_and_dropped_with_its_material(
    client: PortalClient, world: World, session: Booking, run_jobs
) -> None:
    agent, here = client.as_(world.agent), f"/bookings/{session.id}/materials"
    content = b"Step one.\nStep two.\n"
    for name, data in (("steps.exe", content), ("steps.txt", b"<html>"), ("steps.txt", b"")):
        wrong = agent.post(here, {"title": "Steps", "file": (io.BytesIO(data), name)})
        assert wrong.status_code == 422
    assert agent.post(here, {"title": "Steps", "file": (io.BytesIO(content), "steps.txt")}).status_code == 303
    found = db.session.scalars(db.select(SessionMaterial)).one()
    key, name = found.id, found.storage_name
    got = client.as_(world.organiser).get(f"/materials/{key}")
    assert (got.data, got.headers["Content-Disposition"]) == (content, "attachment; filename=steps.txt")
    assert client.as_(world.outsider).get(f"/materials/{key}").status_code == 404
    assert agent.post(f"/materials/{key}/removal", form_at=here).status_code == 303
    run_jobs()
    assert not store().has(name)
    assert "No materials yet" in agent.get(here).text
    assert client.as_(world.contact).post(here, {"title": "x"}, form_at="/account").status_code == 403

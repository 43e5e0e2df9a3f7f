"""The life of a recording: asked for, decided, published, passed on, opened, withdrawn, expired (COV-5 to COV-7)."""

import io
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from portal.accounts.actor import SYSTEM
from portal.audiences import answering
from portal.audiences.models import AudienceMember
from portal.bookings.models import Booking
from portal.clock import now
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from portal.events.models import Event
from portal.recordings import passing, publishing
from portal.recordings.asking import ask_for_recording, decide_recording
from portal.recordings.files import Kept, film_kept
from portal.recordings.models import Recording, RecordingAccess, RecordingPass
from portal.recordings.queries import recording_of, waiting_recordings
from portal.tickets.clearing import forget_unsent
from portal.tickets.storage import store
from tests.audiences.scenes import VISITOR, actions, as_stored, came, count, invited, token
from tests.bookings.sessions import book, booking, window
from tests.outbox import Outbox
from tests.people import World
from tests.signing_in import PortalClient

pytestmark = pytest.mark.usefixtures("outbox")

LINK = Kept(link="https://video.example/watch?v=1")
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 64


class Sent:
    """A file out of a form."""

    def __init__(self, filename: str, content: bytes) -> None:
        self.filename, self.stream = filename, io.BytesIO(content)


def published(world: World, session: Booking, clock: time_machine.Traveller, kept: Kept = LINK) -> Recording:
    """The recording accepted, the session over, and the recording published."""
    decide_recording(world.actor("agent"), session.id, accept=True)
    clock.move_to(session.ends_at)
    return publishing.publish_recording(world.actor("agent"), session.id, kept)


def filed(world: World) -> Kept:
    """A film in the store."""
    return Kept(upload=film_kept(Sent("session.mp4", MP4), world.agent.id))


def state_of(session: Booking) -> str:
    """What the database says of the recording."""
    db.session.rollback()
    found = recording_of(session.id)
    assert found is not None
    return found.state


def test_it_is_asked_for_once_and_the_host_is_told(world: World, session: Booking, outbox: Outbox) -> None:
    for _ in range(2):
        ask_for_recording(world.actor("contact"), session.id, form_key="one")
    assert [(mail.address, mail.permission) for mail in outbox.all()] == [
        ("agent@people.example", "recording:read")
    ]
    with pytest.raises(Conflict, match="asked for already"):
        ask_for_recording(world.actor("organiser"), session.id, form_key="two")
    assert count(Recording) == 1


def test_what_was_ticked_when_booking_is_asked_for(world: World, congress: Event) -> None:
    window(world.agent)
    made = book(world.contact, congress, recording=True)
    assert state_of(made) == "asked"
    assert actions(of="recording") == ["recording.asked"]


def test_training_of_contacts_is_not_recorded(client: PortalClient, world: World, congress: Event) -> None:
    training = booking(
        congress, world.agent, world.contact, audience="contacts", one_per_event=False, uses_entitlement=False
    )
    with pytest.raises(Refused) as refusal:
        ask_for_recording(world.actor("contact"), training.id, form_key="x")
    assert (refusal.value.rule, [link.endpoint for link in refusal.value.links]) == ("COV-5", ["quotes.new"])
    page = client.as_(world.contact).get(f"/bookings/{training.id}/recording").text
    assert "price quote" in page


def test_it_is_asked_for_before_the_session_begins(
    world: World, session: Booking, clock: time_machine.Traveller
) -> None:
    clock.move_to(session.starts_at)
    with pytest.raises(Refused, match="before the session begins"):
        ask_for_recording(world.actor("contact"), session.id, form_key="x")


def test_it_is_accepted_once_and_the_customer_is_told(world: World, asked: Booking, outbox: Outbox) -> None:
    decide_recording(world.actor("manager"), asked.id, accept=True, reason="Gladly")
    (mail,) = outbox.all()
    assert (mail.address, mail.subject[:14]) == ("contact@people.example", "To be recorded")
    with pytest.raises(Conflict, match="was accepted already"):
        decide_recording(world.actor("agent"), asked.id, accept=False, reason="No")


def test_it_is_declined_with_a_reason_and_may_be_asked_anew(
    world: World, asked: Booking, outbox: Outbox, clock: time_machine.Traveller
) -> None:
    for reason in ("", " ", "x" * 501):
        with pytest.raises(Invalid):
            decide_recording(world.actor("agent"), asked.id, accept=False, reason=reason)
    decide_recording(world.actor("agent"), asked.id, accept=False, reason="The room has no microphone.")
    assert "> The room has no microphone." in outbox.all()[0].body_text
    clock.shift(timedelta(minutes=1))
    ask_for_recording(world.actor("contact"), asked.id, form_key="again")
    assert state_of(asked) == "asked"
    assert len(outbox.all()) == 1


@pytest.mark.parametrize(
    ("who", "error"), [("contact", Forbidden), ("organiser", Forbidden), ("outsider", NotFound)]
)
def test_support_decides_and_publishes(
    world: World, asked: Booking, clock: time_machine.Traveller, who: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        decide_recording(world.actor(who), asked.id, accept=True)
    decide_recording(world.actor("agent"), asked.id, accept=True)
    clock.move_to(asked.ends_at)
    with pytest.raises(error):
        publishing.publish_recording(world.actor(who), asked.id, LINK)


def test_it_is_published_after_it_was_accepted_and_the_session_began(
    world: World, asked: Booking, clock: time_machine.Traveller
) -> None:
    with pytest.raises(Conflict, match="has not begun"):
        publishing.publish_recording(world.actor("agent"), asked.id, LINK)
    clock.move_to(asked.starts_at)
    with pytest.raises(Conflict, match="has been asked for already"):
        publishing.publish_recording(world.actor("agent"), asked.id, LINK)
    decide_recording(world.actor("agent"), asked.id, accept=True)
    with pytest.raises(Invalid):
        publishing.publish_recording(world.actor("agent"), asked.id, Kept())
    found = publishing.publish_recording(world.actor("agent"), asked.id, LINK)
    assert found.expires_at == now() + timedelta(days=90)


def test_it_is_passed_on_to_those_who_missed_it_each_once(
    world: World, asked: Booking, outbox: Outbox, clock: time_machine.Traveller
) -> None:
    ada, bob, cleo = (member.id for member in invited(world, asked))
    published(world, asked, clock)
    came(world, asked, as_stored(ada))
    outbox.all()
    passed = passing.pass_on(world.actor("contact"), asked.id, [ada, bob])
    assert passed.written == 1
    (mail,) = outbox.all()
    assert (mail.address, mail.sender_name) == ("bob@presenters.example", "Society of Tests - Congress")
    assert "video.example" not in mail.body_text
    with pytest.raises(Invalid):
        passing.pass_on(world.actor("contact"), asked.id, [ada, bob])
    assert passing.pass_on(world.actor("organiser"), asked.id, [bob, cleo]).written == 1
    assert count(RecordingPass) == 2


def test_who_refuses_mail_is_not_written_to(
    world: World, asked: Booking, outbox: Outbox, clock: time_machine.Traveller
) -> None:
    (ada,) = invited(world, asked, "Ada Byron")
    key = ada.id
    answering.refuse_mail(VISITOR, token(ada))
    published(world, asked, clock)
    outbox.all()
    assert passing.pass_on(world.actor("contact"), asked.id, [key]) == passing.Passed(0, 1, 0)
    assert outbox.all() == []


def test_each_opening_is_written_down_and_shown(
    client: PortalClient, world: World, asked: Booking, clock: time_machine.Traveller
) -> None:
    ada, bob = (member.id for member in invited(world, asked, "Ada Byron", "Bob Frost"))
    published(world, asked, clock)
    passing.pass_on(world.actor("contact"), asked.id, [ada])
    here = f"/attending/{token(as_stored(ada))}"
    client.get(here)
    assert count(RecordingAccess) == 0
    answer = client.post(f"{here}/recording", form_at=here)
    assert "https://video.example/watch?v=1" in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert count(RecordingAccess, RecordingAccess.member_id == ada) == 1
    with pytest.raises(NotFound):
        passing.open_by_link(VISITOR, token(as_stored(bob)))
    page = f"/bookings/{asked.id}/recording"
    client.as_(world.manager).post(f"{page}/opening", form_at=page)
    mine, others = client.as_(world.contact).get(page).text, client.as_(world.manager).get(page).text
    assert "Ada Byron" in mine
    assert "Manager" in mine
    assert "Ada Byron" not in others
    assert "Somebody in the audience" in others
    assert client.as_(world.outsider).get(page).status_code == 404


def test_a_file_is_saved_and_never_shown(
    client: PortalClient, world: World, asked: Booking, clock: time_machine.Traveller
) -> None:
    (ada,) = invited(world, asked, "Ada Byron")
    key = ada.id
    published(world, asked, clock, filed(world))
    passing.pass_on(world.actor("contact"), asked.id, [key])
    here = f"/attending/{token(as_stored(key))}"
    got = client.post(f"{here}/recording", form_at=here)
    assert (got.data, got.mimetype) == (MP4, "video/mp4")
    assert got.headers["Content-Disposition"] == "attachment; filename=session.mp4"
    assert got.headers["X-Content-Type-Options"] == "nosniff"


def test_withdrawn_it_is_gone_for_everybody_at_once(
    client: PortalClient,
    world: World,
    asked: Booking,
    outbox: Outbox,
    run_jobs,
    clock: time_machine.Traveller,
) -> None:
    (ada,) = invited(world, asked, "Ada Byron")
    key = ada.id
    kept = filed(world)
    published(world, asked, clock, kept)
    passing.pass_on(world.actor("contact"), asked.id, [key])
    outbox.all()
    for who, error in (("outsider", NotFound), ("nobody", NotFound)):
        with pytest.raises(error):
            publishing.withdraw_recording(world.actor(who), asked.id, reason="Mine")
    with pytest.raises(Invalid):
        publishing.withdraw_recording(world.actor("contact"), asked.id, reason=" ")
    publishing.withdraw_recording(world.actor("contact"), asked.id, reason="A name was said.")
    assert sorted(mail.address for mail in outbox.all()) == ["agent@people.example", "contact@people.example"]
    with pytest.raises(Conflict, match="cannot be opened any more"):
        passing.open_by_link(VISITOR, token(as_stored(key)))
    assert "Get the recording" not in client.get(f"/attending/{token(as_stored(key))}").text
    run_jobs()
    assert not store().has(kept.upload.storage_name)
    with pytest.raises(Conflict, match="was withdrawn already"):
        publishing.withdraw_recording(world.actor("contact"), asked.id, reason="Again")
    anew = publishing.publish_recording(world.actor("agent"), asked.id, LINK)
    assert anew.publication == 2
    with pytest.raises(NotFound):
        passing.open_by_link(VISITOR, token(as_stored(key)))
    assert passing.pass_on(world.actor("contact"), asked.id, [key]).written == 1


def test_it_expires_by_itself(world: World, asked: Booking, clock: time_machine.Traveller) -> None:
    (ada,) = invited(world, asked, "Ada Byron")
    key = ada.id
    published(world, asked, clock)
    passing.pass_on(world.actor("contact"), asked.id, [key])
    clock.shift(timedelta(days=90))
    with pytest.raises(Conflict):
        passing.open_by_link(VISITOR, token(as_stored(key)))
    assert publishing.expire_recordings(SYSTEM) == 1
    assert publishing.expire_recordings(SYSTEM) == 0
    assert state_of(asked) == "expired"


def test_a_file_in_use_is_not_cleared_away_and_one_left_over_is(
    world: World, asked: Booking, clock: time_machine.Traveller
) -> None:
    kept, left = filed(world), filed(world)
    published(world, asked, clock, kept)
    clock.shift(timedelta(days=60))
    with time_machine.travel(now() + timedelta(days=400), tick=False):
        forget_unsent()
    assert store().has(kept.upload.storage_name)
    assert not store().has(left.upload.storage_name)


NO_FILMS = [
    ("session.exe", b"MZ" + b"\0" * 99), ("session.mp4", b"<html>no film</html>"), ("session.mp4", b""),
    ("session.html.mp4", MP4), ("session.svg", b"<svg/>"), ("session", MP4), ("session.mp4.js", MP4),
]  # fmt: skip


def test_what_is_no_film_is_not_taken(world: World) -> None:
    for name, content in NO_FILMS:
        with pytest.raises(Invalid) as wrong:
            film_kept(Sent(name, content), world.agent.id)
        assert "file" in wrong.value.fields, name


def test_a_film_larger_than_set_is_not_taken(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = app.extensions["settings"].model_copy(update={"recording_max_bytes": 50})
    monkeypatch.setitem(app.extensions, "settings", small)
    with pytest.raises(Invalid, match="larger than"):
        film_kept(Sent("session.mp4", MP4), world.agent.id)


ODD_LINKS = [
    "http://video.example/1", "javascript:alert(1)", "https://", "https://user:pw@video.example/", "video.example",
    "https://video.example/<script>", "https://video.example/a b", "https://vidéo.example/", "https://localhost/1",
    "data:text/html,x", "https://video.example:0/", "https://video.example/" + "x" * 1000, "https://[::1", " ",
]  # fmt: skip


def test_odd_links_are_refused_on_the_page(
    client: PortalClient, world: World, asked: Booking, clock: time_machine.Traveller
) -> None:
    decide_recording(world.actor("agent"), asked.id, accept=True)
    clock.move_to(asked.ends_at)
    agent, page = client.as_(world.agent), f"/bookings/{asked.id}/recording"
    for link in ODD_LINKS:
        assert agent.post(f"{page}/publication", {"link": link}, form_at=page).status_code == 422, link
    assert state_of(asked) == "accepted"


def test_the_whole_life_on_the_pages(
    client: PortalClient, world: World, session: Booking, clock: time_machine.Traveller
) -> None:
    invited(world, session, "Ada Byron")
    contact, agent, page = (
        client.as_(world.contact),
        client.as_(world.agent),
        f"/bookings/{session.id}/recording",
    )
    assert contact.post(page).status_code == 303
    assert "Accept or decline" in agent.get("/staff/recordings").text
    assert agent.post(f"{page}/decision", {"answer": "decline"}, form_at=page).status_code == 422
    assert agent.post(f"{page}/decision", {"answer": "accept"}, form_at=page).status_code == 303
    clock.move_to(session.ends_at)
    contact, agent = client.as_(world.contact), client.as_(world.agent)
    assert [each.booking_id for each in waiting_recordings()] == [session.id]
    both = {"link": "https://video.example/1", "file": (io.BytesIO(MP4), "a.mp4")}
    assert agent.post(f"{page}/publication", both, form_at=page).status_code == 422
    sent = agent.post(f"{page}/publication", {"file": (io.BytesIO(MP4), "a.mp4")}, form_at=page)
    assert sent.status_code == 303
    key = db.session.scalars(db.select(AudienceMember.id)).one()
    assert contact.post(f"{page}/passes", {"people": str(key)}, form_at=page).status_code == 303
    assert contact.post(f"{page}/passes", {"people": "x"}, form_at=page).status_code == 422
    assert contact.post(f"{page}/withdrawal", {"reason": ""}, form_at=page).status_code == 422
    assert contact.post(f"{page}/withdrawal", {"reason": "Enough"}, form_at=page).status_code == 303
    assert "was withdrawn" in contact.get(page).text
    assert [action.partition(".")[2] for action in actions(of="recording")] == [
        "asked", "accepted", "published", "passed_on", "withdrawn",
    ]  # fmt: skip


def test_a_long_film_is_let_in_where_other_files_are_not(
    app: Flask, client: PortalClient, world: World, asked: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 100_000)
    page, long = f"/bookings/{asked.id}/recording", MP4 + b"\0" * 200_000
    film = {"file": (io.BytesIO(long), "a.mp4")}
    assert client.as_(world.agent).post(f"{page}/publication", film, form_at=page).status_code == 409
    other = {"title": "x", "file": (io.BytesIO(long), "a.pdf")}
    materials = f"/bookings/{asked.id}/materials"
    assert client.as_(world.agent).post(materials, other, form_at="/account").status_code == 413


def test_a_session_that_is_off_has_no_recording(world: World, asked: Booking) -> None:
    db.session.execute(
        update(Booking)
        .where(Booking.id == asked.id)
        .values(state="cancelled", cancelled_at=now(), uses_entitlement=False)
    )
    db.session.commit()
    with pytest.raises(Conflict):
        decide_recording(world.actor("agent"), asked.id, accept=True)
    assert waiting_recordings() == []

"""The link to join a session: entered by staff or made, told to those in it, and of no use to who has left (WHO-6)."""

from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.bookings.joining import NO_ADDRESS, checked, close_rooms, set_join_link
from portal.bookings.models import Booking
from portal.bookings.queries import session_for
from portal.db import db, in_transaction
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from tests.bookings.calendars import calendar_text, entry_in
from tests.bookings.sessions import WEDNESDAY, book, window

pytestmark = pytest.mark.usefixtures("outbox")

LINK = "https://meet.example/j/123?pwd=a_b"


@pytest.fixture
def session(world, congress):
    window(world.agent)
    return book(world.contact, congress)


@pytest.fixture
def jitsi(app):
    before = app.extensions["settings"]
    app.extensions["settings"] = before.model_copy(update={"jitsi_url": "https://rooms.example/"})
    yield
    app.extensions["settings"] = before


def fresh(session):
    db.session.remove()
    return db.session.get_one(Booking, session.id)


def test_a_link_reaches_the_page_the_mail_and_the_calendar(world, client, session, run_jobs):
    run_jobs()
    browser = client.as_(world.agent)
    answer = browser.post(f"/bookings/{session.id}/join-link", {"join_url": f" {LINK} "})
    assert answer.status_code == 303
    for person in (world.contact, world.organiser, world.agent):
        assert LINK.replace("&", "&amp;") in client.as_(person).get(f"/bookings/{session.id}").text
    mails = {mail["To"]: mail for mail in run_jobs()}
    assert set(mails) == {world.contact.email, world.agent.email}
    for mail in mails.values():
        assert f"> {LINK}" in mail.get_body(("plain",)).get_content()
        entry = entry_in(calendar_text(mail))
        assert (entry.method, entry.sequence, entry.location) == ("REQUEST", 1, LINK)


def test_the_record_names_the_site_and_not_the_link(world, session):
    set_join_link(world.actor("agent"), session.id, LINK)
    set_join_link(world.actor("agent"), session.id, "")
    changes = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "booking.join_link_set").order_by(AuditEntry.id)
    )
    told = [(entry.before, entry.after) for entry in changes]
    assert told == [
        ({"join_link": None}, {"join_link": "meet.example"}),
        ({"join_link": "meet.example"}, {"join_link": None}),
    ]
    assert fresh(session).join_url is None


def test_the_same_link_again_tells_nobody(world, session, outbox):
    set_join_link(world.actor("agent"), session.id, LINK)
    outbox.all()
    set_join_link(world.actor("agent"), session.id, LINK)
    assert outbox.all() == []
    assert fresh(session).calendar_sequence == 1


@pytest.mark.parametrize(
    "address",
    [
        "meet.example", "http://meet.example/1", "javascript:alert(1)", "https://", "https://a b.example",
        "https://me:pw@meet.example", "https://meet.example:x/", "https://meet.example/ä", "//meet.example",
        "https://meet.example/<b>", "https://[::1", "https://x.example/\nLOCATION:y", "https://x.example:0/",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_meeting_stays_in_the_form(world, client, session, address):
    with pytest.raises(Invalid) as problem:
        checked(address)
    assert problem.value.fields == {"join_url": NO_ADDRESS}
    page = client.as_(world.agent).post(f"/bookings/{session.id}/join-link", {"join_url": address})
    assert page.status_code == 422
    assert NO_ADDRESS in page.text
    assert fresh(session).join_url is None


def test_a_link_that_is_too_long_is_not_kept(world, client, session):
    long = "https://meet.example/" + "x" * 500
    page = client.as_(world.agent).post(f"/bookings/{session.id}/join-link", {"join_url": long})
    assert page.status_code == 422


def test_only_staff_enter_links_and_only_while_somebody_could_join(world, client, session, clock):
    for name, status in (("contact", 403), ("organiser", 403), ("outsider", 404), ("moderator", 404)):
        browser = client.as_(getattr(world, name))
        assert browser.get(f"/bookings/{session.id}/join-link").status_code == status
    with pytest.raises(Forbidden):
        set_join_link(world.actor("contact"), session.id, LINK)
    with pytest.raises(NotFound):
        set_join_link(world.actor("outsider"), session.id, LINK)
    clock.move_to(session.ends_at)
    with pytest.raises(Conflict):
        set_join_link(world.actor("agent"), session.id, LINK)
    assert client.as_(world.agent).get(f"/bookings/{session.id}/join-link").status_code == 409


def test_a_session_that_is_over_shows_no_link(world, client, session, clock):
    set_join_link(world.actor("agent"), session.id, LINK)
    clock.move_to(session.ends_at)
    assert "meet.example" not in client.as_(world.contact).get(f"/bookings/{session.id}").text


def test_the_meeting_server_gives_each_session_a_room_that_nobody_guesses(jitsi, session, run_jobs):
    room = urlsplit(fresh(session).join_address)
    assert room.hostname == "rooms.example"
    assert len(room.path.strip("/")) == 32
    assert str(session.id) != room.path.strip("/")
    [first, second] = [entry_in(calendar_text(mail)) for mail in run_jobs()]
    assert first.location == second.location == fresh(session).join_address


def test_who_has_left_knows_the_room_of_no_session_to_come(world, jitsi, session, run_jobs):
    run_jobs()
    before = fresh(session).join_address
    leave(world, session)
    after = fresh(session)
    assert after.join_address != before
    got = {mail["To"]: entry_in(calendar_text(mail)) for mail in run_jobs()}
    assert {(entry.location, entry.sequence) for entry in got.values()} == {(after.join_address, 1)}
    assert set(got) == {world.contact.email, world.agent.email}


def test_a_host_whose_own_link_is_known_to_who_left_is_asked_for_another(world, session, outbox):
    set_join_link(world.actor("agent"), session.id, LINK)
    outbox.all()
    leave(world, session)
    [mail] = outbox.all()
    assert (mail.address, mail.subject.split(":")[0]) == (world.agent.email, "Enter another link")
    assert fresh(session).join_url == LINK


def test_a_session_under_way_can_still_be_joined(session, clock, jitsi):
    clock.move_to(WEDNESDAY)
    assert fresh(session).join_address


def leave(world, session):
    def work():
        event = session_for(world.actor("manager"), session.id).event
        close_rooms(world.actor("manager"), event, world.other_contact, ())

    in_transaction(work)

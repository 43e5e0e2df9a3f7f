"""The pages of live sessions: owner, teammate and outsider at each; nothing typed can break them."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from portal.bookings.models import Booking
from portal.db import db
from tests.bookings.sessions import WEDNESDAY, book, booking, state_of, utc, window

pytestmark = pytest.mark.usefixtures("outbox")
AT = "2026-11-25T15:00:00Z"
HOUR = timedelta(hours=1)


@pytest.fixture
def index(congress):
    return f"/events/{congress.id}/bookings"


@pytest.fixture
def session(world, congress):
    window(world.agent, hours=6)
    return book(world.contact, congress, note="Polls\n<please>")


@pytest.fixture
def held(world, congress):
    """A session that began, and that nobody has closed."""
    return booking(congress, world.agent, world.contact, utc("2026-11-23 13:00"))


def count():
    db.session.rollback()
    return db.session.scalar(db.select(db.func.count()).select_from(Booking))


READERS = {"organiser": 200, "contact": 200, "other_contact": 200, "agent": 200, "manager": 200,
           "outsider": 404, "outside_contact": 404, "nobody": 404}  # fmt: skip


@pytest.mark.parametrize(("who", "status"), [*READERS.items(), ("admin", 403), ("moderator", 404)])
def test_who_reads_the_sessions_of_an_event(who, status, client, world, index):
    assert client.as_(getattr(world, who)).get(index).status_code == status


@pytest.mark.parametrize(("who", "status"), [*READERS.items(), ("admin", 404), ("moderator", 404)])
def test_who_reads_a_session(who, status, client, world, session):
    browser = client.as_(getattr(world, who))
    for address in (f"/bookings/{session.id}", f"/bookings/{session.id}/invitation.ics"):
        assert browser.get(address).status_code == status
        assert browser.fragment("get", address).status_code == status


def test_nobody_signed_in_is_sent_to_sign_in(client, index, session):
    for address in (index, f"{index}/new", f"/bookings/{session.id}"):
        assert client.get(address).status_code == 303


def test_the_sessions_own_page(client, world, session):
    page = client.as_(world.contact).get(f"/bookings/{session.id}").text
    assert "Wed 25 Nov 2026, 16:00 CET (UTC+1)" in page
    assert "Wed 25 Nov 2026, 10:00 EST (UTC-5)" in page
    assert "Polls<br>&lt;please&gt;" in page
    assert "Tue 24 Nov 2026, 16:00 CET" in page
    assert "/cancellation" in page
    assert "/outcome" not in page


def test_the_calendar_file(client, world, session):
    answer = client.as_(world.other_contact).get(f"/bookings/{session.id}/invitation.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8; method=REQUEST"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="session-{session.id}.ics"'
    [entry] = Calendar.from_ical(answer.data).walk("VEVENT")
    assert entry.decoded("DTSTART") == WEDNESDAY
    assert str(entry["ATTENDEE"]) == f"mailto:{world.other_contact.email}"


@pytest.mark.parametrize(
    ("who", "status"),
    [("contact", 303), ("other_contact", 303), ("organiser", 303), ("agent", 303), ("manager", 303),
     ("outsider", 404), ("outside_contact", 404), ("nobody", 404), ("admin", 404)],
)  # fmt: skip
def test_who_cancels(who, status, client, world, session):
    browser = client.as_(getattr(world, who))
    asked = browser.get(f"/bookings/{session.id}/cancellation")
    assert asked.status_code == (200 if status == 303 else status)
    answer = browser.post(f"/bookings/{session.id}/cancellation", {"reason": "Ill"}, form_at="/account")
    assert answer.status_code == status
    assert state_of(session.id)[0] == ("cancelled" if status == 303 else "confirmed")


def test_cancelling_says_what_becomes_of_the_session(client, world, session, clock):
    browser = client.as_(world.contact)
    asked = browser.get(f"/bookings/{session.id}/cancellation").text
    assert "is given back" in asked
    clock.move_to(WEDNESDAY - timedelta(hours=23))
    browser = client.as_(world.contact)
    asked = browser.get(f"/bookings/{session.id}/cancellation").text
    assert "would be used up" in asked
    assert "#COV-5" in asked
    answer = browser.post(f"/bookings/{session.id}/cancellation")
    assert "counts as used" in browser.get(answer.location).text
    again = browser.post(f"/bookings/{session.id}/cancellation", form_at="/account")
    assert again.status_code == 409
    assert "was cancelled" in again.text


def test_a_reason_that_is_too_long_is_kept(client, world, session):
    answer = client.as_(world.contact).post(f"/bookings/{session.id}/cancellation", {"reason": "y" * 501})
    assert answer.status_code == 422
    assert "y" * 501 in answer.text
    assert state_of(session.id)[0] == "confirmed"


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("agent", 303),
        ("manager", 303),
        ("contact", 403),
        ("organiser", 403),
        ("outsider", 404),
        ("admin", 404),
    ],
)
def test_who_closes(who, status, client, world, held):
    answer = client.as_(getattr(world, who)).post(
        f"/bookings/{held.id}/outcome", {"outcome": "no_show"}, form_at="/account"
    )
    assert answer.status_code == status
    assert state_of(held.id)[0] == ("no_show" if status == 303 else "confirmed")


def test_an_unknown_outcome_changes_nothing(client, world, held):
    answer = client.as_(world.agent).post(
        f"/bookings/{held.id}/outcome", {"outcome": "\x00"}, form_at="/account"
    )
    assert answer.status_code == 422
    assert state_of(held.id)[0] == "confirmed"


def test_the_ways_to_close_stand_on_the_page_of_staff_only(client, world, held):
    assert "/outcome" in client.as_(world.agent).get(f"/bookings/{held.id}").text
    assert "/outcome" not in client.as_(world.contact).get(f"/bookings/{held.id}").text


@pytest.mark.parametrize(
    ("who", "status"),
    [("agent", 303), ("manager", 303), ("contact", 403), ("organiser", 403), ("outsider", 404)],
)
def test_who_gives_back(who, status, client, world, congress, index):
    missed = booking(congress, world.agent, world.contact, utc("2026-11-20 15:00"), state="no_show")
    browser = client.as_(getattr(world, who))
    assert browser.get(f"/bookings/{missed.id}/restoration").status_code == (200 if status == 303 else status)
    answer = browser.post(f"/bookings/{missed.id}/restoration", {"reason": "Storm"}, form_at="/account")
    assert answer.status_code == status
    assert state_of(missed.id) == ("no_show", status != 303)


def test_giving_back_asks_for_a_reason(client, world, congress):
    missed = booking(congress, world.agent, world.contact, utc("2026-11-20 15:00"), state="no_show")
    answer = client.as_(world.agent).post(f"/bookings/{missed.id}/restoration", {"reason": " "})
    assert answer.status_code == 422
    assert "Say why" in answer.text


def test_sessions_are_paged_by_key(client, world, congress, index):
    for number in range(30):
        booking(congress, world.agent, world.contact, utc("2026-10-01 00:00") + number * 2 * HOUR,
                audience="contacts", one_per_event=False, uses_entitlement=False, state="done")  # fmt: skip
    browser = client.as_(world.contact)
    page = browser.get(f"{index}?past=").text
    assert page.count("/bookings/") - page.count("/bookings/new") >= 25
    following = re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    second = browser.get(following).text
    shown = [set(re.findall(r'href="/bookings/(\d+)"', text)) for text in (page, second)]
    assert [len(found) for found in shown] == [25, 5]
    assert not shown[0] & shown[1]

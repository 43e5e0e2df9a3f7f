"""The pages that move a session, hand it on, book for a customer and keep the waiting list."""

import re
from datetime import timedelta

import pytest

from portal.bookings.models import Booking
from portal.bookings.models_commitments import Waiting
from portal.db import db
from tests.bookings.sessions import WEDNESDAY, book, booking, state_of, window
from tests.signing_in import FORM_KEY

pytestmark = pytest.mark.usefixtures("outbox")
LATER = "2026-11-27T15:00:00Z"
DAY = timedelta(days=1)


@pytest.fixture
def session(world, congress):
    window(world.agent)
    window(world.agent, WEDNESDAY + 2 * DAY)
    return book(world.contact, congress)


def starts_at(session):
    db.session.rollback()
    return db.session.get_one(Booking, session.id, populate_existing=True).starts_at


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("contact", 303),
        ("other_contact", 303),
        ("organiser", 303),
        ("agent", 303),
        ("outsider", 404),
        ("admin", 404),
    ],
)
def test_who_moves_a_session(who, status, client, world, session):
    browser = client.as_(getattr(world, who))
    assert browser.get(f"/bookings/{session.id}/move").status_code == (200 if status == 303 else status)
    answer = browser.post(f"/bookings/{session.id}/move", {"starts_at": LATER}, form_at="/account")
    assert answer.status_code == status
    assert starts_at(session) == (WEDNESDAY + 2 * DAY if status == 303 else WEDNESDAY)


def test_every_time_on_the_page_is_open_and_its_own_is_not_among_them(client, world, session):
    page = client.as_(world.contact).get(f"/bookings/{session.id}/move").text
    offered = re.findall(r'type="radio" name="starts_at" value="([^"]+)"', page)
    assert LATER in offered
    assert "2026-11-25T15:00:00Z" not in offered
    assert "2026-11-25T15:30:00Z" in offered


def test_a_time_taken_meanwhile_leaves_the_session_and_offers_others(client, world, session):
    booking(world.fair, world.agent, world.outside_contact, WEDNESDAY + 2 * DAY)
    answer = client.as_(world.contact).post(f"/bookings/{session.id}/move", {"starts_at": LATER})
    assert answer.status_code == 409
    assert "stays where it is" in answer.text
    assert len(re.findall(r'type="radio" name="starts_at"', answer.text)) == 3
    assert starts_at(session) == WEDNESDAY


@pytest.mark.parametrize("typed", ["", "soon", "2020-01-01T00:00:00Z", "\x00", "2026-11-25T15:00:00Z"])
def test_forged_times_move_nothing(typed, client, world, session):
    answer = client.as_(world.contact).post(f"/bookings/{session.id}/move", {"starts_at": typed})
    assert answer.status_code == 422
    assert starts_at(session) == WEDNESDAY


def test_after_the_cut_off_the_page_says_who_moves_it(client, world, session, clock):
    clock.move_to(WEDNESDAY - DAY + timedelta(seconds=1))
    page = client.as_(world.contact).get(f"/bookings/{session.id}/move")
    assert page.status_code == 422
    assert "only support moves it" in page.text
    assert "/tickets/new" in page.text
    assert f"/bookings/{session.id}/move" not in client.as_(world.contact).get(f"/bookings/{session.id}").text
    assert f"/bookings/{session.id}/move" in client.as_(world.agent).get(f"/bookings/{session.id}").text


def test_a_cancellation_link_used_twice_says_what_happened(client, world, session):
    browser = client.as_(world.contact)
    browser.post(f"/bookings/{session.id}/cancellation")
    for address in ("cancellation", "move"):
        again = browser.get(f"/bookings/{session.id}/{address}")
        assert again.status_code == 409
        assert "was cancelled already" in again.text
        assert f'href="/bookings/{session.id}"' in again.text


def test_staff_hand_a_session_on_and_see_why(client, world, session):
    browser = client.as_(world.agent)
    page = browser.get(f"/bookings/{session.id}/host").text
    assert world.manager.name in page
    assert f'value="{world.agent.id}"' not in page
    sent = browser.post(f"/bookings/{session.id}/host", {"host": str(world.manager.id), "reason": "On leave"})
    assert sent.status_code == 303
    assert "On leave" in browser.get(f"/bookings/{session.id}").text
    shown = client.as_(world.contact).get(f"/bookings/{session.id}").text
    assert world.manager.name in shown
    assert "On leave" not in shown


@pytest.mark.parametrize(
    "data",
    [{}, {"host": "x", "reason": "y"}, {"host": "0", "reason": "y"}, {"host": "999999", "reason": "y"}],
)
def test_forged_hosts_hand_nothing_on(data, client, world, session):
    assert client.as_(world.agent).post(f"/bookings/{session.id}/host", data).status_code == 422
    assert (
        client.as_(world.contact).post(f"/bookings/{session.id}/host", data, form_at="/account").status_code
        == 403
    )


def placed(world, **changes):
    return {
        "kind": "presenter_training", "person": str(world.contact.id), "day": "2026-11-25", "at": "16:00",
        "zone": "Europe/Vienna", "host": "0", "note": "Polls", "reason": "",
    } | changes  # fmt: skip


def test_staff_book_for_a_customer(client, world, congress):
    window(world.agent)
    browser, page = client.as_(world.agent), f"/events/{congress.id}/bookings/placed"
    sent = browser.post(page, placed(world))
    assert sent.status_code == 303
    shown = browser.get(sent.location).text
    assert "Booked for the customer by" in shown
    assert client.as_(world.contact).get(page).status_code == 403


def test_beyond_a_limit_the_form_asks_for_a_reason_and_keeps_what_was_typed(client, world, congress):
    window(world.agent, WEDNESDAY - 2 * DAY)
    browser, page = client.as_(world.manager), f"/events/{congress.id}/bookings/placed"
    asked = browser.post(page, placed(world, day="2026-11-23", at="17:00"))
    assert asked.status_code == 422
    assert "Give a reason" in asked.text
    assert "Polls" in asked.text
    sent = browser.post(page, placed(world, day="2026-11-23", at="17:00", reason="Opening tomorrow"))
    assert sent.status_code == 303
    assert "Opening tomorrow" in browser.get(sent.location).text
    assert "Opening tomorrow" not in client.as_(world.contact).get(sent.location).text


@pytest.mark.parametrize(
    "change",
    [{"day": ""}, {"day": "2026-02-30"}, {"at": "25:00"}, {"zone": "Mars/Olympus"}, {"person": "0"}, {"person": "x"},
     {"host": "999999"}, {"kind": "everything"}, {"day": "2020-01-01"}, {"day": "9999-12-31"}, {"reason": "x" * 501},
     {"day": "2027-03-28", "at": "02:30"}],
)  # fmt: skip
def test_what_cannot_be_booked_is_said_beside_the_form(change, client, world, congress):
    window(world.agent)
    answer = client.as_(world.agent).post(f"/events/{congress.id}/bookings/placed", placed(world, **change))
    assert answer.status_code in (409, 422)
    assert "Polls" in answer.text
    assert db.session.scalar(db.select(db.func.count()).select_from(Booking)) == 0


def test_an_event_joins_the_waiting_list_once_and_leaves_it(client, world, congress):
    browser, page = client.as_(world.contact), f"/events/{congress.id}/waiting-list"
    opened = browser.get(f"{page}?kind=presenter_training").text
    data = {"kind": "presenter_training", "before": "2026-12-01", "form_key": FORM_KEY.search(opened)[1]}
    for _ in range(2):
        joined = browser.post(page, data, form_at=f"{page}?kind=presenter_training")
        assert joined.status_code == 303
    place, before = db.session.execute(db.select(Waiting.id, Waiting.before)).one()
    # Midnight after that day in Vienna.
    assert f"{before:%Y-%m-%d %H:%M}" == "2026-12-01 23:00"
    shown = browser.get(page).text
    assert "next in line" in shown
    assert "Training for presenters" in client.as_(world.agent).get("/staff/waiting-list").text
    left = browser.post(f"/waiting-list/{place}/leaving", form_at=page)
    assert left.status_code == 303
    assert "waits for nothing" in browser.get(page).text
    assert "Nobody waits" in client.as_(world.manager).get("/staff/waiting-list").text


@pytest.mark.parametrize("typed", ["2020-01-01", "soon", "0001-01-01", "9999-12-31"])
def test_forged_days_and_kinds_do_not_join(typed, client, world, congress):
    browser, page = client.as_(world.contact), f"/events/{congress.id}/waiting-list"
    data = {"kind": "presenter_training", "before": typed}
    answer = browser.post(page, data, form_at=f"{page}?kind=presenter_training")
    assert answer.status_code == (303 if typed.startswith("9") else 422)
    assert browser.post(page, data | {"kind": "x"}, form_at="/account").status_code == 404
    assert browser.get(f"{page}?kind=x").status_code == 404


def test_where_a_time_is_open_nobody_waits(client, world, congress):
    window(world.agent)
    browser, page = client.as_(world.contact), f"/events/{congress.id}/waiting-list"
    answer = browser.post(page, {"kind": "presenter_training"}, form_at=f"{page}?kind=presenter_training")
    assert answer.status_code == 422
    assert "nobody needs to wait" in answer.text
    assert f"/events/{congress.id}/bookings" in answer.text


def test_a_session_cancelled_in_the_browser_leaves_its_state(client, world, session):
    client.as_(world.contact).post(f"/bookings/{session.id}/cancellation")
    assert state_of(session.id) == ("cancelled", False)

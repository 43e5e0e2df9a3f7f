"""The form that books a session: kept times with their countdown, refusals that keep what was typed."""

import re

import pytest

from portal.bookings.models import Booking
from portal.bookings.models_commitments import SlotHold
from portal.db import db
from tests.bookings.sessions import book, booking, window
from tests.signing_in import FORM_KEY

pytestmark = pytest.mark.usefixtures("outbox")
AT = "2026-11-25T15:00:00Z"
FORM = {"kind": "presenter_training", "starts_at": AT}


@pytest.fixture
def index(congress):
    return f"/events/{congress.id}/bookings"


@pytest.fixture
def session(world, congress):
    window(world.agent, hours=6)
    return book(world.contact, congress, note="Polls\n<please>")


def count():
    db.session.rollback()
    return db.session.scalar(db.select(db.func.count()).select_from(Booking))


def held():
    db.session.rollback()
    return db.session.scalars(db.select(SlotHold.id)).all()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("organiser", 200),
        ("contact", 200),
        ("agent", 403),
        ("manager", 403),
        ("outsider", 404),
        ("nobody", 404),
    ],
)
def test_who_opens_the_form(who, status, client, world, index):
    window(world.agent)
    page = client.as_(getattr(world, who)).get(f"{index}/new?kind=presenter_training&starts_at={AT}")
    assert page.status_code == status


def test_booking_from_the_page(client, world, index, outbox):
    window(world.agent)
    browser = client.as_(world.contact)
    form = browser.get(f"{index}/new?kind=presenter_training&starts_at={AT}")
    assert "Wed 25 Nov 2026, 16:00 CET (UTC+1)" in form.text
    assert "Wed 25 Nov 2026, 10:00 EST (UTC-5)" in form.text
    answer = browser.post(
        f"{index}/new", {"kind": "presenter_training", "starts_at": AT, "note": "Polls", "recording_wanted": "y"},
        form_at=f"{index}/new?kind=presenter_training&starts_at={AT}",
    )  # fmt: skip
    assert answer.status_code == 303
    page = browser.get(answer.location).text
    assert "The session is booked" in page
    assert "Polls" in page
    assert "Asked for" in page
    assert len(outbox.all()) == 2


def test_a_double_click_books_once(client, world, index):
    window(world.agent, hours=6)
    browser = client.as_(world.contact)
    address = f"{index}/new?kind=contact_training&starts_at={AT}"
    key = FORM_KEY.search(browser.get(address).text)[1]
    data = {"kind": "contact_training", "starts_at": AT, "form_key": key}
    answers = [browser.post(f"{index}/new", data, form_at=address) for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert count() == 1


def test_a_time_taken_meanwhile_keeps_the_form_and_offers_others(client, world, congress, index):
    window(world.agent, hours=6)
    browser = client.as_(world.contact)
    booking(world.fair, world.agent, world.outside_contact)
    answer = browser.post(
        f"{index}/new",
        {"kind": "presenter_training", "starts_at": AT, "note": "Polls, please"},
        form_at=index,
    )
    assert answer.status_code == 409
    assert "Polls, please" in answer.text
    offered = re.findall(r'type="radio" name="starts_at" value="([^"]+)"', answer.text)
    assert offered == ["2026-11-25T16:30:00Z", "2026-11-25T17:00:00Z", "2026-11-25T17:30:00Z"]
    again = browser.post(
        f"{index}/new", {"kind": "presenter_training", "starts_at": offered[0]}, form_at=index
    )
    assert again.status_code == 303


def test_a_second_session_is_refused_with_the_rule_and_ways_on(client, world, congress, index, session):
    later = "2026-11-25T18:00:00Z"
    browser = client.as_(world.organiser)
    for answer in (
        browser.get(f"{index}/new?kind=presenter_training&starts_at={later}"),
        browser.post(f"{index}/new", {"kind": "presenter_training", "starts_at": later}, form_at=index),
    ):
        assert answer.status_code == 422
        assert 'href="/policies#COV-5"' in answer.text
        assert f'href="/bookings/{session.id}"' in answer.text
        assert f'href="/events/{congress.id}/tickets/new"' in answer.text
    assert count() == 1


@pytest.mark.parametrize(
    ("kind", "starts_at", "status"),
    [
        ("presenter_training", "", 422), ("presenter_training", "soon", 422), ("presenter_training", "2026-11-25T15:00:00", 422),
        ("presenter_training", "2020-01-01T00:00:00Z", 422), ("presenter_training", "2026-11-24T10:00:00Z", 422),
        ("presenter_training", "2028-01-01T00:00:00Z", 422), ("presenter_training", "2026-11-25T15:10:00Z", 409),
        ("presenter_training", "9999-12-31T23:59:59-23:59", 422), ("presenter_training", "\x00", 422),
        ("everyone", AT, 404), ("", AT, 404), ("presenters", AT, 404),
    ],
)  # fmt: skip
def test_forged_times_and_kinds(kind, starts_at, status, client, world, index):
    window(world.agent)
    browser = client.as_(world.contact)
    data = {"kind": kind, "starts_at": starts_at}
    assert browser.post(f"{index}/new", data, form_at=index).status_code == status
    assert browser.get(f"{index}/new", query_string=data).status_code == status
    assert count() == 0


def test_a_note_that_is_too_long_is_kept_with_its_error(client, world, index):
    window(world.agent)
    data = {"kind": "presenter_training", "starts_at": AT, "note": "x" * 2001}
    answer = client.as_(world.contact).post(f"{index}/new", data, form_at=index)
    assert answer.status_code == 422
    assert "within 2,000 characters" in answer.text
    assert "x" * 2001 in answer.text
    assert count() == 0


def test_no_open_time_at_all_leads_to_the_waiting_list(client, world, congress, index):
    page = client.as_(world.contact).get(f"{index}/new?kind=presenter_training&starts_at={AT}")
    assert page.status_code == 409
    assert f'href="/events/{congress.id}/waiting-list?kind=presenter_training"' in page.text


def test_a_click_on_a_time_keeps_it_and_opens_the_form_with_its_end(client, world, index):
    window(world.agent)
    browser = client.as_(world.contact)
    opened = browser.post(f"{index}/holds", FORM, form_at="/account")
    assert opened.status_code == 303
    [hold] = held()
    page = browser.get(opened.location).text
    assert "Kept for you until" in page
    assert "15:10 CET" in page
    assert 'data-seconds="600"' in page
    assert f'data-release="/holds/{hold}/release"' in page
    assert "hold.js" in page
    sent = browser.post(f"{index}/new", FORM, form_at=opened.location)
    assert sent.status_code == 303
    assert held() == []
    assert count() == 1


def test_htmx_is_led_to_the_form(client, world, index):
    window(world.agent)
    answer = client.as_(world.contact).fragment("post", f"{index}/holds", data=FORM, form_at="/account")
    assert (answer.status_code, f"{index}/new" in answer.headers["HX-Redirect"]) == (204, True)


def test_reading_the_form_keeps_nothing_and_says_so(client, world, index):
    window(world.agent)
    page = client.as_(world.contact).get(f"{index}/new", query_string=FORM).text
    assert "not kept for you" in page
    assert held() == []


def test_a_time_that_was_just_taken_opens_the_form_with_the_next_three(client, world, index):
    window(world.agent, hours=6)
    booking(world.fair, world.agent, world.outside_contact)
    answer = client.as_(world.contact).post(f"{index}/holds", FORM, form_at="/account")
    assert answer.status_code == 409
    assert len(re.findall(r'type="radio" name="starts_at"', answer.text)) == 3


def test_a_hold_that_ran_out_keeps_what_was_typed_and_books_on_the_second_try(client, world, index, clock):
    window(world.agent)
    browser = client.as_(world.contact)
    opened = browser.post(f"{index}/holds", FORM, form_at="/account").location
    [hold] = held()
    form = FORM | {"hold": str(hold), "note": "Polls, please"}
    clock.shift(601)
    late = browser.post(f"{index}/new", form, form_at=opened)
    assert late.status_code == 409
    assert "no longer kept for you" in late.text
    assert "Polls, please" in late.text
    offered = re.findall(r'type="radio" name="starts_at" value="([^"]+)"', late.text)
    assert offered[0] == AT
    assert re.search(r'name="hold"[^>]*value=""', late.text)
    again = browser.post(f"{index}/new", FORM | {"note": "Polls, please", "hold": ""}, form_at=opened)
    assert again.status_code == 303
    assert count() == 1


def test_leaving_the_form_gives_the_time_back(client, world, index):
    window(world.agent)
    browser = client.as_(world.contact)
    browser.post(f"{index}/holds", FORM, form_at="/account")
    [hold] = held()
    assert browser.post(f"/holds/{hold}/release", {"left": "1"}, form_at="/account").status_code == 204
    assert held() == []
    assert browser.post(f"/holds/{hold}/release", form_at="/account").status_code == 404


@pytest.mark.parametrize(
    ("kind", "starts_at", "status"),
    [("presenter_training", "soon", 422), ("presenter_training", "2020-01-01T00:00:00Z", 422), ("everyone", AT, 404),
     ("presenter_training", "2026-11-25T15:10:00Z", 409), ("exhibitor_training", "", 422)],
)  # fmt: skip
def test_forged_holds_keep_nothing(kind, starts_at, status, client, world, index):
    window(world.agent)
    data = {"kind": kind, "starts_at": starts_at, "ticket": "\x00"}
    assert client.as_(world.contact).post(f"{index}/holds", data, form_at="/account").status_code == status
    assert held() == []


def test_a_contact_removed_meanwhile_books_nothing(client, world, index):
    from portal.accounts.models import Grant
    from portal.clock import now

    window(world.agent)
    browser = client.as_(world.contact)
    opened = browser.post(f"{index}/holds", FORM, form_at="/account").location
    gone = db.update(Grant).where(Grant.person_id == world.contact.id).values(ended_at=now())
    db.session.execute(gone)
    db.session.commit()
    assert browser.get(opened).status_code == 404
    assert browser.post(f"{index}/new", FORM, form_at="/account").status_code == 404
    assert count() == 0

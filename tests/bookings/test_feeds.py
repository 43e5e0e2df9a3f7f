"""The private feed: what its person may see at this moment, and nothing for any other address (WHO-6)."""

import re

import icalendar
import pytest
import vobject
from sqlalchemy import select

from portal import create_app
from portal.accounts.grants import end_grant
from portal.accounts.models import Grant, Person
from portal.accounts.tokens import digest
from portal.audit.models import AuditEntry
from portal.bookings.endings import cancel_booking
from portal.bookings.feeds import end_feed, feed_behind, make_feed
from portal.bookings.models import Booking
from portal.bookings.models_calendars import CalendarFeed
from portal.db import db, in_transaction
from portal.errors import Conflict
from portal.web.rate_limits import limiter
from tests.bookings.sessions import book, utc, window
from tests.conftest import test_settings as settings_of

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture
def session(world, congress):
    window(world.agent)
    return book(world.contact, congress)


def read(client, token, **options):
    return client.browser.get(f"/calendar/{token}.ics", **options)


def uids(text):
    calendar = icalendar.Calendar.from_ical(text)
    found = [str(entry["UID"]) for entry in calendar.walk("VEVENT")]
    assert found == [entry.uid.value for entry in vobject.readOne(text).contents.get("vevent", [])]
    return found


def test_a_person_makes_one_sees_it_once_and_reads_it(world, client, outbox, session):
    outbox.all()
    browser = client.as_(world.contact)
    assert "No calendar address yet" in browser.get("/account/calendar").text
    page = browser.post("/account/calendar").text
    [token] = set(re.findall(r"/calendar/([\w-]+)\.ics", page))
    assert f"webcal://127.0.0.1:8000/calendar/{token}.ics" in page
    assert token not in browser.get("/account/calendar").text
    assert db.session.scalars(select(CalendarFeed.token_hash)).all() == [digest(token)]
    assert outbox.subjects() == ["Your calendar address was made -> contact@people.example"]
    answer = read(client, token)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Set-Cookie" not in answer.headers
    assert uids(answer.text) == [session.calendar_uid]
    assert "METHOD:PUBLISH" in answer.text
    assert "ATTENDEE" not in answer.text


def test_what_has_not_changed_is_not_sent_again(world, client, session):
    token = make_feed(world.actor("contact"))
    first = read(client, token)
    again = read(client, token, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    cancel_booking(world.actor("contact"), session.id)
    changed = read(client, token, headers={"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, uids(changed.text)) == (200, [])


def test_it_holds_what_its_person_holds_or_attends_and_no_more(world, session):
    window(world.manager, utc("2026-11-26 15:00"))
    other = book(world.other_contact, world.congress, "contacts", utc("2026-11-26 15:00"))
    assert uids(feed_behind(make_feed(world.actor("contact")))) == [session.calendar_uid]
    assert uids(feed_behind(make_feed(world.actor("agent")))) == [session.calendar_uid]
    assert uids(feed_behind(make_feed(world.actor("manager")))) == [other.calendar_uid]
    for name in ("organiser", "outsider", "outside_contact", "admin", "nobody"):
        assert uids(feed_behind(make_feed(world.actor(name)))) == []


def test_a_session_that_passed_to_another_is_theirs_alone(world, session):
    held = db.session.get_one(Booking, session.id)
    held.handed_to_id = world.other_contact.id
    db.session.commit()
    assert uids(feed_behind(make_feed(world.actor("contact")))) == []
    assert uids(feed_behind(make_feed(world.actor("other_contact")))) == [session.calendar_uid]


def test_who_was_removed_reads_nothing_more_from_that_moment(world, client, session):
    token = make_feed(world.actor("contact"))
    first = read(client, token)
    grant = db.session.scalar(select(Grant.id).where(Grant.person_id == world.contact.id))
    in_transaction(lambda: end_grant(grant))
    after = read(client, token, headers={"If-None-Match": first.headers["ETag"]})
    assert (after.status_code, uids(after.text)) == (200, [])


def test_a_closed_account_has_no_feed(world, client, session):
    token = make_feed(world.actor("contact"))
    db.session.get_one(Person, world.contact.id).disabled_at = session.booked_at
    db.session.commit()
    assert read(client, token).status_code == 404


def test_a_new_address_ends_the_old_one_and_an_ended_one_opens_nothing(world, client, session):
    old, new = make_feed(world.actor("contact")), make_feed(world.actor("contact"))
    assert (read(client, old).status_code, read(client, new).status_code) == (404, 200)
    browser = client.as_(world.contact)
    assert browser.post("/account/calendar/end", form_at="/account/calendar").status_code == 303
    assert read(client, new).status_code == 404
    with pytest.raises(Conflict):
        end_feed(world.actor("contact"))
    trail = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject_type == "calendar_feed").order_by(AuditEntry.id)
    )
    assert trail.all() == ["calendar_feed.made", "calendar_feed.renewed", "calendar_feed.ended"]


@pytest.mark.parametrize("token", ["x", "x" * 5000, "%00", "a.b", "..%2f..", "%F0%9F%92%A9"])
def test_an_address_of_nobody_opens_nothing(world, client, token):
    assert read(client, token).status_code == 404


def test_nobody_makes_one_for_somebody_else(world, client):
    assert "/sign-in" in client.get("/account/calendar").headers["Location"]
    assert client.post("/account/calendar").status_code == 400
    assert db.session.scalars(select(CalendarFeed.id)).all() == []


def test_an_address_is_not_read_without_end(database_url, world, tmp_path, session):
    token = make_feed(world.actor("contact"))
    made = create_app(settings_of(database_url, tmp_path, rate_limits=True))
    try:
        reader = made.test_client()
        statuses = [reader.get(f"/calendar/{token}.ics").status_code for _ in range(62)]
        other = reader.get("/calendar/another.ics").status_code
    finally:
        limiter.enabled = False
        with made.app_context():
            db.engine.dispose()
    assert statuses == [200] * 60 + [429] * 2
    assert other == 404

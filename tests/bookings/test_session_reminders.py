"""Reminders, a day and an hour before: once for each time, to host and customer, for those who want them."""

from datetime import timedelta

import pytest
from sqlalchemy.dialects.postgresql import Range

from portal.accounts.actor import SYSTEM
from portal.accounts.models import Person
from portal.bookings.endings import cancel_booking
from portal.bookings.letters import send_moved
from portal.bookings.queries import session_for
from portal.bookings.reminders import remind_of_sessions
from portal.db import db, in_transaction
from portal.mail.models import OutboundMail
from tests.bookings.sessions import WEDNESDAY, book, booking, window

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def session(world, congress, outbox):
    window(world.agent)
    made = book(world.contact, congress)
    outbox.all()
    return made


@pytest.fixture
def reminded(outbox):
    def sent():
        remind_of_sessions(SYSTEM)
        return sorted(mail.address for mail in outbox.all())

    return sent


def test_both_are_reminded_a_day_and_an_hour_before_and_once(world, session, reminded, clock):
    both = sorted([world.contact.email, world.agent.email])
    clock.move_to(WEDNESDAY - DAY - timedelta(minutes=1))
    assert reminded() == []
    clock.move_to(WEDNESDAY - DAY)
    assert [reminded(), reminded()] == [both, []]
    clock.move_to(WEDNESDAY - HOUR)
    assert [reminded(), reminded()] == [both, []]
    clock.move_to(WEDNESDAY)
    assert reminded() == []


def test_a_worker_that_was_away_sends_only_what_still_helps(session, reminded, clock):
    clock.move_to(WEDNESDAY - timedelta(minutes=30))
    assert len(reminded()) == 2
    assert reminded() == []


def test_what_is_booked_at_short_notice_was_told_just_now(world, congress, outbox, clock, reminded):
    window(world.agent)
    clock.move_to(WEDNESDAY - timedelta(hours=23))
    booking(congress, world.agent, world.contact)
    assert reminded() == []
    clock.move_to(WEDNESDAY - HOUR)
    assert len(reminded()) == 2


def test_nobody_is_reminded_of_a_cancelled_session(world, session, outbox, reminded, clock, run_jobs):
    clock.move_to(WEDNESDAY - DAY)
    assert len(reminded()) == 2
    cancel_booking(world.actor("contact"), session.id)
    states = {
        mail.cause.split(":")[0]: mail.state
        for mail in db.session.scalars(db.select(OutboundMail).where(OutboundMail.state != "sent"))
    }
    # What waited to be sent is kept back.
    assert states["session-reminder"] == "withheld"
    outbox.all()
    clock.move_to(WEDNESDAY - HOUR)
    assert reminded() == []


def test_a_session_that_was_moved_has_reminders_of_its_own(world, session, outbox, reminded, clock):
    clock.move_to(WEDNESDAY - DAY)
    reminded()
    move(world, session, WEDNESDAY + timedelta(days=2))
    outbox.all()
    clock.move_to(WEDNESDAY - HOUR)
    assert reminded() == []
    clock.move_to(WEDNESDAY + DAY)
    assert len(reminded()) == 2


def test_who_does_not_want_them_gets_none(world, session, reminded, clock, client):
    browser = client.as_(world.contact)
    browser.post("/account/mail", {"wanted": ["wishes"]}, form_at="/account")
    db.session.remove()
    assert "reminders" in db.session.get_one(Person, world.contact.id).unwanted_mail
    clock.move_to(WEDNESDAY - DAY)
    assert reminded() == [world.agent.email]


def test_the_mail_says_when_and_how_to_join(world, session, outbox, clock):
    clock.move_to(WEDNESDAY - DAY)
    remind_of_sessions(SYSTEM)
    [to_host, to_guest] = sorted(outbox.all(), key=lambda mail: mail.address)
    assert "You hold it, for Contact." in to_host.body_text
    assert f"/bookings/{session.id}/join-link" in to_host.body_text
    assert "Agent writes beforehand how to join." in to_guest.body_text
    assert to_guest.optional == "reminders"
    assert "Wednesday" in to_guest.subject or "Nov" in to_guest.subject


def move(world, session, starts_at):
    def work():
        booking = session_for(SYSTEM, session.id)
        was, booking.calendar_sequence = booking.starts_at, booking.calendar_sequence + 1
        booking.starts_at, booking.ends_at = starts_at, starts_at + HOUR
        booking.busy = Range(starts_at - timedelta(minutes=10), starts_at + timedelta(minutes=75))
        db.session.flush()
        send_moved(booking, world.actor("agent"), was=was)

    in_transaction(work)

"""The session in people's calendars: the mail as it really arrives, read back by two calendar libraries."""

from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from portal.accounts.models import Person
from portal.bookings.endings import cancel_booking
from portal.bookings.joining import set_join_link
from portal.bookings.letters import invitation_to
from portal.bookings.models import Booking
from portal.bookings.models_calendars import SessionReply
from portal.bookings.moving import hand_to_host, move_booking
from portal.clock import now
from portal.db import db
from portal.mail.addresses import session_address
from tests.bookings.calendars import calendar_text, entry_in, stamp_of
from tests.bookings.sessions import WEDNESDAY, book, window

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

pytestmark = pytest.mark.usefixtures("outbox", "takes_mail")


@pytest.fixture
def session(world, congress):
    window(world.agent)
    return book(world.contact, congress)


def arrived(run_jobs):
    """What everybody's calendar got, by address, with the mail's own headers checked."""
    found = {}
    for message in run_jobs():
        entry = entry_in(calendar_text(message))
        assert entry.organiser.removeprefix("mailto:") in message["Reply-To"]
        assert entry.attendee == f"mailto:{message['To']}"
        found[message["To"]] = entry
    return found


def test_a_life_of_invite_move_and_cancel(session, world, run_jobs, clock):
    db.session.get_one(Person, world.contact.id).name = "Zoë Ångström, «Kongressbüro»"
    db.session.commit()
    host, guest = world.agent.email, world.contact.email
    invited = arrived(run_jobs)
    assert set(invited) == {host, guest}
    first = invited[guest]
    assert (first.method, first.sequence, first.status) == ("REQUEST", 0, "CONFIRMED")
    assert (first.partstat, first.rsvp) == ("NEEDS-ACTION", "TRUE")
    assert (first.starts_at, first.ends_at) == (WEDNESDAY, WEDNESDAY + HOUR)
    assert first.summary == "Training for presenters: Congress"
    assert first.organiser == f"mailto:{session_address(session.id, world.contact.id)}"
    clock.shift(timedelta(minutes=5))
    move_booking(world.actor("contact"), session.id, WEDNESDAY + HOUR)
    moved = arrived(run_jobs)
    assert {entry.uid for entry in (*invited.values(), *moved.values())} == {session.calendar_uid}
    assert {(entry.method, entry.sequence) for entry in moved.values()} == {("REQUEST", 1)}
    assert moved[guest].starts_at == WEDNESDAY + HOUR
    set_join_link(world.actor("agent"), session.id, "https://meet.example/1")
    linked = arrived(run_jobs)
    assert {(entry.method, entry.sequence, entry.location) for entry in linked.values()} == {
        ("REQUEST", 2, "https://meet.example/1")
    }
    cancel_booking(world.actor("contact"), session.id)
    struck = arrived(run_jobs)
    assert set(struck) == {host, guest}
    assert {(entry.method, entry.sequence, entry.status, entry.uid) for entry in struck.values()} == {
        ("CANCEL", 3, "CANCELLED", session.calendar_uid)
    }
    assert {entry.location for entry in struck.values()} == {""}
    assert {entry.rsvp for entry in struck.values()} == {"FALSE"}


def test_another_host_is_invited_and_the_former_one_struck_out(session, world, run_jobs):
    run_jobs()
    window(world.manager, WEDNESDAY + 7 * DAY)
    hand_to_host(world.actor("manager"), session.id, world.manager.id, "Agent is ill.")
    got = arrived(run_jobs)
    assert {to: (entry.method, entry.sequence) for to, entry in got.items()} == {
        world.contact.email: ("REQUEST", 1), world.manager.email: ("REQUEST", 1), world.agent.email: ("CANCEL", 1),
    }  # fmt: skip
    assert len({entry.uid for entry in got.values()}) == 1


def test_the_domain_of_the_identity_is_that_of_the_mail(app, session):
    assert session.calendar_uid.endswith(f"@{app.config['MAIL_DOMAIN']}")


def test_what_was_answered_about_this_time_stays_and_about_another_is_asked_anew(session, world, run_jobs):
    db.session.add(
        SessionReply(
            booking_id=session.id, person_id=world.contact.id, answer="accepted", sequence=0, stamped_at=now(),
            standing="counts",
        )
    )  # fmt: skip
    db.session.commit()
    text = invitation_to(session, "C", world.contact.email, person_id=world.contact.id).content
    assert entry_in(text).partstat == "ACCEPTED"
    run_jobs()
    move_booking(world.actor("contact"), session.id, WEDNESDAY + HOUR)
    assert arrived(run_jobs)[world.contact.email].partstat == "NEEDS-ACTION"


def test_of_two_with_one_sequence_the_later_stamp_tells(session, world, clock):
    first = invitation_to(session, "C", world.contact.email).content
    clock.shift(timedelta(seconds=90))
    second = invitation_to(session, "C", world.contact.email).content
    assert stamp_of(second) - stamp_of(first) == timedelta(seconds=90)
    assert stamp_of(first) == now() - timedelta(seconds=90)


def test_nobody_is_asked_where_no_answer_could_come_in(app, session, world):
    settings = app.extensions["settings"]
    app.extensions["settings"] = settings.model_copy(update={"inbound_address": None})
    try:
        entry = invitation_to(session, "C", world.contact.email, person_id=world.contact.id)
    finally:
        app.extensions["settings"] = settings
    assert entry.answers_to == ""
    read = entry_in(entry.content)
    assert (read.rsvp, read.partstat, read.organiser) == (
        "FALSE",
        "ACCEPTED",
        "mailto:support@conference-tracker.example",
    )


@pytest.mark.parametrize(
    "name", ['Jo "Mac" O;Hara, Ü', "Line\r\nATTENDEE:mailto:evil@x.example", "日本語" * 40]
)
def test_names_cannot_add_lines(name, session, world):
    session.event.name = name
    content = invitation_to(session, name, world.contact.email).content
    [entry] = Calendar.from_ical(content).walk("VEVENT")
    assert not isinstance(entry["ATTENDEE"], list)
    assert str(entry["SUMMARY"]).replace("\n", "").endswith(name.replace("\r", "").replace("\n", ""))
    assert all(len(line.encode()) <= 75 for line in content.split("\r\n"))
    db.session.rollback()


def test_the_identity_never_changes(session, world):
    cancel_booking(world.actor("contact"), session.id)
    kept = db.session.scalar(select(Booking.calendar_uid).where(Booking.id == session.id))
    assert kept == session.calendar_uid

"""The session in people's calendars: read back by a calendar library, and out of a real mail."""

from datetime import UTC

import pytest
from icalendar import Calendar

from portal.bookings.endings import cancel_booking
from portal.bookings.letters import invitation_to
from portal.db import db
from tests.bookings.sessions import WEDNESDAY, book, window

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture
def session(world, congress):
    window(world.agent)
    return book(world.contact, congress)


def entry_of(text):
    calendar = Calendar.from_ical(text)
    [entry] = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), entry


def test_a_request(app, session, world):
    method, entry = entry_of(invitation_to(session, "Contact", world.contact.email).content)
    assert method == "REQUEST"
    assert str(entry["UID"]) == f"session-{session.id}@conference-tracker.example"
    assert (entry["SEQUENCE"], str(entry["STATUS"])) == (0, "CONFIRMED")
    assert entry.decoded("DTSTART") == WEDNESDAY
    assert entry.decoded("DTEND").astimezone(UTC).hour == 16
    assert str(entry["SUMMARY"]) == "Training for presenters: Congress"
    assert str(entry["URL"]) == f"http://127.0.0.1:8000/bookings/{session.id}"
    assert str(entry["ORGANIZER"]) == "mailto:support@conference-tracker.example"
    assert str(entry["ATTENDEE"]) == f"mailto:{world.contact.email}"
    assert entry["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"


def test_a_cancellation_keeps_the_uid_and_raises_the_sequence(session, world):
    uid = entry_of(invitation_to(session, "Contact", world.contact.email).content)[1]["UID"]
    cancelled = cancel_booking(world.actor("contact"), session.id)
    method, entry = entry_of(invitation_to(cancelled, "Contact", world.contact.email).content)
    assert (method, str(entry["UID"]), entry["SEQUENCE"]) == ("CANCEL", str(uid), 1)
    assert str(entry["STATUS"]) == "CANCELLED"
    assert entry.decoded("DTSTART") == WEDNESDAY


@pytest.mark.parametrize(
    "name", ['Jo "Mac" O;Hara, Ü', "Line\r\nATTENDEE:mailto:evil@x.example", "日本語" * 40]
)
def test_names_cannot_add_lines(name, session, world):
    session.event.name = name
    content = invitation_to(session, name, world.contact.email).content
    _, entry = entry_of(content)
    assert not isinstance(entry["ATTENDEE"], list)
    assert str(entry["SUMMARY"]).replace("\n", "").endswith(name.replace("\r", "").replace("\n", ""))
    assert all(len(line.encode()) <= 75 for line in content.split("\r\n"))
    db.session.rollback()


def test_the_mail_carries_the_invitation_as_a_calendar_part(session, world, run_jobs):
    messages = {message["To"]: message for message in run_jobs()}
    assert set(messages) == {world.contact.email, world.agent.email}
    part = calendar_part(messages[world.contact.email])
    assert part.get_param("method") == "REQUEST"
    assert part.get_content_charset() == "utf-8"
    method, entry = entry_of(part.get_content())
    assert (method, entry["SEQUENCE"]) == ("REQUEST", 0)
    assert str(entry["ATTENDEE"]) == f"mailto:{world.contact.email}"


def test_the_notice_of_cancellation_carries_its_own(session, world, run_jobs):
    run_jobs()
    cancel_booking(world.actor("contact"), session.id)
    for message in run_jobs():
        part = calendar_part(message)
        assert part.get_param("method") == "CANCEL"
        assert entry_of(part.get_content())[1]["SEQUENCE"] == 1


def calendar_part(message):
    # An alternative of the text, which is how mail programs know it for an invitation.
    [alternative] = [part for part in message.walk() if part.get_content_type() == "multipart/alternative"]
    kinds = [part.get_content_type() for part in alternative.iter_parts()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    return list(alternative.iter_parts())[-1]

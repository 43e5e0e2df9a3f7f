"""Answers of calendars by mail: noted on their session, and never more than that (RFC 5546)."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts.grants import end_grant
from portal.accounts.models import Grant
from portal.audit.models import AuditEntry
from portal.bookings.answers import answers_to, partstat_of
from portal.bookings.endings import cancel_booking
from portal.bookings.models import Booking
from portal.bookings.models_calendars import SessionReply
from portal.bookings.replies import FORGED, NOT_INVITED, NOT_THEIR_ADDRESS, NOT_THEIR_NAME, SEVERAL
from portal.db import db, in_transaction
from portal.inbound import reasons
from portal.inbound.filing import file_mail
from portal.mail.addresses import session_address
from portal.tickets.models import Ticket
from tests.bookings.sessions import book, utc, window
from tests.inbound.letters import brought, filed, letter, stored
from tests.people import contact

pytestmark = pytest.mark.usefixtures("takes_mail")

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def session(world, outbox):
    window(world.agent)
    made = book(world.contact, world.congress, "contacts")
    outbox.all()
    return made


def answer(session, person, partstat="ACCEPTED", *, sequence=0, at=NOW, to=None, **changes):
    """A mail such as calendar programs send it when somebody answers an invitation."""
    method = changes.pop("method", "REPLY")
    named = changes.pop("attendees", (person.email,))
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Somebody//Calendar//EN", f"METHOD:{method}", "BEGIN:VEVENT",
        f"UID:{changes.pop('uid', session.calendar_uid)}", f"SEQUENCE:{sequence}",
        f"DTSTAMP:{at:%Y%m%dT%H%M%SZ}", f"DTSTART:{changes.pop('starts_at', session.starts_at):%Y%m%dT%H%M%SZ}",
        f"ORGANIZER:mailto:{session_address(session.id, person.id)}",
        *(f"ATTENDEE;PARTSTAT={partstat}:mailto:{email}" for email in named), *changes.pop("more", ()),
        "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    mail = EmailMessage()
    mail["Subject"], mail["From"] = f"{partstat.title()}: Training", changes.pop("sender", person.email)
    mail["To"] = to or session_address(session.id, person.id)
    mail["Message-ID"] = f"<{sequence}.{at:%H%M%S}.{partstat}.{person.id}@calendar.example>"
    for name, value in changes.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("")
    mail.add_alternative("\r\n".join(lines), subtype="calendar", params={"method": method})
    return mail.as_bytes(), mail["To"]


def sent(*args, **changes):
    raw, to = answer(*args, **changes)
    return filed(raw, to=to)


def replies(session):
    db.session.remove()
    return list(
        db.session.scalars(
            select(SessionReply).where(SessionReply.booking_id == session.id).order_by(SessionReply.id)
        )
    )


def standings(session):
    return [(reply.answer, reply.standing) for reply in replies(session)]


def fresh(session):
    db.session.remove()
    return db.session.get_one(Booking, session.id)


@pytest.mark.parametrize("partstat", ["ACCEPTED", "TENTATIVE"])
def test_an_answer_is_noted_and_nobody_is_mailed(session, world, outbox, partstat):
    mail = sent(session, world.contact, partstat)
    assert (mail.state, mail.reason, mail.person_id) == ("ignored", reasons.CALENDAR, world.contact.id)
    assert standings(session) == [(partstat.lower(), "counts")]
    assert partstat_of(fresh(session), world.contact.id) == partstat
    assert outbox.all() == []
    assert db.session.scalars(select(Ticket.id)).all() == []
    noted = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "booking.answered")).one()
    assert noted.after == {"by": world.contact.id, "answer": partstat.lower(), "standing": "counts"}


def test_a_customer_who_declines_is_asked_and_the_host_told(session, world, outbox):
    sent(session, world.contact, "DECLINED", more=("COMMENT:I am in the air then.",))
    to_host, to_guest = sorted(outbox.all(), key=lambda mail: mail.address != world.agent.email)
    assert to_host.subject == "Declined by Contact: Training for Technical Contacts, Congress"
    assert "> I am in the air then." in to_host.body_text
    assert (to_guest.address, to_guest.subject) == (
        world.contact.email,
        "Still booked: Training for Technical Contacts, Congress",
    )
    assert f"/bookings/{session.id}/cancellation" in to_guest.body_text
    assert f"/bookings/{session.id}/move" in to_guest.body_text
    assert fresh(session).state == "confirmed"


def test_a_host_who_declines_still_has_it_and_managers_know(session, world, outbox):
    sent(session, world.agent, "DECLINED")
    assert {mail.address: mail.subject.split(":")[0] for mail in outbox.all()} == {
        world.agent.email: "Still yours to hold",
        world.manager.email: "Agent declined to hold",
        world.second_manager.email: "Agent declined to hold",
    }
    assert fresh(session).state == "confirmed"


def test_the_host_hears_of_a_customer_who_comes_after_all(session, world, outbox, clock):
    sent(session, world.contact, "DECLINED")
    outbox.all()
    clock.shift(timedelta(seconds=5))
    sent(session, world.contact, "ACCEPTED", at=NOW + timedelta(seconds=5))
    assert standings(session) == [("declined", "replaced"), ("accepted", "counts")]
    assert [(mail.address, mail.subject.split(":")[0]) for mail in outbox.all()] == [
        (world.agent.email, "Coming after all")
    ]


def test_what_was_said_already_is_not_told_again(session, world, outbox, clock):
    sent(session, world.contact, "DECLINED")
    assert len(outbox.all()) == 2
    clock.shift(timedelta(minutes=1))
    sent(session, world.contact, "DECLINED", at=NOW + timedelta(minutes=1))
    assert standings(session) == [("declined", "replaced"), ("declined", "counts")]
    assert outbox.all() == []
    held = fresh(session)
    held.calendar_sequence = held.time_sequence = 1
    db.session.commit()
    sent(session, world.contact, "DECLINED", sequence=1, at=NOW + timedelta(minutes=1))
    assert len(outbox.all()) == 2


def test_another_time_is_answered_politely_and_changes_nothing(session, world, outbox):
    asked = utc("2026-11-26 09:00")
    sent(session, world.contact, "TENTATIVE", method="COUNTER", starts_at=asked)
    [reply] = replies(session)
    assert (reply.answer, reply.standing, reply.proposed_at) == ("counter", "counts", asked)
    [mail] = outbox.all()
    assert (mail.address, mail.subject.split(":")[0]) == (world.contact.email, "Choose another time")
    assert "first come, first served (rule HOW-5)" in mail.body_text
    assert fresh(session).starts_at == session.starts_at


def test_the_newest_of_a_person_counts_in_whatever_order_they_come(session, world, outbox, clock):
    clock.shift(timedelta(minutes=10))
    sent(session, world.contact, "DECLINED", at=NOW + timedelta(minutes=5))
    late = sent(session, world.contact, "ACCEPTED", at=NOW + timedelta(minutes=1))
    again = sent(session, world.contact, "TENTATIVE", at=NOW + timedelta(minutes=5))
    assert [late.reason, again.reason] == [reasons.CALENDAR_LATE] * 2
    assert standings(session) == [("declined", "counts"), ("accepted", "late"), ("tentative", "late")]


def test_a_higher_sequence_outweighs_a_later_moment(session, world, outbox, clock):
    clock.shift(timedelta(minutes=10))
    fresh(session).calendar_sequence = 1
    db.session.commit()
    sent(session, world.contact, "ACCEPTED", sequence=1, at=NOW)
    sent(session, world.contact, "DECLINED", sequence=0, at=NOW + timedelta(minutes=5))
    assert standings(session) == [("accepted", "counts"), ("declined", "late")]


def test_an_answer_about_the_time_before_a_move_is_late(session, world, outbox):
    held = fresh(session)
    held.calendar_sequence = held.time_sequence = 1
    db.session.commit()
    assert sent(session, world.contact, "DECLINED").reason == reasons.CALENDAR_LATE
    assert standings(session) == [("declined", "late")]
    assert outbox.all() == []


def test_a_moment_to_come_does_not_outweigh_what_is_answered_later(session, world, outbox, clock):
    sent(session, world.contact, "DECLINED", at=NOW + timedelta(days=900), sequence=0)
    clock.shift(timedelta(minutes=1))
    sent(session, world.contact, "ACCEPTED", at=NOW + timedelta(minutes=1))
    assert standings(session) == [("declined", "replaced"), ("accepted", "counts")]


def test_a_sequence_that_was_never_sent_does_not_outweigh_the_next(session, world, outbox, clock):
    sent(session, world.contact, "DECLINED", sequence=2_000_000_000)
    clock.shift(timedelta(minutes=1))
    sent(session, world.contact, "ACCEPTED", at=NOW + timedelta(minutes=1))
    assert standings(session)[-1] == ("accepted", "counts")


def test_the_same_mail_twice_is_noted_once(session, world, outbox):
    raw, to = answer(session, world.contact)
    mail_id = brought(raw, to=to)
    file_mail(mail_id)
    file_mail(mail_id)
    assert stored(mail_id).state == "ignored"
    assert standings(session) == [("accepted", "counts")]


def test_an_answer_to_a_cancelled_session_is_late(session, world, outbox):
    cancel_booking(world.actor("contact"), session.id)
    outbox.all()
    sent(session, world.contact, "DECLINED", sequence=1)
    assert standings(session) == [("declined", "late")]
    assert outbox.all() == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"sender": "somebody@else.example"}, NOT_THEIR_NAME),
        ({"attendees": ("somebody@else.example",)}, NOT_THEIR_NAME),
        ({"attendees": ("contact@people.example", "agent@people.example")}, SEVERAL),
        ({"to": "support@conf.example"}, NOT_THEIR_ADDRESS),
        ({"to": "support+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@conf.example"}, NOT_THEIR_ADDRESS),
    ],
)
def test_what_nobody_vouches_for_is_noted_and_not_acted_on(session, world, outbox, changes, why):
    mail = sent(session, world.contact, "DECLINED", **changes)
    assert (mail.state, mail.reason, mail.person_id) == ("ignored", reasons.CALENDAR_REFUSED, None)
    [reply] = replies(session)
    assert (reply.standing, reply.reason) == ("refused", why)
    assert partstat_of(fresh(session), world.contact.id) == "NEEDS-ACTION"
    assert outbox.all() == []


def test_two_senders_are_nobody(session, world, outbox):
    mail = sent(session, world.contact, "DECLINED", sender=f"{world.contact.email}, x@else.example")
    assert mail.reason == reasons.CALENDAR_REFUSED
    assert outbox.all() == []


def test_what_the_mail_server_doubts_is_not_acted_on(app, session, world, outbox):
    settings = app.extensions["settings"]
    app.extensions["settings"] = settings.model_copy(update={"inbound_judge": "mx.conf.example"})
    try:
        verdict = "mx.conf.example; dmarc=fail header.from=people.example"
        sent(session, world.contact, "DECLINED", Authentication_Results=verdict)
    finally:
        app.extensions["settings"] = settings
    [reply] = replies(session)
    assert (reply.standing, reply.reason) == ("refused", FORGED)
    assert outbox.all() == []


@pytest.mark.parametrize("who", ["other_contact", "outsider", "manager"])
def test_who_is_not_invited_answers_for_nobody(session, world, outbox, who):
    sent(session, getattr(world, who), "DECLINED")
    [reply] = replies(session)
    assert (reply.standing, reply.reason, reply.person_id) == ("refused", NOT_INVITED, None)
    assert outbox.all() == []


def test_the_address_of_another_session_vouches_for_nothing(session, world, outbox):
    window(world.manager, utc("2026-11-26 15:00"))
    other = book(world.contact, world.congress, "contacts", utc("2026-11-26 15:00"))
    outbox.all()
    sent(session, world.contact, "DECLINED", to=session_address(other.id, world.contact.id))
    assert [reply.reason for reply in replies(session)] == [NOT_THEIR_ADDRESS]


def test_who_was_removed_answers_nothing_more(session, world, outbox):
    grant = db.session.scalar(select(Grant.id).where(Grant.person_id == world.contact.id))
    in_transaction(lambda: end_grant(grant))
    sent(session, world.contact, "DECLINED")
    assert [reply.reason for reply in replies(session)] == [NOT_INVITED]
    assert outbox.all() == []


def test_an_answer_to_nothing_of_ours_is_told_as_such(session, world, outbox):
    mail = sent(session, world.contact, "DECLINED", uid="session-1@elsewhere.example")
    assert (mail.state, mail.reason) == ("ignored", reasons.CALENDAR_UNKNOWN)
    assert replies(session) == []


@pytest.mark.parametrize(
    "subject", ["Accepted: Training", "Declined: Training", "Zugesagt: Training", "Tentative: x"]
)
def test_a_subject_alone_is_no_answer(session, world, outbox, subject):
    mail = filed(
        letter(world.contact.email, "", subject=subject), to=session_address(session.id, world.contact.id)
    )
    assert (mail.state, mail.reason) == ("ignored", reasons.CALENDAR_WORDS)
    assert replies(session) == []
    assert outbox.all() == []


def test_words_instead_of_an_answer_are_a_ticket_of_the_event(session, world, outbox):
    contact(world.workshop, world.contact)
    db.session.commit()
    mail = filed(
        letter(world.contact.email, "Could Kim join as well?", subject="Re: Booked: Training"),
        to=session_address(session.id, world.contact.id),
    )
    assert mail.state == "filed"
    assert db.session.get_one(Ticket, mail.ticket_id).event_id == world.congress.id


def test_words_of_a_host_wait_for_staff(session, world, outbox):
    mail = filed(letter(world.agent.email, "I am ill."), to=session_address(session.id, world.agent.id))
    assert (mail.state, mail.reason) == ("quarantined", reasons.STAFF)


def test_the_page_tells_both_sides_and_what_was_refused_to_staff_alone(session, world, outbox, client):
    sent(session, world.contact, "TENTATIVE")
    sent(session, world.contact, "DECLINED", at=NOW + timedelta(seconds=1), sender="x@else.example")
    known = answers_to(fresh(session), with_refused=True)
    assert [one.reply and one.reply.answer for one in known.invited] == ["tentative", None]
    page = client.as_(world.contact).get(f"/bookings/{session.id}").text
    assert "Perhaps" in page
    assert "No answer yet" in page
    assert NOT_THEIR_NAME not in page
    assert NOT_THEIR_NAME in client.as_(world.agent).get(f"/bookings/{session.id}").text
    assert client.as_(world.outsider).get(f"/bookings/{session.id}").status_code == 404


def test_what_was_written_with_an_answer_reaches_the_host(session, world, outbox):
    sent(session, world.contact, "ACCEPTED", more=("COMMENT:Could we begin with badges?",))
    [mail] = outbox.all()
    assert (mail.address, mail.subject.split(":")[0]) == (world.agent.email, "Contact wrote about")
    assert "> Could we begin with badges?" in mail.body_text


@pytest.mark.parametrize("program", ["google", "exchange", "apple"])
def test_answers_as_calendar_programs_shape_them_count(session, world, outbox, program):
    raw = PROGRAMS[program](session, world.contact.email, session_address(session.id, world.contact.id))
    mail = filed(raw, to=session_address(session.id, world.contact.id), sender=world.contact.email)
    assert (mail.reason, mail.files) == (reasons.CALENDAR, [])
    [reply] = replies(session)
    assert (reply.answer, reply.standing) == ("tentative", "counts")
    assert (
        reply.comment == {"exchange": "If the hall is free.", "google": "Perhaps late", "apple": ""}[program]
    )


def _google(session, email, to):
    """A mixed mail: text that the program wrote by itself, the answer, and once more as a file."""
    entry = _entry(
        session, to,
        f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=TENTATIVE;CN={email};X-NUM-GUESTS=0;"
        f"X-RESPONSE-COMMENT=\"Perhaps late\":mailto:{email}",
    )  # fmt: skip
    mail = EmailMessage()
    mail["From"], mail["Sender"] = email, "Calendar <calendar-notification@calendar.example>"
    mail["To"], mail["Reply-To"], mail["Subject"] = to, email, "Tentatively accepted: Training @ Wed"
    mail["Message-ID"] = "<calendar-1@calendar.example>"
    mail.set_content("Contact has replied Maybe to this invitation.")
    mail.add_alternative("<p>Contact has replied <b>Maybe</b>.</p>", subtype="html")
    mail.add_alternative(entry, subtype="calendar", params={"method": "REPLY"}, cte="7bit")
    mail.add_attachment(entry.encode(), maintype="application", subtype="ics", filename="invite.ics")
    return mail.as_bytes()


def _exchange(session, email, to):
    """A zone of its own, addresses in capitals, a comment with a language, and the answer as a base64 part."""
    entry = _entry(
        session, to, f"ATTENDEE;PARTSTAT=TENTATIVE;CN=Contact:MAILTO:{email.upper()}",
        "COMMENT;LANGUAGE=en-US:If the hall is free.\\n", start="DTSTART;TZID=Eastern Standard Time:20261125T100000",
    )  # fmt: skip
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Contact <{email}>", to, "Tentative: Training"
    mail["Message-ID"], mail["Thread-Topic"] = "<exchange-1@mx.example>", "Training"
    mail["X-MS-Has-Attach"] = "yes"
    mail.set_content("If the hall is free.")
    mail.add_alternative(entry, subtype="calendar", params={"method": "REPLY"}, cte="base64")
    return mail.as_bytes()


def _apple(session, email, to):
    """Only an alternative of an empty text."""
    entry = _entry(session, to, f'ATTENDEE;CN="Contact";EMAIL="{email}";PARTSTAT=TENTATIVE:mailto:{email}')
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = email, to, "Training"
    mail["Message-ID"] = "<apple-1@home.example>"
    mail.set_content("\n")
    mail.add_alternative(entry, subtype="calendar", params={"method": "REPLY"}, cte="quoted-printable")
    return mail.as_bytes()


PROGRAMS = {"google": _google, "exchange": _exchange, "apple": _apple}


def _entry(session, to, *lines, start="DTSTART:20261125T150000Z"):
    zone = (
        "BEGIN:VTIMEZONE", "TZID:Eastern Standard Time", "BEGIN:STANDARD", "DTSTART:16010101T020000",
        "TZOFFSETFROM:-0500", "TZOFFSETTO:-0500", "END:STANDARD", "END:VTIMEZONE",
    ) if "TZID" in start else ()  # fmt: skip
    return "\r\n".join(
        (
            "BEGIN:VCALENDAR", "METHOD:REPLY", "PRODID:-//Somebody//Calendar//EN", "VERSION:2.0", *zone, "BEGIN:VEVENT",
            f"ORGANIZER;CN=Support:mailto:{to}", *lines, f"UID:{session.calendar_uid}", "SUMMARY:Training", start,
            "DTSTAMP:20261123T140000Z", "SEQUENCE:0", "PRIORITY:5", "STATUS:CONFIRMED", "END:VEVENT", "END:VCALENDAR", "",
        )
    )  # fmt: skip

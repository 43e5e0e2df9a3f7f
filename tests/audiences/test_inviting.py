"""Inviting an audience: in the customer's name, once each, with nobody else's address, until they want no more (WHO-2)."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest
import time_machine
from flask import Flask
from icalendar import Calendar as ICalendar

from portal.accounts.grants import end_grant
from portal.audiences import answering, letters
from portal.audiences.listing import take_off
from portal.audiences.mail_limit import may_be_written_to
from portal.audiences.models import AudienceLetter
from portal.bookings.endings import cancel_booking
from portal.bookings.models import Booking
from portal.bookings.moving import move_booking
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.events.models import Event
from portal.mail.addresses import bounce_address
from portal.mail.models import OutboundMail
from portal.roster.models import Contact
from portal.tickets.storage import store
from tests.audiences.scenes import (
    NAMES,
    VISITOR,
    actions,
    as_stored,
    count,
    email_of,
    invite,
    invited,
    listed,
    token,
)
from tests.bookings.sessions import WEDNESDAY, book, window
from tests.inbound.letters import filed, letter
from tests.outbox import Outbox
from tests.people import World
from tests.signing_in import PortalClient


def entry_in(mail: OutboundMail) -> object:
    """The calendar entry that travels with a mail."""
    (entry,) = ICalendar.from_ical(mail.calendar or "").walk("VEVENT")
    return entry


def test_each_gets_one_mail_that_names_nobody_else(world: World, session: Booking, outbox: Outbox) -> None:
    listed(world, session)
    came_to = invite(world, session, note="See you there!\nBring your slides.")
    assert (came_to.written, came_to.refusing, came_to.waiting) == (3, 0, 0)
    mails = outbox.all()
    assert [mail.address for mail in mails] == [email_of(name) for name in NAMES]
    for name, mail in zip(NAMES, mails, strict=True):
        whole = f"{mail.subject}{mail.body_text}{mail.body_html}{mail.calendar}{mail.headers}"
        assert (mail.sender_name, mail.person_id) == ("Society of Tests - Congress", None)
        assert mail.headers["Reply-To"] == "no-reply@conference-tracker.example"
        assert not [other for other in NAMES if other != name and email_of(other) in whole]
        assert "contact@people.example" not in whole
        assert "> Bring your slides." in mail.body_text
        assert "support@" not in whole
    assert len({re.search(r"/attending/([\w-]+)", mail.body_text)[1] for mail in mails}) == 3
    assert actions(of="booking")[-1] == "audience.invited"


def test_the_entry_is_of_one_person_and_of_the_customer(
    world: World, session: Booking, outbox: Outbox
) -> None:
    invited(world, session, "Ada Byron")
    (mail,) = outbox.all()
    entry = entry_in(mail)
    assert mail.calendar_method == "REQUEST"
    assert [str(entry["attendee"]), entry["attendee"].params["CN"]] == [
        "mailto:ada@presenters.example",
        "Ada Byron",
    ]
    assert entry["organizer"].params["CN"] == "Society of Tests - Congress"
    assert entry["dtstart"].dt == session.starts_at
    assert "/attending/" in entry["description"]


def test_pressing_again_invites_the_new_ones_alone(world: World, session: Booking, outbox: Outbox) -> None:
    invited(world, session, "Ada Byron")
    outbox.all()
    with pytest.raises(Conflict, match="has been invited"):
        invite(world, session)
    listed(world, session, "Bob Frost")
    key = "6a3b1f9e-8a48-4e8c-9d86-1d8a8a4b8b11"
    assert invite(world, session, form_key=key).written == 1
    assert invite(world, session, form_key=key).written == 1
    assert [mail.address for mail in outbox.all()] == ["bob@presenters.example"]
    assert count(AudienceLetter) == 2


def test_replies_reach_who_offers_it_until_they_leave(world: World, session: Booking, outbox: Outbox) -> None:
    (ada,) = invited(world, session, "Ada Byron", answers_to_me=True)
    assert outbox.all()[0].headers["Reply-To"] == "contact@people.example"
    where = (Contact.event_id == session.event_id, Contact.person_id == world.contact.id)
    row = db.session.scalars(db.select(Contact).where(*where)).one()
    row.ended_at, row.seat_id = session.booked_at, None
    assert end_grant(row.grant_id)
    db.session.commit()
    cancel_booking(world.actor("organiser"), session.id)
    (mail,) = (mail for mail in outbox.all() if mail.audience_member_id == ada.id)
    assert mail.headers["Reply-To"] == "no-reply@conference-tracker.example"


@pytest.mark.parametrize(
    ("who", "error"),
    [("agent", Forbidden), ("manager", NotFound), ("outsider", NotFound), ("nobody", NotFound)],
)
def test_support_writes_to_none_of_them_on_its_own(
    world: World, session: Booking, outbox: Outbox, who: str, error: type[Exception]
) -> None:
    listed(world, session)
    with pytest.raises(error):
        invite(world, session, who=who)
    assert outbox.all() == []


@pytest.mark.parametrize("note", ["x" * 1001, "See www.a.example, www.b.example and https://c.example"])
def test_a_note_is_short_and_no_list_of_links(
    world: World, session: Booking, outbox: Outbox, note: str
) -> None:
    listed(world, session)
    with pytest.raises(Invalid) as wrong:
        invite(world, session, note=note)
    assert "note" in wrong.value.fields
    assert outbox.all() == []


def test_a_note_is_quoted_and_makes_no_links(world: World, session: Booking, outbox: Outbox) -> None:
    listed(world, session, "Ada Byron")
    invite(world, session, note="[Win](https://evil.example) <script>x</script>")
    (mail,) = outbox.all()
    assert 'evil.example"' not in mail.body_html
    assert "<script>" not in mail.body_html


def test_nobody_is_invited_once_it_has_begun(world: World, session: Booking) -> None:
    listed(world, session)
    with (
        time_machine.travel(session.starts_at, tick=False),
        pytest.raises(Conflict, match="before a session"),
    ):
        invite(world, session)


def test_an_address_gets_no_more_mail_in_a_day_than_is_set(
    world: World, session: Booking, outbox: Outbox
) -> None:
    ada, _ = listed(world, session, "Ada Byron", "Bob Frost")
    for number in range(10):
        db.session.add(
            OutboundMail(
                cause=f"earlier:{number}", address="ada@presenters.example", subject="", body_text="", body_html="",
                audience_member_id=ada.id,
            )
        )  # fmt: skip
    db.session.commit()
    outbox.all()
    came_to = invite(world, session)
    assert (came_to.written, came_to.waiting) == (1, 1)
    assert [mail.address for mail in outbox.all()] == ["bob@presenters.example"]
    assert as_stored(ada.id).invited_at is None
    with time_machine.travel(session.booked_at + timedelta(days=1, minutes=1), tick=False):
        assert may_be_written_to(["ada@presenters.example"]) == {"ada@presenters.example"}
        db.session.rollback()


def test_who_refused_gets_nothing_more_of_the_event(world: World, session: Booking, outbox: Outbox) -> None:
    ada, _ = invited(world, session, "Ada Byron", "Bob Frost")
    answering.refuse_mail(VISITOR, token(ada))
    outbox.all()
    cancel_booking(world.actor("contact"), session.id)
    assert [mail.address for mail in outbox.all() if mail.audience_member_id] == ["bob@presenters.example"]


def test_a_refusal_outlives_the_list(world: World, session: Booking, outbox: Outbox) -> None:
    (ada,) = invited(world, session, "Ada Byron")
    key, ours = ada.id, token(ada)
    answering.refuse_mail(VISITOR, ours)
    answering.refuse_mail(VISITOR, ours)
    take_off(world.actor("contact"), key)
    outbox.all()
    listed(world, session, "Ada Byron")
    came_to = invite(world, session)
    assert (came_to.written, came_to.refusing) == (0, 1)
    assert outbox.all() == []
    stored = db.session.execute(db.text("SELECT address_hash FROM audience_refusal")).scalar()
    assert "ada" not in stored


NAMED = "Society of Tests - Congress"


def test_what_was_written_before_a_refusal_is_not_sent_after_it(
    world: World, session: Booking, run_jobs, outbox: Outbox
) -> None:
    ada, _ = invited(world, session, "Ada Byron", "Bob Frost")
    answering.refuse_mail(VISITOR, token(ada))
    sent: list[EmailMessage] = run_jobs()
    assert [mail["To"] for mail in sent] == ["bob@presenters.example"]
    (mail,) = sent
    (sender,) = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (NAMED, "support@conference-tracker.example")
    assert mail["Reply-To"] == "no-reply@conference-tracker.example"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/refusal>" in mail["List-Unsubscribe"]
    assert [part.get_content_type() for part in mail.walk()].count("text/calendar") == 1
    kept = db.session.scalars(db.select(OutboundMail.body_text).where(OutboundMail.state == "sent")).all()
    assert "/attending/..." in kept[0]
    outbox.all()


def test_everybody_invited_is_told_of_a_cancellation_and_struck_out(
    world: World, session: Booking, outbox: Outbox
) -> None:
    invited(world, session, "Ada Byron", "Bob Frost")
    listed(world, session, "Cleo Diaz")
    first = {mail.address: entry_in(mail) for mail in outbox.all()}
    cancel_booking(world.actor("contact"), session.id)
    told = {mail.address: mail for mail in outbox.all() if mail.audience_member_id}
    assert set(told) == {"ada@presenters.example", "bob@presenters.example"}
    for address, mail in told.items():
        entry = entry_in(mail)
        assert (mail.calendar_method, entry["status"]) == ("CANCEL", "CANCELLED")
        assert entry["uid"] == first[address]["uid"]
        assert entry["sequence"] > first[address]["sequence"]


def test_a_move_asks_anew_and_says_only_the_newest_time(
    world: World, session: Booking, outbox: Outbox
) -> None:
    ada, bob = invited(world, session, "Ada Byron", "Bob Frost")
    keys = ada.id, bob.id
    answering.answer_by_link(VISITOR, token(ada), "yes")
    answering.answer_by_link(VISITOR, token(bob), "no")
    outbox.all()
    for hours in (1, 2):
        moved_by(session.id, hours)
    mails = outbox.all()
    assert [(mail.address, mail.state) for mail in mails] == [
        ("ada@presenters.example", "withheld"), ("bob@presenters.example", "withheld"),
        ("ada@presenters.example", "queued"), ("bob@presenters.example", "queued"),
    ]  # fmt: skip
    assert mails[-1].subject.startswith("New time")
    assert entry_in(mails[-1])["sequence"] == 2
    assert [as_stored(key).reply for key in keys] == [None, "no"]


def test_moving_the_session_tells_its_audience(world: World, congress: Event, outbox: Outbox) -> None:
    window(world.agent, hours=6)
    session = book(world.contact, congress)
    key, later = session.id, WEDNESDAY + timedelta(hours=2)
    invited(world, session, "Ada Byron")
    outbox.all()
    move_booking(world.actor("contact"), key, later)
    (mail,) = (mail for mail in outbox.all() if mail.audience_member_id)
    assert mail.address == "ada@presenters.example"
    assert entry_in(mail)["dtstart"].dt == later


def moved_by(session_id: int, hours: int) -> None:
    """The session at another time, as a move writes it."""
    found = db.session.get_one(Booking, session_id, populate_existing=True)
    delta = timedelta(hours=hours)
    found.busy = type(found.busy)(found.busy.lower, found.busy.upper + delta)
    found.starts_at, found.ends_at = found.starts_at + delta, found.ends_at + delta
    found.calendar_sequence += 1
    db.session.flush()
    letters.tell_audience(found, "moved")
    db.session.commit()


def test_the_text_is_seen_first_and_the_note_in_it(
    client: PortalClient, world: World, session: Booking, outbox: Outbox
) -> None:
    listed(world, session)
    browser, here = client.as_(world.contact), f"/bookings/{session.id}/audience/invitation"
    page = browser.get(here).text
    assert "What Ada Byron would get" in page
    assert "Send to 3 people" in page
    assert "no-reply@conference-tracker.example" in page
    shown = browser.post(here, {"note": "Bring slides", "answers_to_me": "y", "preview": "yes"})
    assert (shown.status_code, "Bring slides</p>" in shown.text) == (200, True)
    assert "contact@people.example" in shown.text
    assert outbox.all() == []
    assert browser.post(here, {"note": "www.a.example www.b.example www.c.example"}).status_code == 422
    assert browser.post(here, {"note": "", "asks_feedback": "y"}).status_code == 303
    assert len(outbox.all()) == 3
    assert "Nobody waits for an invitation" in browser.get(here).text


@pytest.fixture
def takes_mail(app: Flask) -> Iterator[None]:
    """The portal has an address at which mail comes in."""
    before = app.extensions["settings"]
    app.extensions["settings"] = before.model_copy(update={"inbound_address": "support@conf.example"})
    yield
    app.extensions["settings"] = before


REPORT = (
    "From: mailer-daemon@home.example\nTo: x\nSubject: failed\nMIME-Version: 1.0\n"
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
    "--b\nContent-Type: text/plain\n\nNo.\n--b\nContent-Type: message/delivery-status\n\n"
    "Reporting-MTA: dns; home.example\n\nFinal-Recipient: rfc822; ada@presenters.example\n"
    "Action: failed\nStatus: 5.1.1\n\n--b--\n"
)


@pytest.mark.usefixtures("takes_mail")
def test_what_comes_back_is_kept_from_support_and_shown_to_the_customer(
    client: PortalClient, world: World, session: Booking, outbox: Outbox
) -> None:
    listed(world, session, "Ada Byron")
    invite(world, session)
    (mail,) = outbox.all()
    mail.state, key, named = "sent", mail.id, mail.message_id
    db.session.commit()
    replied = letter("ada@presenters.example", "I come. My number is 555.", **{"In-Reply-To": named})
    for raw, to in ((replied, "support@conf.example"), (REPORT.encode(), bounce_address(key))):
        kept = filed(raw, to=to, sender="ada@presenters.example" if raw is replied else "")
        assert (kept.state, kept.body, kept.subject) == ("ignored", "", "")
        assert not store().has(kept.storage_name)
    assert db.session.get_one(OutboundMail, key).state == "bounced"
    assert "Mail did not arrive" in client.as_(world.contact).get(f"/bookings/{session.id}/audience").text
    assert "ada@" not in client.as_(world.manager).get("/staff/mail?view=ignored").text

"""The roster at a past day, last activity, invitations that wait, and mail that fails."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from portal.accounts.links import Purpose, make_link, person_behind
from portal.accounts.models import OneTimeLink, Person, Session
from portal.accounts.tokens import digest
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.errors import Conflict, Forbidden, NotFound
from portal.events.models import Event
from portal.mail.models import OutboundMail
from portal.mail.post import post
from portal.roster.models import Contact
from portal.roster.removals import ask_for_replacement, decide_removal
from portal.roster.resending import SentOften, resend_invitation
from portal.roster.standing import standings
from tests.people import contact, person
from tests.tickets.scenes import asked

TODAY = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture
def clock():
    """The time stands still on a Tuesday; `move_to` sets another."""
    with time_machine.travel(TODAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def past(clock, world):
    """Other Contact was on seat 2 from 1 March to 10 June 2026; Third has been since 11 June."""
    seats = {each.person_id: each for each in db.session.scalars(select(Contact))}
    first, gone = seats[world.contact.id], seats[world.other_contact.id]
    first.registered_at = datetime(2026, 2, 1, 9, tzinfo=UTC)
    gone.registered_at, gone.ended_at = (
        datetime(2026, 3, 1, 9, tzinfo=UTC),
        datetime(2026, 6, 10, 9, tzinfo=UTC),
    )
    gone.seat_id = None
    db.session.flush()
    contact(world.congress, person("Third")).registered_at = datetime(2026, 6, 11, 9, tzinfo=UTC)
    db.session.get(Event, world.congress.id).account_opened_on = date(2026, 1, 1)
    db.session.commit()
    return f"/events/{world.congress.id}/contacts"


def words(page):
    """A page's text without its tags."""
    return " ".join(re.sub(r"<[^>]+>", "", page.text).split())


def _then(text):
    return text.partition("<table")[2].partition("</table>")[0]


@pytest.mark.parametrize(
    ("day", "there"),
    [
        ("2026-01-01", []), ("2026-01-31", []), ("2026-02-01", ["Contact"]), ("2026-02-28", ["Contact"]),
        ("2026-03-01", ["Contact", "Other Contact"]), ("2026-06-09", ["Contact", "Other Contact"]),
        ("2026-06-10", ["Contact"]), ("2026-06-11", ["Contact", "Third"]), ("2026-11-23", ["Contact", "Third"]),
    ],
)  # fmt: skip
def test_who_sat_where_at_the_end_of_a_day(client, world, past, day, there):
    page = client.as_(world.organiser).get(f"{past}?on={day}")
    assert page.status_code == 200
    shown = _then(page.text)
    found = [name for name in ("Other Contact", "Third") if f">{name}<" in shown]
    assert found == [name for name in there if name != "Contact"]
    assert (">Contact<" in shown) == ("Contact" in there)
    assert "This is how it was, not how it is" in page.text
    for button in ("Remove", "Add contact", "Replace"):
        assert button not in page.text
    if not there:
        assert "Nobody was registered at the end of that day." in page.text


def test_the_day_ends_by_the_clock_of_the_event(client, world, past):
    # 23:30 UTC on 20 June is the 21st in Vienna.
    late = contact(world.congress, person("Late"))
    late.registered_at = datetime(2026, 6, 20, 23, 30, tzinfo=UTC)
    db.session.commit()
    browser = client.as_(world.agent)
    assert "Late" not in _then(browser.get(f"{past}?on=2026-06-20").text)
    assert "Late" in _then(browser.get(f"{past}?on=2026-06-21").text)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("2026-11-25", "still to come"), ("9999-12-31", "still to come"), ("2025-12-31", "known here since 2026-01-01"),
        ("0001-01-01", "known here since"), ("yesterday", "Enter a day as year-month-day"),
        ("2026-02-30", "Enter a day"), ("2026-13-01", "Enter a day"), ("-1", "Enter a day"), ("x" * 4000, "Enter a day"),
        ("%00", "nothing"), ("<script>", "Enter a day"),
    ],
)  # fmt: skip
def test_a_day_without_a_roster_is_told_with_the_roster_of_now(client, world, past, typed, says):
    page = client.as_(world.organiser).get(past, query_string={"on": typed.replace("%00", "\x00")})
    if says == "nothing":
        assert page.status_code == 200
        return
    assert page.status_code == 422
    assert says in page.text
    assert "<script>x" not in page.text
    assert "This is how it was" not in page.text
    assert "Third" in page.text


def test_today_is_the_roster_of_now(client, world, past):
    page = client.as_(world.organiser).get(f"{past}?on=2026-11-24")
    assert "This is how it was" not in page.text
    assert "Remove" in page.text


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("contact", 200),
        ("agent", 200),
        ("manager", 200),
        ("admin", 403),
        ("other_contact", 200),
        ("outsider", 404),
    ],
)
def test_who_may_look_back(client, world, past, who, status):
    browser = client.as_(getattr(world, who))
    assert browser.get(f"{past}?on=2026-03-05").status_code == status
    assert browser.fragment("get", f"{past}?on=2026-03-05").status_code == status


def test_a_replacement_shows_in_the_history_of_its_seat(client, world, clock):
    leaving = db.session.scalars(select(Contact).where(Contact.person_id == world.other_contact.id)).one()
    made = ask_for_replacement(
        world.actor("organiser"), leaving.id, name="New Person", email="new@people.example"
    )
    decide_removal(world.actor("manager"), made.id, approve=True)
    clock.move_to(TODAY + timedelta(days=2))
    shown = _then(client.as_(world.organiser).get(f"/events/{world.congress.id}/contacts?on=2026-11-24").text)
    assert "New Person" in shown
    assert "Other Contact" not in shown


def _standing(world, who):
    db.session.rollback()
    found = db.session.scalars(
        select(Contact.id).where(Contact.event_id == world.congress.id, Contact.person_id == who.id)
    ).one()
    return standings(world.congress.id)[found]


def test_last_active_is_the_newest_of_sign_in_write_and_message(client, world, clock):
    assert _standing(world, world.contact).last_active_at is None
    asked(world, "contact")
    assert _standing(world, world.contact).last_active_at == TODAY
    later = TODAY + timedelta(hours=5)
    db.session.add(Session(
        token_hash=digest("x"), person_id=world.contact.id, signed_in_at=TODAY - timedelta(days=9),
        last_write_at=later, expires_at=TODAY + timedelta(days=9),
    ))  # fmt: skip
    db.session.commit()
    assert _standing(world, world.contact).last_active_at == later
    assert _standing(world, world.other_contact).last_active_at is None
    page = words(client.as_(world.organiser).get(f"/events/{world.congress.id}/contacts"))
    assert "Last active Tue 24 Nov 2026, 18:00 CET" in page
    assert "Not active yet" in page


def test_what_a_contact_does_elsewhere_in_tickets_is_not_told_here(world, clock):
    contact(world.workshop, world.other_contact)
    db.session.commit()
    asked(world, "other_contact", event=world.workshop)
    assert _standing(world, world.other_contact).last_active_at is None


def test_other_contacts_are_not_told_how_somebody_stands(client, world, clock):
    page = client.as_(world.contact).get(f"/events/{world.congress.id}/contacts").text
    assert "active" not in page.partition("<main")[2]
    assert "Send the invitation again" not in page


def test_an_invitation_that_waits_is_shown_until_a_password_is_chosen(client, world, clock):
    browser, roster = client.as_(world.organiser), f"/events/{world.congress.id}/contacts"
    make_link(db.session.get(Person, world.contact.id), Purpose.INVITATION)
    db.session.commit()
    assert "the link works until Tue 1 Dec 2026, 13:00 CET" in words(browser.get(roster))
    clock.move_to(TODAY + timedelta(days=8))
    browser = client.as_(world.organiser)
    assert "the link worked until Tue 1 Dec 2026, 13:00 CET" in words(browser.get(roster))
    for who in (world.contact, world.other_contact):
        db.session.execute(update(Person).where(Person.id == who.id).values(password_hash="x"))
    db.session.commit()
    page = browser.get(roster).text
    assert "password" not in page
    assert "Send the invitation again" not in page


@pytest.mark.parametrize(
    ("who", "status"),
    [("organiser", 303), ("agent", 303), ("manager", 303), ("contact", 403), ("admin", 403), ("outsider", 404),
     ("moderator", 404)],
)  # fmt: skip
def test_who_may_send_an_invitation_again(client, world, outbox, who, status):
    waiting = db.session.scalars(select(Contact.id).where(Contact.person_id == world.contact.id)).one()
    answer = client.as_(getattr(world, who)).post(f"/contacts/{waiting}/invitation", form_at="/account")
    assert answer.status_code == status
    written = outbox.subjects()
    if status == 303:
        assert written == ["You can now sign in to Conference Tracker Support -> contact@people.example"]
        [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "contact.invited_again"))
        assert (entry.actor_id, entry.event_id) == (getattr(world, who).id, world.congress.id)
    else:
        assert written == []
        with pytest.raises((Forbidden, NotFound)):
            resend_invitation(world.actor(who), waiting)


def test_the_newest_invitation_works_and_the_earlier_do_not(world, clock):
    waiting = db.session.scalars(select(Contact).where(Contact.person_id == world.contact.id)).one()
    token, _ = make_link(db.session.get(Person, world.contact.id), Purpose.INVITATION)
    db.session.commit()
    clock.move_to(TODAY + timedelta(minutes=5))
    resend_invitation(world.actor("organiser"), waiting.id)
    assert person_behind(token, Purpose.INVITATION) is None
    unused = select(OneTimeLink).where(OneTimeLink.expires_at > now(), OneTimeLink.used_at.is_(None))
    assert len(db.session.scalars(unused).all()) == 1


def test_three_invitations_an_hour_are_enough_whoever_sends_them(client, world, clock, outbox):
    waiting = db.session.scalars(select(Contact.id).where(Contact.person_id == world.contact.id)).one()
    for who in ("organiser", "agent", "organiser"):
        resend_invitation(world.actor(who), waiting)
    with pytest.raises(SentOften):
        resend_invitation(world.actor("agent"), waiting)
    answer = client.as_(world.organiser).post(f"/contacts/{waiting}/invitation", form_at="/account")
    assert answer.status_code == 429
    assert "3 invitations went to contact@people.example" in answer.text
    assert len(outbox.all()) == 3
    clock.move_to(TODAY + timedelta(hours=1, seconds=1))
    assert resend_invitation(world.actor("organiser"), waiting).id == waiting


def test_nobody_with_a_password_or_gone_is_invited_again(world, outbox):
    has, left = (
        db.session.scalars(select(Contact).where(Contact.person_id == who.id)).one()
        for who in (world.contact, world.other_contact)
    )
    db.session.get(Person, world.contact.id).password_hash = "x"
    left.ended_at, left.seat_id = now(), None
    db.session.commit()
    with pytest.raises(Conflict, match="has chosen a password already"):
        resend_invitation(world.actor("organiser"), has.id)
    with pytest.raises(Conflict, match="no longer a contact"):
        resend_invitation(world.actor("organiser"), left.id)
    assert outbox.all() == []


def test_an_address_that_refuses_mail_is_shown_until_mail_arrives(
    client, world, outbox, run_jobs, mail_server
):
    waiting = db.session.scalars(select(Contact.id).where(Contact.person_id == world.contact.id)).one()
    roster, browser = f"/events/{world.congress.id}/contacts", client.as_(world.organiser)
    mail_server.refusals["contact@people.example"] = "550 5.1.1 No such user"
    resend_invitation(world.actor("organiser"), waiting)
    run_jobs()
    mail_server.refusals.clear()
    assert "The last mail to this address could not be delivered." in browser.get(roster).text
    resend_invitation(world.actor("organiser"), waiting)
    assert len(run_jobs()) == 1
    assert "could not be delivered" not in browser.get(roster).text
    assert outbox.all()


def test_an_address_that_was_corrected_is_not_blamed_for_the_old_one(world, outbox):
    event = db.session.get(Event, world.congress.id)
    who = db.session.get(Person, world.contact.id)
    post(
        who,
        "contact_registered",
        cause="t",
        event=event,
        registered_by=world.actor("organiser"),
        invited=False,
    )
    db.session.execute(update(OutboundMail).values(state="failed"))
    db.session.commit()
    assert _standing(world, world.contact).mail_fails
    who.email = "right@people.example"
    db.session.commit()
    assert not _standing(world, world.contact).mail_fails
    assert outbox.all()

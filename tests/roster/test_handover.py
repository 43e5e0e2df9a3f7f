"""What a removed contact had under way passes to a named other contact, and nothing of it is left to them (WHO-6)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.bookings.endings import cancel_booking
from portal.bookings.models import Booking
from portal.clock import now
from portal.db import db
from portal.errors import Invalid
from portal.roster.models import Contact, Removal
from portal.roster.removals import ask_for_removal, ask_for_replacement, decide_removal
from portal.tickets.models import Message, Ticket
from tests.bookings.sessions import booking
from tests.people import contact, person
from tests.tickets.scenes import asked, closed, replied

NEW = {"name": "New Person", "email": "new.person@people.example"}

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture
def leaving(world):
    """The contact who goes."""
    return db.session.scalars(select(Contact).where(Contact.person_id == world.other_contact.id)).one()


@pytest.fixture
def session(world):
    """A session to come that the leaver booked."""
    start = (now() + timedelta(days=9)).replace(minute=0, second=0, microsecond=0)
    return booking(world.congress, world.agent, world.other_contact, start)


def remove(world, leaving, **wanted):
    made = ask_for_removal(world.actor("organiser"), leaving.id, **wanted)
    return decide_removal(world.actor("manager"), made.id, approve=True)


def replace(world, leaving, **wanted):
    made = ask_for_replacement(world.actor("organiser"), leaving.id, **NEW | wanted)
    return decide_removal(world.actor("manager"), made.id, approve=True)


def active(event, email):
    found = (
        select(Contact).join(Contact.person).where(Contact.event_id == event.id, Contact.ended_at.is_(None))
    )
    return next(each for each in db.session.scalars(found) if each.person.email == email)


def holder(thing):
    return db.session.get(type(thing), thing.id, populate_existing=True).handed_to


def addressed(outbox):
    return {(mail.address, mail.subject) for mail in outbox.all()}


def test_what_is_open_passes_and_what_is_over_stays(world, leaving, session, outbox):
    mine = asked(world, "other_contact")
    answered = asked(world, "other_contact")
    replied(world, answered, "agent", "Like this.")
    done = closed(world, asked(world, "other_contact"))
    others = asked(world, "contact")
    past = booking(
        world.congress, world.agent, world.other_contact, now() - timedelta(days=3), audience="contacts",
        one_per_event=False, uses_entitlement=False,
    )  # fmt: skip
    outbox.all()
    remove(world, leaving)
    assert [holder(each) and holder(each).name for each in (mine, answered, done, others, session, past)] == [
        "Contact", "Contact", None, None, "Contact", None,
    ]  # fmt: skip
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action.endswith("handed_over"))).all()
    assert sorted((entry.action, entry.subject_id) for entry in entries) == sorted(
        [
            ("ticket.handed_over", mine.id),
            ("ticket.handed_over", answered.id),
            ("booking.handed_over", session.id),
        ]
    )
    [decided] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "removal.approved"))
    assert (decided.after["passed_to"], decided.after["tickets_passed"], decided.after["sessions_passed"]) == (
        "contact@people.example", 2, 1,
    )  # fmt: skip
    mails = outbox.all()
    assert {(mail.address, mail.subject) for mail in mails} == {
        ("contact@people.example", "Now yours: 2 tickets of Congress"),
        ("contact@people.example", "Now yours: Training for presenters, Congress"),
        ("agent@people.example", "Another contact: Training for presenters, Congress"),
        ("other.contact@people.example", "You are no longer a Technical Contact of Congress"),
        ("organiser@people.example", "Removed: Other Contact, Congress"),
    } | {(f"{who}@people.example", "Removal of Other Contact from Congress: please decide")
         for who in ("manager", "second.manager")} | {
        ("organiser@people.example", "Your request to remove Other Contact from Congress")}  # fmt: skip
    told = next(mail for mail in mails if mail.subject.startswith("Removed:"))
    assert "2 open tickets, 1 coming session" in told.body_text
    calendar = next(
        mail for mail in mails if "Training" in mail.subject and mail.address.startswith("contact@")
    )
    assert calendar.calendar_method == "REQUEST"
    assert "contact@people.example" in calendar.calendar
    assert f"/tickets/{mine.id}" in next(mail for mail in mails if "2 tickets" in mail.subject).body_text


def test_pages_say_who_has_it_now(client, world, leaving, session):
    mine = asked(world, "other_contact")
    address, sitting = f"/tickets/{mine.id}", f"/bookings/{session.id}"
    remove(world, leaving)
    browser = client.as_(world.contact)
    for page in (address, f"/events/{world.congress.id}/tickets", sitting):
        assert "Other Contact, now with Contact" in browser.get(page).text
    assert "now with Contact" in client.as_(world.agent).get("/staff/tickets?view=open").text


def test_answers_and_cancellations_go_to_whoever_has_it_now(world, leaving, session, outbox):
    mine = asked(world, "other_contact")
    heir = active(world.congress, "contact@people.example")
    contact(world.congress, person("Third"))
    db.session.commit()
    remove(world, leaving, handover_to=heir.id)
    outbox.all()
    replied(world, mine, "agent", "Like this.")
    assert addressed(outbox) == {("contact@people.example", f"Answer: {mine.subject}")}
    cancel_booking(world.actor("agent"), session.id, reason="Ill")
    assert {address for address, _ in addressed(outbox)} == {"contact@people.example", "agent@people.example"}


def test_of_a_replacement_everything_passes_to_the_newcomer_unless_another_is_named(world, leaving, session):
    mine = asked(world, "other_contact")
    done = replace(world, leaving)
    assert {holder(mine).email, holder(session).email} == {"new.person@people.example"}
    assert done.handover_to.person.email == "new.person@people.example"


def test_of_a_replacement_another_contact_may_be_named(client, world, leaving):
    mine = asked(world, "other_contact")
    heir = active(world.congress, "contact@people.example")
    browser, key = client.as_(world.organiser), leaving.id
    page = browser.get(f"/contacts/{key}/replacement").text
    assert "The replacement" in page
    browser.post(f"/contacts/{key}/replacement", NEW | {"handover_to": str(heir.id)})
    made = db.session.scalars(select(Removal.id)).one()
    assert "Tickets and sessions pass to" in browser.get(f"/removals/{made}").text
    decide_removal(world.actor("manager"), made, approve=True)
    assert holder(mine).name == "Contact"


def test_of_several_contacts_one_has_to_be_chosen(client, world, leaving):
    third = contact(world.congress, person("Third"))
    db.session.commit()
    browser, address, heir = client.as_(world.organiser), f"/contacts/{leaving.id}/removal", third.id
    assert "Choose one" in browser.get(address).text
    refused = browser.post(address, {"reason": "Gone"})
    assert refused.status_code == 422
    assert "Choose who takes over" in refused.text
    assert browser.post(address, {"handover_to": str(heir)}).status_code == 303
    assert db.session.scalars(select(Removal.handover_to_id)).one() == heir


@pytest.mark.parametrize("who", ["self", "foreign", "unknown"])
def test_nobody_but_another_contact_of_the_event_can_be_named(world, leaving, who):
    foreign = db.session.scalars(select(Contact).where(Contact.event_id == world.fair.id)).one()
    chosen = {"self": leaving.id, "foreign": foreign.id, "unknown": 10**9}[who]
    with pytest.raises(Invalid, match="other contacts of this event"):
        ask_for_removal(world.actor("organiser"), leaving.id, handover_to=chosen)
    assert db.session.scalar(select(Removal)) is None


def test_when_the_chosen_one_has_left_it_passes_to_the_longest_standing(world, leaving):
    third, fourth = contact(world.congress, person("Third")), contact(world.congress, person("Fourth"))
    third.registered_at = now() - timedelta(days=50)
    db.session.commit()
    mine = asked(world, "other_contact")
    request = ask_for_removal(world.actor("organiser"), leaving.id, handover_to=fourth.id)
    remove(world, fourth)
    done = decide_removal(world.actor("manager"), request.id, approve=True)
    assert (holder(mine).name, done.handover_to.person.name) == ("Third", "Third")


def test_what_was_handed_over_passes_on_once_more(world, leaving, session, outbox):
    mine = asked(world, "other_contact")
    remove(world, leaving)
    third = contact(world.congress, person("Third"))
    db.session.commit()
    outbox.all()
    remove(world, active(world.congress, "contact@people.example"), handover_to=third.id)
    assert {holder(mine).name, holder(session).name} == {"Third"}
    assert ("third@people.example", "Now yours: 1 ticket of Congress") in addressed(outbox)


def test_with_nobody_left_it_waits_for_the_next_contact(client, world, leaving, session, outbox):
    mine = asked(world, "other_contact")
    remove(world, active(world.congress, "contact@people.example"))
    page = client.as_(world.organiser).get(f"/contacts/{leaving.id}/removal").text
    assert "There is no other contact." in page
    outbox.all()
    done = remove(world, leaving)
    assert (holder(mine), holder(session), done.handover_to_id) == (None, None, None)
    decided = next(mail for mail in outbox.all() if mail.subject.startswith("Removed:"))
    assert "The event has no contact left." in decided.body_text
    assert "Nobody: they stay with the event" in client.as_(world.manager).get(f"/removals/{done.id}").text
    cancel_booking(world.actor("agent"), session.id)
    assert "organiser@people.example" in {address for address, _ in addressed(outbox)}
    contact(world.congress, world.nobody)
    db.session.commit()
    assert client.as_(world.nobody).get(f"/tickets/{mine.id}").status_code == 200
    replied(world, mine, "agent", "Like this.")
    assert addressed(outbox) == {("nobody@people.example", f"Answer: {mine.subject}")}


def test_every_right_to_what_was_handed_over_ends_at_once(client, world, leaving, session, outbox, run_jobs):
    mine = asked(world, "other_contact")
    [first] = db.session.scalars(select(Message.id).where(Message.ticket_id == mine.id))
    assert first
    inside = client.as_(world.other_contact)
    pages = [f"/tickets/{mine.id}", f"/bookings/{session.id}", f"/bookings/{session.id}/invitation.ics"]
    assert [inside.get(page).status_code for page in pages] == [200, 200, 200]
    replied(world, mine, "agent", "A secret answer, still in the queue.")
    remove(world, leaving)
    for page in pages:
        assert inside.get(page).status_code == 404
        assert inside.fragment("get", page).status_code == 404
    for page in (f"/tickets/{mine.id}/replies", f"/bookings/{session.id}/cancellation"):
        assert inside.post(page, {"body": "x", "reason": "x"}, form_at="/account").status_code == 404
    received = [mail["Subject"] for mail in run_jobs() if "other.contact@people.example" in mail["To"]]
    assert received == ["You are no longer a Technical Contact of Congress"]
    assert outbox.all()


def test_tickets_at_another_event_stay_with_their_asker(world, leaving):
    contact(world.workshop, world.other_contact)
    db.session.commit()
    elsewhere = asked(world, "other_contact", event=world.workshop)
    remove(world, leaving)
    assert holder(elsewhere) is None
    assert db.session.get(Ticket, elsewhere.id).opened_by_id == world.other_contact.id
    assert db.session.scalars(select(Booking)).all() == []


def test_who_left_knows_the_room_of_no_session_to_come(app, world, leaving, session, outbox):
    other = booking(
        world.congress, world.agent, world.contact, session.starts_at + timedelta(hours=3), audience="contacts",
        one_per_event=False, uses_entitlement=False,
    )  # fmt: skip
    before = {each.id: each.room for each in (session, other)}
    settings = app.extensions["settings"]
    app.extensions["settings"] = settings.model_copy(update={"jitsi_url": "https://rooms.example"})
    try:
        outbox.all()
        remove(world, leaving)
        mails = outbox.all()
    finally:
        app.extensions["settings"] = settings
    now_at = {key: db.session.get_one(Booking, key, populate_existing=True).room for key in before}
    assert not set(before.values()) & set(now_at.values())
    told = {mail.address for mail in mails if any(room in (mail.calendar or "") for room in now_at.values())}
    assert told == {world.contact.email, world.agent.email}


def test_with_nobody_left_the_rooms_are_new_all_the_same(app, world, leaving, session):
    contact = db.session.scalars(select(Contact).where(Contact.person_id == world.contact.id)).one()
    remove(world, contact)
    room = db.session.get_one(Booking, session.id, populate_existing=True).room
    remove(world, leaving)
    assert db.session.get_one(Booking, session.id, populate_existing=True).room != room

"""Replacing a contact: one request, one transaction, the same seat (WHO-6)."""

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import func, select, update

from portal.accounts.models import Grant, OneTimeLink, Person
from portal.accounts.permissions import Role
from portal.accounts.queries import actor_for
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from portal.events.models import Event
from portal.roster.models import Contact, Removal, Seat
from portal.roster.queries import contacts_of
from portal.roster.removals import (
    ask_for_removal,
    ask_for_replacement,
    decide_removal,
    withdraw_removal,
)
from portal.roster.seats import sync_seats
from portal.roster.service import register_contact
from tests.people import contact, grant, person

MONDAY_NOON_EASTERN = datetime(2026, 11, 16, 17, 0, tzinfo=UTC)
NEW = {
    "name": "New Person",
    "email": "New.Person@People.example",
    "phone": "+43 1 234 5678",
    "job_title": "IT lead",
}

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture
def leaving(world):
    """The contact who is to be replaced."""
    return db.session.scalars(select(Contact).where(Contact.person_id == world.other_contact.id)).one()


@pytest.fixture
def request_(world, leaving, outbox):
    """A pending request by the organiser; its mail has been looked at."""
    made = ask_for_replacement(world.actor("organiser"), leaving.id, **NEW, reason="Has changed jobs")
    outbox.all()
    return made


def saved(removal):
    return db.session.get(Removal, removal.id, populate_existing=True)


def seated(event):
    return [(each.seat_number, each.person.name) for each in contacts_of(event.id)]


def actions():
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def fill(world):
    for name in ("Third", "Fourth"):
        contact(world.congress, person(name))
    db.session.commit()


def shrink(event, attendees, licence="basic"):
    kept = db.session.get(Event, event.id)
    kept.attendees, kept.licence = attendees, licence
    sync_seats(kept, edition_in_force())
    db.session.commit()


@pytest.mark.parametrize(
    ("who", "status"),
    [("organiser", 200), ("agent", 200), ("contact", 403), ("manager", 403), ("admin", 403),
     ("outsider", 404), ("outside_contact", 404), ("moderator", 404), ("nobody", 404)],
)  # fmt: skip
def test_who_may_ask_for_a_replacement(client, world, leaving, who, status):
    browser, address = client.as_(getattr(world, who)), f"/contacts/{leaving.id}/replacement"
    assert browser.get(address).status_code == status
    assert browser.fragment("get", address).status_code == status
    roster = browser.get(f"/events/{world.congress.id}/contacts").text
    assert (f'href="{address}"' in roster) == (status == 200)
    if status != 200:
        assert browser.post(address, NEW).status_code == status
        with pytest.raises((Forbidden, NotFound)):
            ask_for_replacement(world.actor(who), leaving.id, **NEW)
        assert db.session.scalar(select(Removal)) is None


@time_machine.travel(MONDAY_NOON_EASTERN, tick=False)
def test_a_request_is_followed_from_the_form_to_the_new_contact(client, world, leaving, outbox, run_jobs):
    browser, address = client.as_(world.organiser), f"/contacts/{leaving.id}/replacement"
    assert "Wed 18 Nov 2026, 12:00 EST" in browser.get(address).text
    answer = browser.post(address, NEW | {"reason": "Has changed jobs"})
    made = db.session.scalars(select(Removal)).one()
    key = made.id
    assert answer.headers["Location"] == f"/removals/{key}"
    assert (made.kind, made.state, made.replacement_email) == (
        "replacement", "pending", "new.person@people.example",
    )  # fmt: skip
    page = browser.get(f"/removals/{key}").text
    assert "Replacement of Other Contact" in page
    assert "new.person@people.example" in page
    assert "Replacement asked for" in browser.get(f"/events/{world.congress.id}/contacts").text
    assert "New Person" not in str(seated(world.congress))
    assert client.as_(world.other_contact).get(f"/events/{world.congress.id}").status_code == 200
    [to_decide, *_] = [mail for mail in outbox.all() if mail.address == "manager@people.example"]
    assert "To come instead: New Person, new.person@people.example." in to_decide.body_text
    assert "> Has changed jobs" in to_decide.body_text
    manager = client.as_(world.manager)
    assert "Other Contact, to be replaced by New Person" in manager.get("/staff/removals").text
    manager.post(f"/removals/{key}/decision", {"decision": "approve"}, form_at=f"/removals/{key}")
    assert seated(world.congress) == [(1, "Contact"), (2, "New Person")]
    assert client.as_(world.other_contact).get(f"/events/{world.congress.id}").status_code == 404
    mails = {(mail.address, mail.subject) for mail in outbox.all()}
    assert mails == {
        ("new.person@people.example", "You can now sign in to Conference Tracker Support"),
        ("new.person@people.example", "You are a Technical Contact of Congress"),
        ("other.contact@people.example", "You are no longer a Technical Contact of Congress"),
        ("organiser@people.example", "Replaced: Other Contact, Congress"),
    }
    assert {mail["To"] for mail in run_jobs()} >= {"new.person@people.example"}


def test_on_approval_one_leaves_and_the_other_comes_on_the_same_seat(world, leaving, request_):
    first_free = db.session.scalars(select(Seat).where(Seat.event_id == world.workshop.id)).first()
    assert first_free is not None
    seat_id = leaving.seat_id
    decide_removal(world.actor("manager"), request_.id, approve=True)
    gone = db.session.get(Contact, leaving.id, populate_existing=True)
    came = db.session.scalars(select(Contact).where(Contact.seat_id == seat_id)).one()
    assert (gone.seat_id, gone.ended_at is not None) == (None, True)
    assert came.person.email == "new.person@people.example"
    assert (came.phone, came.job_title, came.seat_number) == ("+43 1 2345678", "IT lead", gone.seat_number)
    assert came.registered_by_id == world.organiser.id
    assert came.registered_at >= gone.ended_at
    assert actor_for(came.person_id).contact_event_ids == {world.congress.id}
    assert actor_for(gone.person_id).contact_event_ids == frozenset()
    assert {"contact.registered", "replacement.approved", "person.invited"} <= set(actions())
    [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "replacement.approved"))
    assert (entry.after["contact"], entry.after["replacement"]) == (
        "other.contact@people.example", "new.person@people.example",
    )  # fmt: skip
    assert entry.actor_id == world.manager.id


def test_the_seat_is_kept_where_a_lower_one_is_free(world, outbox):
    first = db.session.scalars(select(Contact).where(Contact.person_id == world.contact.id)).one()
    decide_removal(
        world.actor("manager"), ask_for_removal(world.actor("organiser"), first.id).id, approve=True
    )
    second = db.session.scalars(select(Contact).where(Contact.person_id == world.other_contact.id)).one()
    made = ask_for_replacement(world.actor("organiser"), second.id, **NEW)
    decide_removal(world.actor("manager"), made.id, approve=True)
    assert seated(world.congress) == [(2, "New Person")]


def test_a_full_event_can_replace_though_nobody_can_be_added(world, leaving):
    fill(world)
    with pytest.raises(Refused):
        register_contact(
            world.actor("organiser"), world.congress.id, name="X", email="x@people.example", form_key="k"
        )
    made = ask_for_replacement(world.actor("organiser"), leaving.id, **NEW)
    decide_removal(world.actor("manager"), made.id, approve=True)
    assert [name for _, name in seated(world.congress)] == ["Contact", "New Person", "Third", "Fourth"]


def test_over_the_limit_the_seats_within_it_pass_on_and_those_beyond_do_not(client, world, leaving):
    fill(world)
    shrink(world.congress, 500)
    by_seat = {each.seat_number: each for each in contacts_of(world.congress.id)}
    organiser = world.actor("organiser")
    with pytest.raises(Refused) as refusal:
        ask_for_replacement(organiser, by_seat[4].id, **NEW)
    assert refusal.value.rule == "WHO-3"
    assert {link.endpoint for link in refusal.value.links} == {"roster.index", "orders.new"}
    browser, address = client.as_(world.organiser), f"/contacts/{by_seat[4].id}/replacement"
    page = browser.get(address).text
    assert "This seat cannot be taken over" in page
    assert "Rule WHO-3" in page
    assert f'href="{address}"' not in browser.get(f"/events/{world.congress.id}/contacts").text
    answer = browser.post(address, NEW, form_at="/account")
    assert answer.status_code == 422
    assert "New Person" in answer.text
    made = ask_for_replacement(organiser, by_seat[1].id, **NEW)
    decide_removal(world.actor("manager"), made.id, approve=True)
    assert [name for _, name in seated(world.congress)] == ["New Person", "Other Contact", "Third", "Fourth"]


def test_a_limit_that_falls_meanwhile_refuses_the_approval_and_changes_nothing(client, world, leaving):
    fill(world)
    last = contacts_of(world.congress.id)[-1]
    made = ask_for_replacement(world.actor("organiser"), last.id, **NEW)
    shrink(world.congress, 500)
    page = client.as_(world.manager).get(f"/removals/{made.id}").text
    assert "It can no longer be approved" in page
    with pytest.raises(Refused) as refusal:
        decide_removal(world.actor("manager"), made.id, approve=True)
    assert refusal.value.rule == "WHO-3"
    assert saved(made).state == "pending"
    assert seated(world.congress)[-1] == (4, "Fourth")
    assert db.session.scalar(select(Person).where(Person.email == "new.person@people.example")) is None
    decide_removal(world.actor("manager"), made.id, approve=False, reason="Over the limit")
    assert saved(made).state == "declined"


@pytest.mark.parametrize(
    ("email", "name"),
    [("contact@people.example", "Contact"), ("OTHER.contact@people.example", "Other Contact")],
)
def test_whoever_is_a_contact_already_is_refused_by_name(client, world, leaving, email, name):
    answer = client.as_(world.organiser).post(f"/contacts/{leaving.id}/replacement", NEW | {"email": email})
    assert answer.status_code == 422
    assert f"{name} is a Technical Contact of this event already." in answer.text
    assert 'value="New Person"' in answer.text
    assert db.session.scalar(select(Removal)) is None


def test_nobody_is_named_to_replace_two(world, leaving, request_):
    other = db.session.scalars(select(Contact).where(Contact.person_id == world.contact.id)).one()
    with pytest.raises(Invalid, match="New Person is to replace Other Contact already"):
        ask_for_replacement(world.actor("organiser"), other.id, **NEW)


def test_an_account_that_was_closed_cannot_come(world, leaving):
    closed = person("Closed", disabled_at=now())
    db.session.commit()
    with pytest.raises(Invalid, match="has closed the account"):
        ask_for_replacement(world.actor("organiser"), leaving.id, **NEW | {"email": closed.email})


def test_whoever_became_a_contact_meanwhile_cannot_take_a_second_seat(client, world, leaving, request_):
    register_contact(world.actor("organiser"), world.congress.id, form_key="k", **NEW)
    answer = client.as_(world.manager).post(
        f"/removals/{request_.id}/decision", {"decision": "approve"}, form_at=f"/removals/{request_.id}"
    )
    assert answer.status_code == 409
    assert "New Person has become a contact of this event meanwhile" in answer.text
    assert saved(request_).state == "pending"
    assert (2, "Other Contact") in seated(world.congress)


def test_whoever_was_closed_out_meanwhile_cannot_come(world, leaving):
    comes = person("Comes")
    db.session.commit()
    made = ask_for_replacement(world.actor("organiser"), leaving.id, **NEW | {"email": comes.email})
    db.session.execute(update(Person).where(Person.id == comes.id).values(disabled_at=now()))
    db.session.commit()
    with pytest.raises(Conflict, match="Support has closed the account"):
        decide_removal(world.actor("manager"), made.id, approve=True)
    assert saved(made).state == "pending"


def test_somebody_known_keeps_their_name_and_gets_no_invitation(world, leaving, outbox):
    known = person("Known Person", password_hash="x")
    db.session.commit()
    made = ask_for_replacement(world.actor("organiser"), leaving.id, **NEW | {"email": known.email})
    outbox.all()
    decide_removal(world.actor("manager"), made.id, approve=True)
    assert (2, "Known Person") in seated(world.congress)
    assert db.session.scalars(select(func.count(OneTimeLink.id))).one() == 0
    assert not [line for line in outbox.subjects() if "sign in" in line]


def test_asking_twice_is_one_request_and_asking_for_something_else_is_none(world, leaving, request_, outbox):
    organiser = world.actor("organiser")
    assert ask_for_replacement(organiser, leaving.id, **NEW).id == request_.id
    assert outbox.all() == []
    with pytest.raises(Conflict, match="asked for this replacement already"):
        ask_for_replacement(organiser, leaving.id, **NEW | {"email": "else@people.example"})
    with pytest.raises(Conflict, match="asked for this replacement already"):
        ask_for_removal(organiser, leaving.id)


def test_the_one_to_come_does_not_decide(client, world, leaving):
    grant(world.nobody, Role.MANAGER)
    db.session.commit()
    made = ask_for_replacement(world.actor("organiser"), leaving.id, **NEW | {"email": world.nobody.email})
    with pytest.raises(Refused) as refusal:
        decide_removal(world.actor("nobody"), made.id, approve=True)
    assert refusal.value.rule == "WHO-6"
    assert "Another manager decides this" in client.as_(world.nobody).get(f"/removals/{made.id}").text


@pytest.mark.parametrize("first", ["approve", "decline", "withdraw"])
@pytest.mark.parametrize("second", ["approve", "decline", "withdraw"])
def test_what_is_settled_stays_settled(world, request_, outbox, first, second):
    moves = {
        "approve": lambda: decide_removal(world.actor("manager"), request_.id, approve=True),
        "decline": lambda: decide_removal(
            world.actor("second_manager"), request_.id, approve=False, reason="No"
        ),
        "withdraw": lambda: withdraw_removal(world.actor("organiser"), request_.id),
    }
    state = moves[first]().state
    outbox.all()
    before = seated(world.congress)
    with pytest.raises(Conflict, match="was quicker"):
        moves[second]()
    assert (saved(request_).state, seated(world.congress)) == (state, before)
    assert outbox.all() == []
    assert actions().count(f"replacement.{state}") == 1


def test_declined_or_withdrawn_nobody_comes_and_it_can_be_asked_anew(
    client, world, leaving, request_, outbox
):
    browser = client.as_(world.organiser)
    browser.post(f"/removals/{request_.id}/withdrawal", form_at=f"/removals/{request_.id}")
    assert "Withdrawn: replacement of Other Contact at Congress" in str(outbox.subjects())
    again = ask_for_replacement(world.actor("agent"), leaving.id, **NEW)
    decide_removal(world.actor("manager"), again.id, approve=False, reason="Please keep one who knows it")
    assert "Not replaced: Other Contact, Congress -> organiser@people.example" in outbox.subjects()
    assert seated(world.congress) == [(1, "Contact"), (2, "Other Contact")]
    assert db.session.scalar(select(Person).where(Person.email == "new.person@people.example")) is None


@pytest.mark.parametrize(
    "typed",
    [
        {}, {"name": "", "email": ""}, {"email": "no address"}, {"name": "a\r\nBcc: x@people.example", "email": "x"},
        {"phone": "12"}, {"job_title": "x" * 101}, {"reason": "x" * 2001}, {"handover_to": "abc"},
        {"handover_to": "999999999999999999999"}, {"handover_to": "-1"}, {"name": "<b>x</b>"}, {"email": "\x00"},
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_said_and_kept(client, world, leaving, typed):
    values = NEW | typed if typed else {}
    answer = client.as_(world.organiser).post(f"/contacts/{leaving.id}/replacement", values)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert db.session.scalar(select(Removal)) is None


def test_past_contacts_cannot_be_replaced(client, world, leaving, request_):
    decide_removal(world.actor("manager"), request_.id, approve=True)
    with pytest.raises(Conflict, match="no longer a contact"):
        ask_for_replacement(world.actor("organiser"), leaving.id, **NEW | {"email": "z@people.example"})
    assert (
        "There is nothing to ask for"
        in client.as_(world.organiser).get(f"/contacts/{leaving.id}/replacement").text
    )
    role = db.session.get(Grant, leaving.grant_id, populate_existing=True)
    assert role.ended_at is not None

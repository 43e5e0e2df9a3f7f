"""The roster: who sees it, who adds to it, and where the limit stands (WHO-1, WHO-3, WHO-5)."""

import re
import uuid

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Grant, Person
from portal.accounts.queries import actor_for
from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Forbidden, Invalid, NotFound, Refused
from portal.events.models import Event
from portal.roster.models import Contact, Seat
from portal.roster.queries import contact_people, contacts_of
from portal.roster.service import register_contact
from tests.people import contact, person

ADA = {"name": "Ada Byron", "email": "Ada@Engines.example", "phone": "+43 1 234567", "job_title": "Analyst"}


def key():
    return str(uuid.uuid4())


def names(event):
    return [each.name for each in contact_people(event.id)]


def fill(event):
    for number in range(10):
        free = db.session.scalar(
            select(func.count()).select_from(Seat).outerjoin(Contact, Contact.seat_id == Seat.id)
            .where(Seat.event_id == event.id, Contact.id.is_(None))
        )  # fmt: skip
        if not free:
            db.session.commit()
            return
        contact(event, person(f"Filler {number}"))


@pytest.mark.parametrize(
    ("who", "status"),
    [("organiser", 200), ("contact", 200), ("agent", 200), ("manager", 200), ("admin", 403),
     ("outsider", 404), ("outside_contact", 404), ("moderator", 404), ("nobody", 404)],
)  # fmt: skip
def test_who_sees_the_roster(client, world, who, status):
    browser = client.as_(getattr(world, who))
    assert browser.get(f"/events/{world.congress.id}/contacts").status_code == status
    assert browser.fragment("get", f"/events/{world.congress.id}/contacts").status_code == status


@pytest.mark.parametrize(
    ("who", "status"),
    [("organiser", 200), ("agent", 200), ("manager", 200), ("contact", 403), ("admin", 403),
     ("outsider", 404), ("outside_contact", 404), ("moderator", 404), ("nobody", 404)],
)  # fmt: skip
def test_who_may_add_a_contact(client, world, who, status):
    browser = client.as_(getattr(world, who))
    address = f"/events/{world.congress.id}/contacts/new"
    assert browser.get(address).status_code == status
    if status != 200:
        assert browser.post(address, ADA).status_code == status
        assert browser.fragment("post", address, data=ADA).status_code == status
        with pytest.raises((Forbidden, NotFound)):
            register_contact(world.actor(who), world.congress.id, **ADA, form_key=key())
        assert len(contacts_of(world.congress.id)) == 2


def test_the_roster_shows_seats_people_and_why_there_are_so_many(client, world):
    db.session.get(Contact, contacts_of(world.congress.id)[0].id).phone = "+43 1 234567"
    db.session.commit()
    text = client.as_(world.organiser).get(f"/events/{world.congress.id}/contacts").text
    assert "2 of 4" in text
    assert "A Premium licence for 601-1,000 attendees includes 4 Technical Contacts." in text
    assert "mailto:contact@people.example" in text
    assert "tel:+431234567" in text
    assert text.count("Free") == 2
    assert "Contact since" in text


def test_a_contact_sees_the_roster_without_its_buttons(client, world):
    text = client.as_(world.contact).get(f"/events/{world.congress.id}/contacts").text
    assert "Other Contact" in text
    assert "Add contact" not in text
    assert "/removal" not in text


def test_an_organiser_registers_a_contact_who_is_invited(client, world, outbox):
    answer = client.as_(world.organiser).post(f"/events/{world.congress.id}/contacts/new", ADA)
    assert answer.headers["Location"] == f"/events/{world.congress.id}/contacts"
    ada = db.session.scalars(select(Person).where(Person.email == "ada@engines.example")).one()
    made = db.session.scalars(select(Contact).where(Contact.person_id == ada.id)).one()
    assert (made.seat_number, made.phone, made.job_title) == (3, "+43 1 234567", "Analyst")
    assert actor_for(ada.id).contact_event_ids == {world.congress.id}
    invitation, registered = outbox.all()
    assert "/invitations/" in invitation.body_text
    assert registered.subject == "You are a Technical Contact of Congress"
    assert {invitation.address, registered.address} == {"ada@engines.example"}
    assert (registered.permission, registered.event_id) == ("event:read", world.congress.id)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "contact.registered")).one()
    assert entry.after == {"person": "ada@engines.example", "seat": 3, "limit": 4}
    assert (entry.actor_id, entry.event_id, entry.subject_id) == (
        world.organiser.id,
        world.congress.id,
        made.id,
    )
    page = client.as_(world.organiser).get(f"/events/{world.congress.id}/contacts").text
    assert "Ada Byron" in page
    assert "3 of 4" in page


def test_a_person_who_is_known_is_not_invited_again_and_keeps_their_name(world, outbox):
    world.nobody = db.session.get(Person, world.nobody.id)
    world.nobody.password_hash = "set"
    db.session.commit()
    made = register_contact(
        world.actor("organiser"),
        world.congress.id,
        name="Somebody Else",
        email=world.nobody.email,
        form_key=key(),
    )
    assert made.person.name == "Nobody"
    assert outbox.subjects() == ["You are a Technical Contact of Congress -> nobody@people.example"]


def test_an_organiser_registers_themselves_from_their_own_details(client, world, outbox):
    db.session.get(Person, world.organiser.id).phone = "+43 1 999"
    db.session.commit()
    browser = client.as_(world.organiser)
    address = f"/events/{world.congress.id}/contacts/new"
    page = browser.get(f"{address}?who=me").text
    for value in ("Organiser", "organiser@people.example", "+43 1 999"):
        assert f'value="{value}"' in page
    assert 'value="organiser@people.example"' not in browser.get(address).text
    browser.post(address, {"name": "Organiser", "email": "organiser@people.example"})
    assert "Organiser" in names(world.congress)
    assert outbox.subjects()
    assert browser.get(f"/events/{world.congress.id}").text.count("Open a ticket") == 1


def test_whoever_is_a_contact_already_is_named_not_added_twice(client, world):
    answer = client.as_(world.organiser).post(
        f"/events/{world.congress.id}/contacts/new", ADA | {"email": " CONTACT@people.example "}
    )
    assert answer.status_code == 422
    assert "Contact is a Technical Contact of this event already." in answer.text
    assert 'value="Ada Byron"' in answer.text
    assert len(names(world.congress)) == 2


def test_the_same_form_sent_twice_adds_one_contact(world, outbox):
    form_key = key()
    first = register_contact(world.actor("organiser"), world.congress.id, **ADA, form_key=form_key)
    again = register_contact(world.actor("organiser"), world.congress.id, **ADA, form_key=form_key)
    assert first.id == again.id
    assert len(names(world.congress)) == 3
    assert len(outbox.subjects()) == 2


def test_the_same_key_in_another_persons_form_is_another_form(world, outbox):
    form_key = key()
    register_contact(world.actor("organiser"), world.congress.id, **ADA, form_key=form_key)
    register_contact(
        world.actor("agent"), world.congress.id, name="Bea", email="bea@x.example", form_key=form_key
    )
    assert len(names(world.congress)) == 4
    assert outbox.subjects()


def test_at_the_limit_nobody_is_added_and_both_ways_on_are_offered(client, world):
    fill(world.congress)
    browser = client.as_(world.organiser)
    for page in (
        browser.get(f"/events/{world.congress.id}/contacts"),
        browser.get(f"/events/{world.congress.id}/contacts/new"),
        browser.post(f"/events/{world.congress.id}/contacts/new", ADA),
    ):
        assert "Every seat is taken" in page.text
        assert "#WHO-3" in page.text
        assert f'href="/events/{world.congress.id}/contacts#now"' in page.text
        assert f'href="/events/{world.congress.id}/orders/new"' in page.text
    assert page.status_code == 422
    assert 'value="Ada Byron"' in page.text
    assert db.session.scalar(select(Person).where(Person.name == "Ada Byron")) is None


def test_the_refusal_names_its_rule_and_leads_only_where_the_actor_may_go(world):
    fill(world.congress)
    for who, endpoints in (
        ("organiser", ["roster.index", "orders.new"]), ("agent", ["roster.index"]), ("manager", []),
    ):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            register_contact(world.actor(who), world.congress.id, **ADA, form_key=key())
        assert refusal.value.rule == "WHO-3"
        assert [link.endpoint for link in refusal.value.links] == endpoints


def test_the_last_seat_is_given(world, outbox):
    contact(world.congress, person("Third"))
    db.session.commit()
    assert (
        register_contact(world.actor("organiser"), world.congress.id, **ADA, form_key=key()).seat_number == 4
    )
    assert outbox.subjects()


def test_over_its_limit_nobody_is_removed_and_nobody_added(client, world):
    event = db.session.get(Event, world.congress.id)
    event.attendees, event.licence = 100, "basic"
    db.session.commit()
    with pytest.raises(Refused) as refusal:
        register_contact(world.actor("organiser"), world.congress.id, **ADA, form_key=key())
    assert "over its limit" in refusal.value.message
    text = client.as_(world.organiser).get(f"/events/{world.congress.id}/contacts").text
    assert "This event is over its limit" in text
    assert "2 of 1" in text
    assert "1 over the limit" in text
    assert names(world.congress) == ["Contact", "Other Contact"]


def test_a_former_contact_is_listed_as_past_and_can_be_registered_anew(client, world, outbox):
    left = db.session.scalars(select(Contact).where(Contact.person_id == world.other_contact.id)).one()
    db.session.get(Grant, left.grant_id).ended_at = left.ended_at = left.registered_at
    left.seat_id = None
    db.session.commit()
    text = client.as_(world.contact).get(f"/events/{world.congress.id}/contacts").text
    assert "Past contacts" in text
    assert "Other Contact" in text.partition("Past contacts")[2]
    made = register_contact(
        world.actor("organiser"), world.congress.id, name="x", email=world.other_contact.email, form_key=key()
    )
    assert made.seat_number == 2
    assert outbox.subjects()


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "", "Enter"),
        ("name", "x" * 5000, "at most 120"),
        ("name", "<b>Ada</b>", "without brackets"),
        ("email", "", "Enter"),
        ("email", "ada", "Enter an e-mail address"),
        ("email", "ada@engines@example", "Enter an e-mail address"),
        ("email", "a" * 5000 + "@engines.example", "Enter an e-mail address"),
        ("phone", "call me", "country code"),
        ("phone", "1", "country code"),
        ("phone", "9" * 5000, "country code"),
        ("job_title", "x" * 101, "100"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_nothing_typed_is_lost(client, world, field, typed, words):
    answer = client.as_(world.organiser).post(
        f"/events/{world.congress.id}/contacts/new", {**ADA, "job_title": "Kept title", field: typed}
    )
    assert answer.status_code == 422
    assert words in answer.text
    assert ("Kept title" if field != "job_title" else 'value="Ada Byron"') in answer.text
    assert len(names(world.congress)) == 2


def test_every_problem_is_told_at_once(world):
    with pytest.raises(Invalid) as refusal:
        register_contact(
            world.actor("organiser"),
            world.congress.id,
            name="",
            email="x",
            phone="x",
            job_title="",
            form_key=key(),
        )
    assert set(refusal.value.fields) == {"name", "email", "phone"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+1 (202) 555-0143", "+1 202-555-0143"),
        ("01 234567", "+43 1 234567"),
        ("0043 1 234567", "+43 1 234567"),
        ("", ""),
    ],
)
def test_phone_numbers_are_kept_so_that_they_can_be_called_from_anywhere(world, outbox, typed, kept):
    made = register_contact(
        world.actor("organiser"), world.congress.id, **{**ADA, "phone": typed}, form_key=key()
    )
    assert made.phone == kept
    assert outbox.subjects()


def test_what_is_typed_as_a_name_stays_text_on_every_page_and_in_mail(client, world, outbox):
    typed = {**ADA, "name": 'Ada "&" O\'Byron', "job_title": "<script>alert(1)</script>"}
    assert (
        client.as_(world.organiser).post(f"/events/{world.congress.id}/contacts/new", typed).status_code
        == 303
    )
    page = client.as_(world.organiser).get(f"/events/{world.congress.id}/contacts").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert outbox.subjects()


def test_an_empty_roster_shows_its_free_seat(client, world):
    text = client.as_(world.organiser).get(f"/events/{world.workshop.id}/contacts").text
    assert "0 of 1" in text
    assert re.search(r'class="seat seat-empty"', text)


def test_contacts_of_another_event_are_not_shown(client, world):
    text = client.as_(world.agent).get(f"/events/{world.congress.id}/contacts").text
    assert "Outside Contact" not in text

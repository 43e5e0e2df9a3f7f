"""A person's own account: details, time zone, roles, password."""

import pytest
from sqlalchemy import select

from portal.accounts.models import Person, Session
from portal.accounts.time_zones import time_zones
from portal.audit.models import AuditEntry
from portal.db import db
from tests.accounts.secrets import OTHER, PASSWORD, give_password, sign_in
from tests.outbox import Outbox
from tests.people import World
from tests.signing_in import PortalClient

DETAILS = {"name": "Connie Contact", "phone": "+43 1 5550100", "time_zone": "Asia/Tokyo"}
NEW = {"current_password": PASSWORD, "password": OTHER}


def stored(person: Person) -> Person:
    db.session.remove()
    return db.session.get_one(Person, person.id)


def test_a_visitor_is_sent_to_sign_in(client: PortalClient, world: World) -> None:
    assert client.get("/account").headers["Location"] == "/sign-in?next=/account"
    for path in ("/account", "/account/password", "/account/sessions/all/sign-out"):
        answer = client.post(path, DETAILS, form_at="/sign-in")
        assert answer.headers["Location"].startswith("/sign-in")


def test_the_page_names_each_role_with_its_place(client: PortalClient, world: World) -> None:
    page = client.as_(world.contact).get("/account").text
    assert "Technical Contact" in page
    assert "Congress" in page
    assert "Organiser" not in page
    organiser = client.as_(world.organiser).get("/account").text
    assert "Society of Tests" in organiser
    assert "You hold no role" in client.as_(world.nobody).get("/account").text


def test_details_are_changed(client: PortalClient, world: World) -> None:
    browser = client.as_(world.contact)
    assert browser.post("/account", DETAILS).status_code == 303
    person = stored(world.contact)
    assert (person.name, person.phone, person.time_zone) == ("Connie Contact", "+43 1 5550100", "Asia/Tokyo")
    entry = db.session.scalars(select(AuditEntry)).one()
    assert entry.action == "person.updated"
    assert entry.before
    assert entry.after
    assert (entry.before["name"], entry.after["name"]) == ("Contact", "Connie Contact")


def test_times_are_shown_in_the_chosen_zone(client: PortalClient, world: World) -> None:
    browser = client.as_(world.contact)
    assert "JST" not in browser.get("/account").text
    browser.post("/account", DETAILS)
    assert "JST" in browser.get("/account").text


def test_nothing_changed_is_nothing_recorded(client: PortalClient, world: World) -> None:
    same = {"name": "Contact", "phone": "", "time_zone": "Europe/Vienna"}
    assert client.as_(world.contact).post("/account", same).status_code == 303
    assert db.session.scalars(select(AuditEntry)).all() == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Enter your name."),
        ({"name": "x" * 121}, "cannot be longer"),
        ({"name": "<script>alert(1)</script>"}, "without brackets"),
        ({"phone": "ring me"}, "Enter a telephone number"),
        ({"phone": "1" * 500}, "cannot be longer"),
        ({"time_zone": "Mars/Olympus"}, "Not a valid choice"),
        ({"time_zone": "../../etc/passwd"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_taken_is_said_and_kept(
    client: PortalClient, world: World, typed: dict[str, str], said: str
) -> None:
    answer = client.as_(world.contact).post("/account", DETAILS | typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert "<script>alert" not in answer.text
    assert stored(world.contact).name == "Contact"


def test_a_zone_no_longer_offered_can_be_kept(client: PortalClient, world: World) -> None:
    db.session.get_one(Person, world.contact.id).time_zone = "US/Eastern"
    db.session.commit()
    kept = DETAILS | {"time_zone": "US/Eastern"}
    assert client.as_(world.contact).post("/account", kept).status_code == 303


def test_every_zone_offered_is_one() -> None:
    from zoneinfo import ZoneInfo

    offered = [name for zones in time_zones().values() for name, _ in zones]
    assert {"America/New_York", "Europe/Vienna", "UTC"} <= set(offered)
    assert len(offered) == len(set(offered))
    assert all(ZoneInfo(name) for name in offered)


def test_a_new_password_ends_every_other_session(client: PortalClient, world: World, outbox: Outbox) -> None:
    give_password(world.contact)
    here, elsewhere = client.as_(world.contact), client.as_(world.contact)
    before = here.browser.get_cookie("portal")
    assert before
    assert here.post("/account/password", NEW, form_at="/account").status_code == 303
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 303
    replayed = PortalClient(client.app)
    replayed.browser.set_cookie("portal", before.value)
    assert replayed.get("/account").status_code == 303
    assert sign_in(client, world.contact, PASSWORD) == 422
    assert sign_in(client, world.contact, OTHER) == 303
    assert outbox.subjects() == [f"Your password was changed -> {world.contact.email}"]
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_type == "person")).all()
    assert [(entry.action, entry.after) for entry in entries] == [
        ("person.password_changed", {"sessions_ended": 1})
    ]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"current_password": "wrong wrong wrong"}, "That is not your present password."),
        ({"current_password": ""}, "Enter your present password."),
        ({"password": ""}, "Choose a password."),
        ({"password": "short"}, "at least 12"),
        ({"password": PASSWORD}, "Choose another"),
        ({"password": "contact@people.example"}, "built from your name"),
    ],
)
def test_a_password_that_will_not_do_changes_nothing(
    client: PortalClient, world: World, typed: dict[str, str], said: str
) -> None:
    give_password(world.contact)
    elsewhere = client.as_(world.contact)
    answer = client.as_(world.contact).post("/account/password", NEW | typed, form_at="/account")
    assert answer.status_code == 422
    assert said in answer.text
    assert PASSWORD not in answer.text
    assert elsewhere.get("/account").status_code == 200
    assert sign_in(client, world.contact, PASSWORD) == 303


def test_the_password_is_nowhere_in_the_record(client: PortalClient, world: World, outbox: Outbox) -> None:
    give_password(world.contact)
    client.as_(world.contact).post("/account/password", NEW, form_at="/account")
    (mail,) = outbox.all()
    kept = (
        repr([(e.before, e.after, e.action) for e in db.session.scalars(select(AuditEntry))]) + mail.body_text
    )
    assert OTHER not in kept
    assert PASSWORD not in kept
    assert db.session.scalars(select(Session.token_hash)).all()

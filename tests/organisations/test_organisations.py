"""Staff look after the customers: their events, their organisers, where their invoices go."""

import pytest
from sqlalchemy import func, select

from portal.accounts import organisations
from portal.accounts.models import Grant, Organisation, Person
from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Forbidden, Invalid, NotFound
from tests.accounts.secrets import give_password
from tests.outbox import Outbox
from tests.people import World
from tests.signing_in import PortalClient

pytestmark = pytest.mark.usefixtures("outbox")

NEW = {
    "name": "Guild of Examples",
    "billing_address": "1 Main St\n\n  Springfield ",
    "billing_email": "PAY@guild.example",
}


@pytest.mark.parametrize(
    ("who", "lists", "shows"),
    [
        ("organiser", 403, 403), ("contact", 403, 404), ("outsider", 403, 404), ("outside_contact", 403, 404),
        ("agent", 403, 403), ("moderator", 403, 404), ("manager", 200, 200), ("admin", 200, 200), ("nobody", 403, 404),
    ],
)  # fmt: skip
def test_who_reads_and_writes(client: PortalClient, world: World, who: str, lists: int, shows: int) -> None:
    browser, path = client.as_(getattr(world, who)), f"/staff/organisations/{world.society.id}"
    for page in ("/staff/organisations", "/staff/organisations/new"):
        assert browser.get(page).status_code == lists
    assert browser.fragment("get", "/staff/organisations").status_code == lists
    for page in (path, f"{path}/edit"):
        assert browser.get(page).status_code == shows
    if shows != 200:
        assert browser.post("/staff/organisations", NEW, form_at="/account").status_code == lists
        assert browser.post(path, {"billing_address": "x"}, form_at="/account").status_code == shows
        assert browser.post(f"{path}/organisers", {}, form_at="/account").status_code == shows
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 0


def test_a_manager_does_not_give_roles(client: PortalClient, world: World) -> None:
    browser, path = client.as_(world.manager), f"/staff/organisations/{world.society.id}"
    assert "Add an organiser" not in browser.get(path).text
    typed = {"name": "New", "email": "new@people.example"}
    assert browser.post(f"{path}/organisers", typed, form_at=f"{path}/edit").status_code == 403
    with pytest.raises(Forbidden):
        organisations.add_organiser(world.actor("manager"), world.society.id, **typed)


def test_the_page_shows_its_own_events_and_organisers(client: PortalClient, world: World) -> None:
    page = client.as_(world.admin).get(f"/staff/organisations/{world.society.id}").text
    for shown in ("Society of Tests", "Congress", "Workshop", "organiser@people.example", "Springfield"):
        assert shown in page
    for hidden in ("Fair", "outsider@people.example"):
        assert hidden not in page


def test_the_list_is_searched(client: PortalClient, world: World) -> None:
    browser = client.as_(world.manager)
    assert "Library of Outsiders" in browser.get("/staff/organisations").text
    found = browser.get("/staff/organisations?q=SOCIETY").text
    assert "Society of Tests" in found
    assert "Library of Outsiders" not in found
    assert "None found" in browser.get("/staff/organisations", query_string={"q": "%"}).text


def test_a_new_organisation(client: PortalClient, world: World) -> None:
    answer = client.as_(world.manager).post("/staff/organisations", NEW, form_at="/staff/organisations/new")
    made = db.session.scalars(select(Organisation).where(Organisation.name == NEW["name"])).one()
    assert answer.headers["Location"] == f"/staff/organisations/{made.id}"
    assert (made.billing_address, made.billing_email) == ("1 Main St\nSpringfield", "pay@guild.example")
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.organisation_id, entry.actor_id) == (
        "organisation.created", made.id, world.manager.id
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Enter the organisation"),
        ({"name": "x" * 161}, "cannot be longer"),
        ({"name": " Society  of Tests"}, "of this name already"),
        ({"billing_email": "nowhere"}, "Enter an e-mail address such as"),
        ({"billing_address": "x" * 1001}, "cannot be longer"),
    ],
)
def test_what_cannot_be_taken_is_said_and_kept(
    client: PortalClient, world: World, typed: dict[str, str], said: str
) -> None:
    answer = client.as_(world.manager).post(
        "/staff/organisations", NEW | typed, form_at="/staff/organisations/new"
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert "1 Main St" in answer.text or "billing_address" in typed


def test_billing_details_are_changed(client: PortalClient, world: World) -> None:
    browser, path = client.as_(world.manager), f"/staff/organisations/{world.society.id}"
    typed = {"billing_address": "2 New Street", "billing_email": ""}
    assert browser.post(path, typed, form_at=f"{path}/edit").status_code == 303
    entry = db.session.scalars(select(AuditEntry)).one()
    assert entry.before == {"billing_address": "1 Society of Tests Street\nSpringfield", "billing_email": ""}
    assert entry.after == {"billing_address": "2 New Street", "billing_email": ""}
    assert browser.post(path, typed, form_at=f"{path}/edit").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 1
    bad = browser.post(path, {"billing_address": "3", "billing_email": "x"}, form_at=f"{path}/edit")
    assert bad.status_code == 422


def test_somebody_new_becomes_an_organiser(client: PortalClient, world: World, outbox: Outbox) -> None:
    browser, path = client.as_(world.admin), f"/staff/organisations/{world.library.id}"
    typed = {"name": "Ada Byron", "email": "ada@new.example"}
    assert browser.post(f"{path}/organisers", typed, form_at=path).status_code == 303
    made = db.session.scalars(select(Person).where(Person.email == "ada@new.example")).one()
    grants = db.session.scalars(select(Grant).where(Grant.person_id == made.id)).all()
    assert [(grant.role, grant.organisation_id) for grant in grants] == [("organiser", world.library.id)]
    assert outbox.subjects() == ["You can now sign in to Conference Tracker Support -> ada@new.example"]
    again = browser.post(f"{path}/organisers", typed, form_at=path)
    assert again.status_code == 422
    assert "already" in again.text
    assert outbox.subjects() == []


def test_somebody_known_becomes_an_organiser_without_an_invitation(
    client: PortalClient, world: World, outbox: Outbox
) -> None:
    give_password(world.contact)
    typed = {"name": "Whatever", "email": world.contact.email}
    organisations.add_organiser(world.actor("admin"), world.library.id, **typed)
    assert client.as_(world.contact).get(f"/events/{world.fair.id}").status_code == 200
    assert outbox.subjects() == []


@pytest.mark.parametrize("typed", [{"name": "", "email": "a@b.example"}, {"name": "A", "email": "x"}, {}])
def test_bad_organisers(client: PortalClient, world: World, typed: dict[str, str]) -> None:
    path = f"/staff/organisations/{world.library.id}"
    assert client.as_(world.admin).post(f"{path}/organisers", typed, form_at=path).status_code == 422


def test_organisations_that_are_not_there(client: PortalClient, world: World) -> None:
    for key in ("0", "999999", "99999999999999999999999", "x"):
        assert client.as_(world.admin).get(f"/staff/organisations/{key}").status_code == 404
    with pytest.raises(NotFound):
        organisations.update_organisation(world.actor("admin"), 999_999, billing_address="", billing_email="")
    with pytest.raises(Invalid):
        organisations.create_organisation(world.actor("admin"), name=" ")

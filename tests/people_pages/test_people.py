"""An administrator looks after people: who is let in, with which role, and for how long."""

import pytest
from sqlalchemy import func, select

from portal.accounts import people
from portal.accounts.links import Purpose
from portal.accounts.models import Grant, OneTimeLink, Person
from portal.accounts.permissions import Role
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from tests.accounts.secrets import give_password, link_for, sign_in
from tests.outbox import Outbox
from tests.people import World, grant, person
from tests.signing_in import PortalClient

pytestmark = pytest.mark.usefixtures("outbox")

OTHERS = ["organiser", "contact", "outsider", "agent", "moderator", "manager", "nobody"]


def role_of(who: Person, role: Role) -> Grant:
    db.session.remove()
    return db.session.scalars(
        select(Grant).where(Grant.person_id == who.id, Grant.role == role, Grant.ended_at.is_(None))
    ).one()


def stored(who: Person) -> Person:
    db.session.remove()
    return db.session.get_one(Person, who.id)


def last_entry() -> AuditEntry:
    return db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


@pytest.mark.parametrize("who", OTHERS)
def test_the_pages_are_for_administrators(client: PortalClient, world: World, who: str) -> None:
    browser = client.as_(getattr(world, who))
    assert browser.get("/staff/people").status_code == 403
    assert browser.fragment("get", "/staff/people").status_code == 403
    assert browser.get("/staff/people/new").status_code == 403
    assert browser.get(f"/staff/people/{world.contact.id}").status_code == 404


@pytest.mark.parametrize("who", OTHERS)
def test_what_they_do_is_for_administrators(client: PortalClient, world: World, who: str) -> None:
    browser = client.as_(getattr(world, who))
    held = role_of(world.contact, Role.CONTACT).id
    new = {"name": "New", "email": "new@people.example"}
    assert browser.post("/staff/people", new, form_at="/account").status_code == 403
    for path in ("roles", f"roles/{held}/end", "closure", "reopening", "sign-out", "invitation"):
        answer = browser.post(
            f"/staff/people/{world.contact.id}/{path}", {"role": "admin"}, form_at="/account"
        )
        assert answer.status_code == 404, path
    assert stored(world.contact).disabled_at is None


@pytest.mark.parametrize("who", OTHERS)
def test_the_services_ask_again(world: World, who: str) -> None:
    actor, key = world.actor(who), world.contact.id
    for refused in (
        lambda: people.create_person(actor, email="new@people.example", name="New"),
        lambda: people.give_role(actor, key, Role.ADMIN),
        lambda: people.end_role(actor, key, role_of(world.contact, Role.CONTACT).id),
        lambda: people.disable_person(actor, key),
        lambda: people.enable_person(actor, key),
        lambda: people.end_sessions_of(actor, key),
        lambda: people.invite_again(actor, key),
    ):
        with pytest.raises(Forbidden):
            refused()
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 0


def test_the_list_is_searched_by_name_and_address(client: PortalClient, world: World) -> None:
    browser = client.as_(world.admin)
    assert "outsider@people.example" in browser.get("/staff/people").text
    found = browser.get("/staff/people", query_string={"q": "OUTSIDE CON"}).text
    assert "outside.contact@people.example" in found
    assert "outsider@people.example" not in found
    assert "other.contact@" in browser.get("/staff/people?q=other.contact@people").text
    fragment = browser.fragment("get", "/staff/people?q=other")
    assert fragment.text.lstrip().startswith('<div id="people"')


@pytest.mark.parametrize("words", ["%", "_", "\\", "'", "\x00", "x" * 500, "<script>"])
def test_any_words_may_be_searched_for(client: PortalClient, world: World, words: str) -> None:
    answer = client.as_(world.admin).get("/staff/people", query_string={"q": words})
    assert answer.status_code == 200
    if words not in ("\x00",):
        assert "Nobody found" in answer.text


def test_a_long_list_has_pages(client: PortalClient, world: World) -> None:
    for number in range(30):
        person(f"Zoe {number:02}")
    db.session.commit()
    browser = client.as_(world.admin)
    first = browser.get("/staff/people?q=zoe").text
    assert "Zoe 24" in first
    assert "Zoe 25" not in first
    import re

    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    second = browser.get(following[1].replace("&amp;", "&")).text
    assert "Zoe 25" in second
    assert "Zoe 29" in second
    assert 'rel="prev"' in second
    assert browser.get("/staff/people?cursor=nonsense").status_code == 200


def test_a_new_person_is_invited(client: PortalClient, world: World, outbox: Outbox) -> None:
    typed = {"name": "Ada Byron", "email": "ADA@new.example", "phone": ""}
    answer = client.as_(world.admin).post("/staff/people", typed, form_at="/staff/people/new")
    made = db.session.scalars(select(Person).where(Person.email == "ada@new.example")).one()
    assert answer.headers["Location"] == f"/staff/people/{made.id}"
    assert made.password_hash is None
    assert outbox.subjects() == ["You can now sign in to Conference Tracker Support -> ada@new.example"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": "contact@people.example"}, "registered with this address already"),
        ({"email": "CONTACT@PEOPLE.EXAMPLE "}, "registered with this address already"),
        ({"email": "no address"}, "Enter an e-mail address such as"),
        ({"email": ""}, "Enter an e-mail address."),
        ({"name": ""}, "Enter a name."),
        ({"name": "]("}, "without brackets"),
        ({"phone": "no number"}, "Enter a telephone number"),
    ],
)
def test_what_cannot_be_taken_is_said_and_kept(
    client: PortalClient, world: World, typed: dict[str, str], said: str
) -> None:
    values = {"name": "Ada Byron", "email": "ada@new.example", "phone": "+1 202 555 0100"} | typed
    answer = client.as_(world.admin).post("/staff/people", values, form_at="/staff/people/new")
    assert answer.status_code == 422
    assert said in answer.text
    assert "+1 202 555 0100" in answer.text or "phone" in typed


def test_the_page_of_a_person(client: PortalClient, world: World) -> None:
    ended = grant(world.contact, Role.AGENT)
    ended.ended_at = now()
    db.session.commit()
    page = client.as_(world.admin).get(f"/staff/people/{world.contact.id}").text
    assert "contact@people.example" in page
    assert "Technical Contact" in page
    assert "Congress" in page
    assert "Roles held before" in page
    assert "WHO-6" in page
    assert 'type="password"' not in page


def test_a_role_is_given_and_ended(client: PortalClient, world: World) -> None:
    browser, path = client.as_(world.admin), f"/staff/people/{world.nobody.id}"
    assert (
        browser.post(f"{path}/roles", {"role": "agent", "organisation": "0"}, form_at=path).status_code == 303
    )
    assert client.as_(world.nobody).get("/staff").status_code == 200
    entry = last_entry()
    assert (entry.action, entry.actor_id, entry.subject_type) == (
        "role.granted",
        world.admin.id,
        "role_grant",
    )
    assert entry.after == {"person": world.nobody.email, "person_id": world.nobody.id, "role": "agent"}
    held = role_of(world.nobody, Role.AGENT)
    assert held.granted_by_id == world.admin.id
    assert browser.post(f"{path}/roles/{held.id}/end", form_at=path).status_code == 303
    assert client.as_(world.nobody).get("/staff").status_code == 403
    assert last_entry().action == "role.ended"


def test_an_organiser_organises_one_organisation(client: PortalClient, world: World) -> None:
    browser, path = client.as_(world.admin), f"/staff/people/{world.nobody.id}"
    typed = {"role": "organiser", "organisation": str(world.society.id)}
    assert browser.post(f"{path}/roles", typed, form_at=path).status_code == 303
    theirs = client.as_(world.nobody)
    assert theirs.get(f"/events/{world.congress.id}").status_code == 200
    assert theirs.get(f"/events/{world.fair.id}").status_code == 404
    assert last_entry().organisation_id == world.society.id


@pytest.mark.parametrize(
    "typed",
    [
        {"role": "organiser", "organisation": "0"},
        {"role": "organiser", "organisation": "999999"},
        {"role": "contact", "organisation": "0"},
        {"role": "owner", "organisation": "0"},
        {"role": "", "organisation": ""},
        {},
        {"role": "agent", "organisation": "x"},
    ],
)
def test_roles_that_cannot_be_given(client: PortalClient, world: World, typed: dict[str, str]) -> None:
    path = f"/staff/people/{world.nobody.id}"
    assert client.as_(world.admin).post(f"{path}/roles", typed, form_at=path).status_code == 422
    assert db.session.scalar(select(func.count()).where(Grant.person_id == world.nobody.id)) == 0


def test_a_role_is_held_once(world: World) -> None:
    with pytest.raises(Invalid):
        people.give_role(world.actor("admin"), world.agent.id, Role.AGENT)
    with pytest.raises(Invalid):
        people.give_role(world.actor("admin"), world.organiser.id, Role.ORGANISER, world.society.id)
    people.give_role(world.actor("admin"), world.organiser.id, Role.ORGANISER, world.library.id)


def test_a_contact_is_not_removed_here(client: PortalClient, world: World) -> None:
    path, held = f"/staff/people/{world.contact.id}", role_of(world.contact, Role.CONTACT)
    answer = client.as_(world.admin).post(f"{path}/roles/{held.id}/end", form_at=path)
    assert answer.status_code == 403
    assert "WHO-6" in answer.text
    assert f'href="/events/{world.congress.id}"' in answer.text
    assert role_of(world.contact, Role.CONTACT).id == held.id


def test_a_role_that_has_ended_is_not_ended_again(world: World) -> None:
    held = role_of(world.agent, Role.AGENT)
    people.end_role(world.actor("admin"), world.agent.id, held.id)
    with pytest.raises(Conflict):
        people.end_role(world.actor("admin"), world.agent.id, held.id)


def test_a_role_is_found_under_its_own_person_only(world: World) -> None:
    with pytest.raises(NotFound):
        people.end_role(world.actor("admin"), world.manager.id, role_of(world.agent, Role.AGENT).id)
    with pytest.raises(NotFound):
        people.disable_person(world.actor("admin"), 999_999)


def test_an_administrator_cannot_shut_themself_out(world: World) -> None:
    grant(world.manager, Role.ADMIN)
    db.session.commit()
    with pytest.raises(Forbidden, match="yourself"):
        people.end_role(world.actor("admin"), world.admin.id, role_of(world.admin, Role.ADMIN).id)
    with pytest.raises(Forbidden, match="yourself"):
        people.disable_person(world.actor("admin"), world.admin.id)


def test_the_last_administrator_stays(world: World) -> None:
    from portal.accounts.actor import SYSTEM

    with pytest.raises(Forbidden, match="last administrator"):
        people.end_role(SYSTEM, world.admin.id, role_of(world.admin, Role.ADMIN).id)
    with pytest.raises(Forbidden, match="last administrator"):
        people.disable_person(SYSTEM, world.admin.id)
    second = grant(world.manager, Role.ADMIN)
    db.session.get_one(Person, world.manager.id).disabled_at = now()
    db.session.commit()
    with pytest.raises(Forbidden, match="last administrator"):
        people.disable_person(SYSTEM, world.admin.id)
    people.enable_person(SYSTEM, world.manager.id)
    people.disable_person(SYSTEM, world.admin.id)
    with pytest.raises(Forbidden, match="last administrator"):
        people.end_role(SYSTEM, world.manager.id, second.id)


def test_a_closed_account_is_out_at_once_and_comes_back_as_it_was(client: PortalClient, world: World) -> None:
    give_password(world.agent)
    theirs, link = client.as_(world.agent), link_for(world.agent, Purpose.RESET)
    browser, path = client.as_(world.admin), f"/staff/people/{world.agent.id}"
    assert theirs.get("/staff").status_code == 200
    assert browser.post(f"{path}/closure", form_at=path).status_code == 303
    assert theirs.get("/staff").status_code == 303
    assert theirs.fragment("get", "/staff").status_code == 401
    assert PortalClient(client.app).get(link).status_code == 410
    assert sign_in(PortalClient(client.app), world.agent) == 422
    assert last_entry().action == "person.disabled"
    assert browser.post(f"{path}/closure", form_at=path).status_code == 409
    assert browser.post(f"{path}/reopening", form_at=path).status_code == 303
    assert theirs.get("/staff").status_code == 303
    assert sign_in(PortalClient(client.app), world.agent) == 303
    assert browser.post(f"{path}/reopening", form_at=path).status_code == 409


def test_a_person_is_signed_out_everywhere(client: PortalClient, world: World) -> None:
    one, two = client.as_(world.agent), client.as_(world.agent)
    browser, path = client.as_(world.admin), f"/staff/people/{world.agent.id}"
    assert "2 browsers" in browser.get(path).text
    assert browser.post(f"{path}/sign-out", form_at=path).status_code == 303
    assert [b.get("/staff").status_code for b in (one, two)] == [303, 303]
    assert last_entry().after == {"sessions_ended": 2}


def test_an_invitation_is_sent_again(client: PortalClient, world: World, outbox: Outbox) -> None:
    browser, path = client.as_(world.admin), f"/staff/people/{world.nobody.id}"
    for _ in range(2):
        assert browser.post(f"{path}/invitation", form_at=path).status_code == 303
    assert len(outbox.subjects()) == 2
    assert db.session.scalar(select(func.count()).select_from(OneTimeLink)) == 2
    give_password(world.nobody)
    assert browser.post(f"{path}/invitation", form_at=path).status_code == 409
    assert "Send the invitation again" not in browser.get(path).text


@pytest.mark.parametrize("key", ["0", "999999", "99999999999999999999999", "x"])
def test_people_who_are_not_there(client: PortalClient, world: World, key: str) -> None:
    browser = client.as_(world.admin)
    assert browser.get(f"/staff/people/{key}").status_code == 404
    assert browser.post(f"/staff/people/{key}/closure", form_at="/account").status_code == 404

"""Who loses the last role in an event reaches nothing of it with the very next request (WHO-6)."""

import io

import pytest
from sqlalchemy import select

from portal.accounts import people
from portal.accounts.grants import end_grant
from portal.accounts.models import Grant, Person
from portal.accounts.permissions import Role
from portal.db import db
from portal.errors import Forbidden, NotFound
from portal.tickets import service as tickets
from portal.tickets.models import Attachment
from portal.tickets.uploads import take
from tests.people import World, actor_of, contact
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked

pytestmark = pytest.mark.usefixtures("outbox")


def ends(who: Person, role: Role) -> None:
    """End a role as the roster and the people pages do."""
    db.session.remove()
    held = db.session.scalars(
        select(Grant.id).where(Grant.person_id == who.id, Grant.role == role, Grant.ended_at.is_(None))
    )
    assert [end_grant(key) for key in held] == [True]
    db.session.commit()


class Sent:
    """A file as a form gives it."""

    filename = "programme.txt"

    def __init__(self) -> None:
        self.stream = io.BytesIO(b"the programme")


def places(world: World) -> list[str]:
    """Pages of the congress, and a download."""
    event = f"/events/{world.congress.id}"
    ticket = asked(world, uploads=take([Sent()], [], world.contact.id).uploads)
    file = db.session.scalars(select(Attachment.id)).one()
    pages = [event, f"{event}/contacts", f"{event}/tickets", f"{event}/bookings", f"/tickets/{ticket.id}"]
    return [*pages, f"/attachments/{file}"]


def reach(browser: PortalClient, paths: list[str]) -> set[int]:
    pages = {browser.get(path).status_code for path in paths}
    return pages | {browser.fragment("get", path).status_code for path in paths}


def test_a_contact_reaches_nothing_more(client: PortalClient, world: World) -> None:
    browser, paths = client.as_(world.contact), places(world)
    assert reach(browser, paths) == {200}
    ends(world.contact, Role.CONTACT)
    assert reach(browser, paths) == {404}
    assert "Congress" not in browser.get("/account").text
    assert browser.get("/account").status_code == 200


def test_an_organiser_reaches_nothing_more(client: PortalClient, world: World) -> None:
    browser, paths = client.as_(world.organiser), places(world)
    assert reach(browser, paths) == {200}
    ends(world.organiser, Role.ORGANISER)
    assert reach(browser, paths) == {404}


def test_an_administrator_ends_an_organiser_from_the_people_page(client: PortalClient, world: World) -> None:
    browser = client.as_(world.organiser)
    assert browser.get(f"/events/{world.congress.id}").status_code == 200
    held = db.session.scalars(select(Grant).where(Grant.person_id == world.organiser.id)).one()
    page = f"/staff/people/{world.organiser.id}"
    assert client.as_(world.admin).post(f"{page}/roles/{held.id}/end", form_at=page).status_code == 303
    assert browser.get(f"/events/{world.congress.id}").status_code == 404


def test_another_role_there_still_holds(client: PortalClient, world: World) -> None:
    contact(world.congress, world.organiser)
    db.session.commit()
    browser = client.as_(world.organiser)
    ends(world.organiser, Role.ORGANISER)
    assert browser.get(f"/events/{world.congress.id}").status_code == 200
    assert browser.get(f"/events/{world.workshop.id}").status_code == 404


def test_writing_with_rights_read_before_is_refused(world: World) -> None:
    ticket, before = asked(world), actor_of(world.contact)
    ends(world.contact, Role.CONTACT)
    with pytest.raises((Forbidden, NotFound)):
        tickets.reply_to_ticket(before, ticket.id, body="Still here", form_key="1", seen=0)
    with pytest.raises((Forbidden, NotFound)):
        tickets.open_ticket(
            before, world.congress.id, topic="problem", subject="Again", body="Still here", form_key="2"
        )


def test_a_closed_account_writes_nothing_more(world: World) -> None:
    before, key = actor_of(world.contact), world.congress.id
    people.disable_person(world.actor("admin"), world.contact.id)
    with pytest.raises(Forbidden, match="closed"):
        tickets.open_ticket(before, key, topic="problem", subject="Again", body="Still here", form_key="3")

"""Nobody finds what they may not see: not even that it is there."""

from collections.abc import Callable

import pytest

from portal.accounts.permissions import Role
from portal.clock import now
from portal.db import db
from portal.tickets.models import Ticket
from portal.tickets.sides import is_support, reads_notes
from portal.wishlist.models import Wish
from tests.articles.shelf import article
from tests.people import World, actor_of, contact, grant, person
from tests.search.findings import found, note, say, ticket, told
from tests.signing_in import PortalClient

WORD = "quetzalcoatlus"
EVERYONE = {
    "organiser",
    "contact",
    "outsider",
    "outside_contact",
    "agent",
    "moderator",
    "manager",
    "admin",
    "nobody",
}
SUPPORT = {"agent", "manager"}


def _subject(world: World) -> None:
    ticket(world.congress, world.contact, WORD, "x")


def _message(world: World) -> None:
    ticket(world.congress, world.contact, "x", f"A {WORD}.")


def _file(world: World) -> None:
    say(ticket(world.congress, world.contact, "x"), world.contact, "x", file=f"{WORD}.pdf")


def _note(world: World) -> None:
    note(ticket(world.congress, world.contact, "x", "y"), world.agent, f"A {WORD}.")


def _file_of_note(world: World) -> None:
    note(ticket(world.congress, world.contact, "x", "y"), world.agent, "See.", file=f"{WORD}.pdf")


def _tag(world: World) -> None:
    ticket(world.congress, world.contact, "x", "y", tags=[WORD])


def _article(audience: str = "everyone", state: str = "published") -> Callable[[World], None]:
    return lambda world: article(world.agent, f"On the {WORD}", audience=audience, state=state) and None


def _wish(state: str) -> Callable[[World], None]:
    def write(world: World) -> None:
        published = None if state in ("submitted", "declined") else now()
        db.session.add(
            Wish(
                title=f"A {WORD}",
                problem="x",
                author_id=world.contact.id,
                state=state,
                published_at=published,
            )
        )

    return write


def _event(world: World) -> None:
    world.congress.name = f"{WORD} congress"


def _person(world: World) -> None:
    contact(world.congress, person(f"Otto {WORD}", email="otto@people.example"))


CASES: dict[str, tuple[Callable[[World], None], set[str]]] = {
    "a ticket's subject": (_subject, {"organiser", "contact"} | SUPPORT),
    "a message": (_message, {"organiser", "contact"} | SUPPORT),
    "a file's name": (_file, {"organiser", "contact"} | SUPPORT),
    "a note": (_note, SUPPORT),
    "the file of a note": (_file_of_note, SUPPORT),
    "a tag": (_tag, SUPPORT),
    "an article for everyone": (_article(), EVERYONE),
    "one for contacts": (_article("contacts"), {"contact", "outside_contact", "agent", "moderator", "manager", "admin"}),
    "one for organisers": (_article("organisers"), {"organiser", "outsider", "agent", "moderator", "manager", "admin"}),
    "one for staff": (_article("staff"), {"agent", "moderator", "manager", "admin"}),
    "a draft": (_article(state="draft"), set()),
    "a retired article": (_article(state="retired"), set()),
    "a published wish": (_wish("published"), EVERYONE - {"nobody"}),
    "a wish that is held": (_wish("submitted"), {"contact", "moderator", "manager"}),
    "a declined wish": (_wish("declined"), {"contact", "agent", "moderator", "manager", "admin"}),
    "an event": (_event, {"organiser", "contact", "agent", "manager", "admin"}),
    "a person": (_person, {"organiser", "contact", "agent", "manager", "admin"}),
}  # fmt: skip


@pytest.mark.parametrize(("write", "finders"), CASES.values(), ids=CASES.keys())
def test_each_role_finds_what_it_may_see_and_nothing_of_the_rest(
    world: World, client: PortalClient, write: Callable[[World], None], finders: set[str]
) -> None:
    write(world)
    db.session.commit()
    browsers = {name: client.as_(getattr(world, name)) for name in EVERYONE}
    nothing = {name: told(browser, "pterodactylus") for name, browser in browsers.items()}
    assert {name for name, browser in browsers.items() if told(browser, WORD) != nothing[name]} == finders
    for kind in ("tickets", "articles", "wishes", "events", "people"):
        assert all(told(browsers[name], WORD, kind=kind) == told(browsers[name], "pterodactylus", kind=kind)
                   for name in EVERYONE - finders), kind  # fmt: skip


def test_a_visitor_signs_in_first(client: PortalClient) -> None:
    assert "/sign-in" in client.get("/search?q=badge").headers["Location"]


def test_an_agent_who_is_a_contact_of_the_event_is_its_customer(world: World, client: PortalClient) -> None:
    there, elsewhere = (
        ticket(world.fair, world.outside_contact, "x"),
        ticket(world.congress, world.contact, "x"),
    )
    for each in (there, elsewhere):
        note(each, world.manager, f"A {WORD}.")
    grant(world.agent, Role.CONTACT, event_id=world.fair.id)
    db.session.commit()
    assert found(client.as_(world.agent), WORD) == [elsewhere.id]
    assert WORD not in told(client.as_(world.agent), "x")


def test_who_is_support_is_decided_alike_for_one_ticket_and_for_many(world: World) -> None:
    ticket(world.fair, world.outside_contact, "x")
    ticket(world.congress, world.contact, "x")
    grant(world.manager, Role.CONTACT, event_id=world.fair.id)
    db.session.commit()
    for name in EVERYONE:
        actor = actor_of(getattr(world, name))
        read = set(db.session.scalars(db.select(Ticket.id).where(reads_notes(actor))))
        assert read == {
            each.id for each in db.session.scalars(db.select(Ticket)) if is_support(actor, each.scope)
        }


def test_a_note_is_neither_shown_nor_denied_by_leaving_words_out(world: World, client: PortalClient) -> None:
    made = ticket(world.congress, world.contact, "Badge", "Crooked.")
    note(made, world.agent, f"They have a {WORD}, badge and all.")
    contact_page = client.as_(world.contact)
    assert found(contact_page, f"badge -{WORD}") == [made.id]
    assert found(client.as_(world.agent), f"badge -{WORD}") == []
    assert WORD not in told(contact_page, "badge")
    assert f"{WORD}" in told(client.as_(world.agent), f"badge {WORD}")


def test_who_wrote_a_note_is_not_told(world: World, client: PortalClient) -> None:
    made = ticket(world.congress, world.contact, "Badge")
    note(made, world.second_manager, "x")
    assert found(client.as_(world.contact), "", who="second manager") == []
    assert found(client.as_(world.agent), "", who="second manager") == [made.id]


def test_an_address_that_one_may_not_know_tells_nothing(world: World, client: PortalClient) -> None:
    ticket(world.congress, world.contact, "Badge", assignee_id=world.agent.id)
    db.session.commit()
    organiser = client.as_(world.organiser)
    assert found(organiser, "", who=world.agent.email) == []
    assert found(organiser, "", who=str(world.agent.id)) == []
    assert found(organiser, "", who=world.contact.email) != []
    assert found(organiser, world.outside_contact.email) == []


def test_a_removed_contact_finds_nothing_any_more(world: World, client: PortalClient) -> None:
    from portal.accounts.grants import end_grant
    from portal.accounts.models import Grant

    ticket(world.congress, world.contact, WORD, "x")
    db.session.commit()
    browser = client.as_(world.contact)
    assert found(browser, WORD)
    end_grant(db.session.scalars(db.select(Grant.id).where(Grant.person_id == world.contact.id)).one())
    db.session.commit()
    assert found(browser, WORD) == []

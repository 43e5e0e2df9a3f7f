"""A note among support never reaches a customer, through no door (HOW-1).

Every page that can be read is read by every kind of customer, once whole and once as a fragment, asking
for the note's own words wherever something can be asked for; every mail that is written is read too.
Each door has a control in which its guard is taken away, and then the note is found there.
"""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, true
from werkzeug.test import TestResponse

from portal.accounts.permissions import Role
from portal.db import db
from portal.mail.models import OutboundMail
from portal.search import tickets as search
from portal.tickets import letters, queries
from portal.tickets.merging import merge_tickets
from portal.tickets.models import Attachment, Message, Ticket
from portal.tickets.notes import add_note
from portal.tickets.splitting import split_ticket
from portal.tickets.storage import store
from portal.tickets.uploads import Upload
from tests.guards.belongings import belongings
from tests.people import World, grant
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked, closed, png, replied

pytestmark = pytest.mark.usefixtures("outbox")

WORDS = "zanzibarquince"
# Each is asked alone: a second filter would narrow down what the first one finds.
ASKED_FOR = ("q", "words", "text")
SEARCHED = ("/search", "/tickets", "/articles", "/wishes", "/staff/")
# Where the controls look.
DOORS = r"^/(tickets/\d+|attachments/\d+|search)$"
PLAIN = {"number": "1", "name": "organisers", "token": "none", "reference": "none"}
CUSTOMERS = ("contact", "organiser", "manager")


def noted(world: World, ticket: Ticket) -> Message:
    """A note with a file, by an agent."""
    content = png(WORDS.encode())
    file = Upload(store().put(content), f"{WORDS}.png", "image/png", len(content), uuid4().hex * 2)
    body = f"About {WORDS} only among us."
    return add_note(world.actor("agent"), ticket.id, body=body, form_key=str(uuid4()), uploads=[file])


@pytest.fixture
def told(world: World) -> dict[str, str]:
    """A ticket with notes beside one of everything; its customers are the contact, the organiser, and a
    manager who is a contact of the event as well."""
    values = belongings(world, world.congress, world.organiser, world.contact, day=10).values
    grant(world.manager, Role.CONTACT, event_id=world.congress.id)
    db.session.commit()
    ticket = asked(world)
    noted(world, ticket)
    replied(world, ticket, "agent", "Choose two columns.")
    noted(world, ticket)
    _merged_and_split(world, ticket)
    file_id = db.session.scalar(select(Attachment.id).where(Attachment.name == f"{WORDS}.png"))
    return PLAIN | {k: str(v) for k, v in values.items()} | {
        "ticket_id": str(ticket.id), "attachment_id": str(file_id),
    }  # fmt: skip


def _merged_and_split(world: World, ticket: Ticket) -> None:
    """Another ticket with a note becomes part of it; a message with its note becomes a ticket of its own."""
    other = asked(world, "other_contact", body="The same question.")
    noted(world, other)
    merge_tickets(world.actor("agent"), other.id, ticket.id)
    part = [replied(world, ticket, "contact", "Something else.").id, noted(world, ticket).id]
    split_ticket(
        world.actor("agent"),
        ticket.id,
        part,
        topic="problem",
        subject="Something else",
        form_key=str(uuid4()),
    )


def addresses(app: Flask, values: dict[str, str]) -> Iterator[str]:
    """The address of everything that can be read."""
    yield from (f"/tickets/{key}" for key in db.session.scalars(select(Ticket.id)))
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint not in ("static", "operations.show_metrics"):
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values.get(found[1], "1"), rule.rule)


def leaks(
    browser: PortalClient, app: Flask, values: dict[str, str], *, fragment: bool = False, doors: str = ""
) -> set[str]:
    """Where a customer reads the note's words, or gets its file; only at addresses that match `doors`."""
    found = set()
    headers = {"HX-Request": "true"} if fragment else {}
    for address in filter(re.compile(doors).search, addresses(app, values)):
        asked_for = ASKED_FOR if any(part in address for part in SEARCHED) else ("q",)
        pages = [
            browser._alone("get", address, query_string={name: WORDS}, headers=headers) for name in asked_for
        ]
        found |= {address for answer in pages if tells(answer)}
    return found


def tells(answer: TestResponse) -> bool:
    """Whether an answer holds the note's words, or its picture. The words alone stand wherever they were asked for."""
    text = re.sub(rb"<[^>]+>", b"", answer.data)
    said = f"About {WORDS}".encode() in text or f"{WORDS}.png".encode() in answer.data
    return said or (answer.status_code == 200 and answer.mimetype == "image/png")


@pytest.mark.parametrize(("who", "fragment"), [*((who, False) for who in CUSTOMERS), ("contact", True)])
def test_no_page_shows_a_note_to_a_customer(
    app: Flask, client: PortalClient, world: World, told: dict[str, str], who: str, fragment: bool
) -> None:
    assert leaks(client.as_(getattr(world, who)), app, told, fragment=fragment) == set()


def test_the_same_walk_finds_it_as_support(
    app: Flask, client: PortalClient, world: World, told: dict[str, str]
) -> None:
    found = leaks(client.as_(world.agent), app, told, doors=DOORS)
    assert {f"/tickets/{told['ticket_id']}", f"/attachments/{told['attachment_id']}"} <= found


@pytest.mark.parametrize("fragment", [False, True])
def test_without_the_guard_the_page_and_the_file_show_it(
    app: Flask, client: PortalClient, world: World, told: dict[str, str], monkeypatch: pytest.MonkeyPatch,
    fragment: bool,
) -> None:  # fmt: skip
    monkeypatch.setattr(queries, "is_support", lambda actor, scope: True)
    found = leaks(client.as_(world.contact), app, told, fragment=fragment, doors=DOORS)
    assert {f"/tickets/{told['ticket_id']}", f"/attachments/{told['attachment_id']}"} <= found


def test_without_the_guard_the_search_finds_it(
    app: Flask, client: PortalClient, world: World, told: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "reads_notes", lambda actor: true())
    assert "/search" in leaks(client.as_(world.contact), app, told, doors=DOORS)


def mailed() -> str:
    """Everything that was mailed, to whomever."""
    db.session.rollback()
    mails = db.session.scalars(select(OutboundMail))
    return "".join(f"{mail.subject} {mail.body_text} {mail.body_html} {mail.headers}" for mail in mails)


def test_no_mail_carries_a_note(world: World, told: dict[str, str]) -> None:
    ticket = db.session.get_one(Ticket, int(told["ticket_id"]))
    for who in ("contact", "agent", "manager", "agent"):
        replied(world, ticket, who, f"{who} writes again.")
        noted(world, ticket)
    closed(world, ticket)
    written = mailed()
    assert "agent writes again." in written
    assert WORDS not in written


def test_a_note_cannot_be_mailed_as_an_answer(world: World, told: dict[str, str]) -> None:
    ticket = db.session.get_one(Ticket, int(told["ticket_id"]))
    note = db.session.scalars(select(Message).where(Message.internal)).first()
    with pytest.raises(AssertionError, match="a note"):
        letters.tell_customer(ticket, note, world.agent)


def test_without_the_guard_a_mail_would_carry_it(
    world: World, told: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = db.session.get_one(Ticket, int(told["ticket_id"]))
    note = db.session.scalars(select(Message).where(Message.internal)).first()
    monkeypatch.setattr(letters, "never_a_note", lambda message: None)
    letters.tell_customer(ticket, note, world.agent)
    db.session.commit()
    assert WORDS in mailed()

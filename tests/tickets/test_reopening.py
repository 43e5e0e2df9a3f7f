"""A reply opens a closed ticket again for a while; later it makes a new one that leads back (HOW-4)."""

from typing import Any
from uuid import uuid4

import pytest
import time_machine

from portal.audit.models import AuditEntry
from portal.db import db
from portal.tickets.models import Message, Ticket
from portal.tickets.models_work import TicketLink
from tests.outbox import Outbox
from tests.people import World
from tests.policy.moments import et
from tests.signing_in import PortalClient
from tests.tickets.scenes import as_stored, asked, closed, png, replied

LAST_MOMENT, TOO_LATE = "2026-06-16 12:00", "2026-06-16 12:01"


def at(moment: str) -> Any:
    """That moment on the US Eastern wall clock."""
    return time_machine.travel(et(moment), tick=False)


@pytest.fixture
def ticket(world: World, outbox: Outbox) -> Ticket:
    """Answered and closed on 2 June 2026 at noon."""
    with at("2026-06-02 12:00"):
        made = asked(world)
        replied(world, made, "agent")
        closed(world, made)
    outbox.all()
    return made


def test_within_the_window_it_is_the_same_ticket(world: World, ticket: Ticket, outbox: Outbox) -> None:
    with at(LAST_MOMENT):
        message = replied(world, ticket, "contact")
    assert message.ticket_id == ticket.id
    assert as_stored(ticket).state == "open"
    outbox.all()


def test_later_it_is_a_new_ticket_that_leads_back(world: World, ticket: Ticket, outbox: Outbox) -> None:
    with at(TOO_LATE):
        message = replied(world, ticket, "contact", "It came back.")
    new = db.session.get_one(Ticket, message.ticket_id)
    assert new.id != ticket.id
    assert (new.subject, new.topic, new.state, new.opened_by_id) == (
        ticket.subject, ticket.topic, "open", world.contact.id,
    )  # fmt: skip
    assert new.reply_due_at == et("2026-06-17 12:01")
    link = db.session.scalars(db.select(TicketLink)).one()
    assert (link.ticket_id, link.other_id, link.relation) == (ticket.id, new.id, "continued")
    assert as_stored(ticket).state == "closed"
    told = [mail.person_id for mail in outbox.all()]
    assert told == [world.contact.id, world.agent.id]


def test_sent_twice_it_is_one_new_ticket(world: World, ticket: Ticket, outbox: Outbox) -> None:
    key = str(uuid4())
    with at(TOO_LATE):
        first = replied(world, ticket, "contact", form_key=key)
        again = replied(world, ticket, "contact", form_key=key)
    assert first.id == again.id
    assert db.session.scalar(db.select(db.func.count(Ticket.id))) == 2
    outbox.all()


def test_the_record_tells_what_it_continues(world: World, ticket: Ticket, outbox: Outbox) -> None:
    with at(TOO_LATE):
        replied(world, ticket, "contact")
    opened = db.select(AuditEntry).where(AuditEntry.action == "ticket.opened").order_by(AuditEntry.id.desc())
    newest = db.session.scalars(opened.limit(1)).one()
    assert newest.after is not None
    assert newest.after["continues"] == ticket.id
    outbox.all()


def test_support_may_answer_on_an_old_one(world: World, ticket: Ticket, outbox: Outbox) -> None:
    with at("2026-09-01 12:00"):
        message = replied(world, ticket, "agent", "One more thing.")
    assert message.ticket_id == ticket.id
    outbox.all()


def test_the_page_says_so_before_anything_is_typed(
    client: PortalClient, world: World, ticket: Ticket, outbox: Outbox
) -> None:
    contact, address = world.contact, f"/tickets/{ticket.id}"
    with at("2026-06-10 12:00"):
        assert "A reply opens it again until" in client.as_(contact).get(address).text
    with at(TOO_LATE):
        db.session.add(contact)
        page = client.as_(contact).get(address).text
    assert "A reply makes a new ticket that leads to this one." in page
    assert "becomes a new ticket that leads to this one. All you type is kept." in page


def test_by_the_page_the_customer_lands_on_the_new_ticket_with_everything(
    client: PortalClient, world: World, ticket: Ticket, outbox: Outbox
) -> None:
    with at(TOO_LATE):
        answer = client.as_(world.contact).post(
            f"/tickets/{ticket.id}/replies",
            {"body": "It came back.", "files": [(__import__("io").BytesIO(png()), "shot.png")]},
            form_at=f"/tickets/{ticket.id}",
            content_type="multipart/form-data",
        )
    message = db.session.scalars(db.select(Message).order_by(Message.id.desc()).limit(1)).one()
    assert message.ticket_id != ticket.id
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/tickets/{message.ticket_id}")
    assert [file.name for file in message.attachments] == ["shot.png"]
    outbox.all()

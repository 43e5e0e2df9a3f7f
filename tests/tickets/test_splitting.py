"""Messages that become a ticket of their own, and tickets that lead to one another."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.tickets.links import link_related, linked_tickets, unlink
from portal.tickets.models import Message, Ticket
from portal.tickets.models_goals import TicketGoal
from portal.tickets.queries import thread_of
from portal.tickets.splitting import split_ticket
from tests.outbox import Outbox
from tests.people import World
from tests.signing_in import PortalClient
from tests.tickets.scenes import as_stored, asked, closed, replied
from tests.tickets.test_notes import noted

pytestmark = pytest.mark.usefixtures("outbox")


def split(world: World, ticket: Ticket, chosen: list[int], who: str = "agent", **changes: Any) -> Ticket:
    values = {"topic": "problem", "subject": "The  other thing", "form_key": str(uuid4())} | changes
    return split_ticket(world.actor(who), ticket.id, chosen, **values)


def stored_ticket(key: int) -> Ticket:
    return db.session.scalars(select(Ticket).where(Ticket.id == key).options(joinedload(Ticket.event))).one()


def messages(ticket: Ticket) -> list[int]:
    return messages_of(ticket.id)


def messages_of(key: int) -> list[int]:
    return list(db.session.scalars(select(Message.id).where(Message.ticket_id == key).order_by(Message.id)))


def test_the_promise_goes_along_with_what_waits(world: World, outbox: Outbox) -> None:
    ticket, contact = asked(world), world.actor("contact")
    replied(world, ticket, "agent", "Two columns.")
    second = replied(world, ticket, "other_contact", "And the app crashes.")
    note = noted(world, ticket)
    due = as_stored(ticket).reply_due_at
    outbox.all()
    part = split(world, ticket, [second.id, note.id])
    told = [mail.person_id for mail in outbox.all()]
    second_id, note_id, part_id, asker, whole = second.id, note.id, part.id, world.other_contact.id, ticket.id
    assert messages_of(part_id) == [second_id, note_id]
    stored = stored_ticket(part_id)
    assert (stored.state, stored.reply_due_at, stored.subject) == ("open", due, "The other thing")
    assert stored.opened_by_id == asker
    assert stored_ticket(whole).state == "waiting"
    running = select(TicketGoal.ticket_id).where(TicketGoal.kind != "resolution", TicketGoal.met_at.is_(None))
    assert list(db.session.scalars(running.where(TicketGoal.dropped_at.is_(None)))) == [part_id]
    assert told == [asker]
    (link,) = linked_tickets(contact, stored)
    assert (link.label, link.ticket.id) == ("Taken out of", whole)
    shown = thread_of(contact, stored).items
    assert [message.id for message in shown] == [second_id]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "ticket.split")).one()
    assert entry.after == {"messages": [second_id, note_id], "ticket": part_id}


def test_what_is_answered_waits_for_the_customer(world: World) -> None:
    ticket = asked(world)
    second = replied(world, ticket, "contact", "And the app crashes.")
    answer = replied(world, ticket, "agent", "Update it.")
    part = as_stored(split(world, ticket, [second.id, answer.id]))
    assert (part.state, part.reply_due_at) == ("waiting", None)
    assert part.first_reply_at is not None
    closed(world, ticket)
    third = replied(world, ticket, "agent", "Anything else?")
    replied(world, ticket, "contact", "No.")
    with pytest.raises(Invalid):
        split(world, ticket, [third.id])


def test_what_cannot_be_split(world: World) -> None:
    ticket, other = asked(world), asked(world)
    note, first = noted(world, ticket), messages(ticket)[0]
    second = replied(world, ticket, "contact").id
    foreign = messages(other)[0]
    for chosen in ([], [0], [foreign], [second, foreign], [note.id], [first, second]):
        with pytest.raises(Invalid):
            split(world, ticket, chosen)
    with pytest.raises(Invalid):
        split(world, ticket, [second], topic="free_lunch")
    with pytest.raises(Forbidden):
        split(world, ticket, [second], "contact")
    with pytest.raises(NotFound):
        split(world, ticket, [second], "outsider")


def test_a_form_sent_twice_splits_once(world: World) -> None:
    ticket, key = asked(world), str(uuid4())
    second = replied(world, ticket, "contact").id
    assert split(world, ticket, [second], form_key=key).id == split(world, ticket, [second], form_key=key).id


def test_the_page_splits(client: PortalClient, world: World) -> None:
    ticket = asked(world)
    second = replied(world, ticket, "contact", "And the app crashes.").id
    browser, customer, address = (
        client.as_(world.agent),
        client.as_(world.contact),
        f"/tickets/{ticket.id}/split",
    )
    assert "And the app crashes." in browser.get(address).text
    typed: dict[str, Any] = {"messages": [str(second)], "subject": "Crash", "topic": "problem"}
    for bad in ({"messages": []}, {"messages": ["x", "9" * 40]}, {"subject": ""}, {"topic": "x"}):
        assert browser.post(address, typed | bad, form_at=address).status_code == 422
    sent = browser.post(address, typed, form_at=address)
    assert sent.status_code == 303
    assert "Taken out of" in customer.get(sent.location).text
    assert customer.get(address).status_code == 403


def test_related_tickets_lead_to_each_other_as_far_as_one_may_see(client: PortalClient, world: World) -> None:
    ticket, foreign = asked(world), asked(world, "outside_contact", event=world.fair, subject="Fair question")
    link_related(world.actor("agent"), ticket.id, foreign.id)
    for here, there in ((ticket, foreign), (foreign, ticket)):
        with pytest.raises(Invalid):
            link_related(world.actor("agent"), here.id, there.id)
    (link,) = linked_tickets(world.actor("agent"), as_stored(foreign))
    assert (link.label, link.ticket.id) == ("Related", ticket.id)
    assert linked_tickets(world.actor("contact"), as_stored(ticket)) == []
    customer, browser, address = (
        client.as_(world.contact),
        client.as_(world.agent),
        f"/tickets/{ticket.id}/links",
    )
    assert "Fair question" not in customer.get(f"/tickets/{ticket.id}").text
    assert "Fair question" in browser.get(address).text
    for bad in ("", "x", str(ticket.id), "999999", "9" * 30):
        assert browser.post(address, {"other": bad}, form_at=address).status_code == 422
    assert browser.post(f"{address}/removal", {"link": str(link.link_id)}, form_at=address).status_code == 303
    with pytest.raises(Conflict):
        unlink(world.actor("agent"), ticket.id, link.link_id)
    assert browser.post(address, {"other": f"#{foreign.id}"}, form_at=address).status_code == 303
    assert customer.get(address).status_code == 403

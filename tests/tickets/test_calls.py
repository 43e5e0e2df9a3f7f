"""Phone calls written down as tickets, and on tickets (HOW-1, WHO-1)."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.accounts.permissions import Role
from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Forbidden, Invalid, Refused
from portal.roster.models import Contact
from portal.tickets.callers import callers
from portal.tickets.calls import Call, log_call, log_call_on
from portal.tickets.models import Message, Ticket
from portal.tickets.models_work import TimeEntry
from tests.outbox import Outbox
from tests.people import World, grant
from tests.signing_in import PortalClient
from tests.tickets.scenes import as_stored, asked, closed
from tests.tickets.test_service import leave

pytestmark = pytest.mark.usefixtures("outbox")


def contact_of(world: World, who: str = "contact") -> Contact:
    return db.session.scalars(select(Contact).where(Contact.person_id == getattr(world, who).id)).one()


def logged(world: World, who: str = "agent", answer: str = "", **changes: Any) -> Ticket:
    call = Call(
        **{"direction": "in", "minutes": 12, "summary": "The badges jam.", "answer": answer} | changes
    )
    return log_call(
        world.actor(who),
        contact_of(world).id,
        call,
        topic="problem",
        subject="Badges  jam",
        form_key=str(uuid4()),
    )


def test_an_open_call_is_a_ticket_of_the_caller_with_its_promise(world: World, outbox: Outbox) -> None:
    ticket = as_stored(logged(world))
    assert (ticket.channel, ticket.state, ticket.opened_by_id) == ("phone", "open", world.contact.id)
    assert ticket.reply_due_at is not None
    assert ticket.subject == "Badges jam"
    assert ticket.spent_minutes == db.session.scalars(select(TimeEntry.minutes)).one() == 12
    said = db.session.scalars(select(Message)).one()
    assert (said.author_id, said.from_staff, said.logged_by_id) == (world.contact.id, False, world.agent.id)
    assert (said.call_direction, said.call_minutes, said.internal) == ("in", 12, False)
    mails = {mail.person_id: mail for mail in outbox.all()}
    assert mails.keys() == {world.contact.id, world.agent.id}
    told = mails[world.contact.id].body_text
    assert "> The badges jam." in told
    assert "Expect a reply by" in told
    actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions == ["ticket.opened", "ticket.time_noted", "ticket.call_logged"]


def test_a_call_answered_at_once_waits_for_nobody(world: World, outbox: Outbox) -> None:
    ticket = as_stored(logged(world, answer="Clean the rollers."))
    assert (ticket.state, ticket.reply_due_at, ticket.assignee_id) == ("waiting", None, world.agent.id)
    assert ticket.first_reply_at is not None
    (mail,) = outbox.all()
    assert mail.person_id == world.contact.id
    assert "> Clean the rollers." in mail.body_text
    assert "Expect a reply" not in mail.body_text


def test_who_is_not_registered_has_no_support(world: World) -> None:
    key = contact_of(world).id
    leave(world, "contact")
    with pytest.raises(Refused) as refused:
        log_call(
            world.actor("agent"), key, Call("in", 1, "x"), topic="problem", subject="x", form_key=str(uuid4())
        )
    assert refused.value.rule == "WHO-1"
    assert list(db.session.scalars(select(Ticket))) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"direction": "up"}, "direction"), ({"minutes": 0}, "minutes"), ({"minutes": 5000}, "minutes")],
)
def test_what_cannot_be_taken_names_its_field(world: World, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as problem:
        logged(world, **changes)
    assert set(problem.value.fields) == {field}


def test_a_customer_of_the_event_does_not_log_its_calls(world: World) -> None:
    grant(world.manager, Role.CONTACT, event_id=world.congress.id)
    db.session.commit()
    for who in ("manager", "contact", "admin"):
        with pytest.raises(Forbidden):
            logged(world, who)


def test_a_form_sent_twice_is_one_ticket(world: World) -> None:
    key, contact = str(uuid4()), contact_of(world).id
    for _ in range(2):
        log_call(
            world.actor("agent"), contact, Call("in", 5, "x"), topic="problem", subject="x", form_key=key
        )
    assert len(list(db.session.scalars(select(Ticket)))) == 1
    assert db.session.scalars(select(Ticket.spent_minutes)).one() == 5


def test_a_call_on_a_ticket_answers_it_or_opens_it_again(world: World, outbox: Outbox) -> None:
    ticket = asked(world)
    agent, other = world.actor("agent"), world.other_contact.id
    log_call_on(
        agent, ticket.id, other, Call("out", 3, "Told them how.", "Two columns."), form_key=str(uuid4())
    )
    assert as_stored(ticket).state == "waiting"
    closed(world, ticket)
    outbox.all()
    log_call_on(agent, ticket.id, other, Call("in", 4, "It still jams."), form_key=str(uuid4()))
    stored = as_stored(ticket)
    assert (stored.state, stored.closed_at, stored.spent_minutes) == ("open", None, 7)
    assert stored.reply_due_at is not None
    assert "Expect a reply by" in next(m.body_text for m in outbox.all() if m.person_id == other)


def test_a_call_on_a_ticket_is_with_a_contact_of_its_event(world: World) -> None:
    ticket = asked(world)
    with pytest.raises(Invalid):
        log_call_on(
            world.actor("agent"), ticket.id, world.outside_contact.id, Call("in", 3, "x"), form_key="1"
        )
    with pytest.raises(Forbidden):
        log_call_on(world.actor("contact"), ticket.id, world.contact.id, Call("in", 3, "x"), form_key="1")


@pytest.mark.parametrize(
    "words",
    ["contact", "CONTACT@people", "0043 1 234", "1234567", "+43 (1) 234 56-7", "congress", "Society of"],
)
def test_a_caller_is_found_by_name_number_and_event(world: World, words: str) -> None:
    contact_of(world).phone = "+43 1 234567"
    db.session.commit()
    assert world.contact.id in [found.person_id for found in callers(world.actor("agent"), words)]


@pytest.mark.parametrize("words", ["", "%", "999999", "nobody of this name", "12"])
def test_who_does_not_match_is_not_found(world: World, words: str) -> None:
    assert callers(world.actor("agent"), words) == []


def test_the_pages(client: PortalClient, world: World, outbox: Outbox) -> None:
    customer = client.as_(world.contact)
    browser, key, who = client.as_(world.agent), contact_of(world).id, str(world.contact.id)
    assert "No registered contact matches" in browser.get("/staff/calls/new?words=xyzzy").text
    assert "Rule WHO-1" in browser.get("/staff/calls/new?words=xyzzy").text
    found = browser.fragment("get", "/staff/calls/new?words=Congress").text
    assert f"/staff/calls/new?contact={key}" in found
    form = f"/staff/calls/new?contact={key}"
    typed = {
        "contact": str(key), "topic": "problem", "subject": "Jam", "direction": "in", "minutes": "7",
        "summary": "It jams.", "answer": "",
    }  # fmt: skip
    for bad in (
        {"minutes": "x"},
        {"summary": ""},
        {"topic": ""},
        {"subject": " "},
        {"direction": "sideways"},
    ):
        page = browser.post("/staff/calls/new", typed | bad, form_at=form)
        assert page.status_code == 422
    assert "It jams." in browser.post("/staff/calls/new", typed | {"subject": ""}, form_at=form).text
    sent = browser.post("/staff/calls/new", typed, form_at=form)
    assert sent.status_code == 303
    page = browser.get(sent.location).text
    assert "By phone" in page
    assert "called, 7 min; written down by Agent" in page
    on_ticket = f"{sent.location}/calls/new"
    more = {
        "person": who,
        "direction": "out",
        "minutes": "2",
        "summary": "Solved.",
        "answer": "Yes.",
    }
    assert browser.post(on_ticket, more | {"person": "x"}, form_at=on_ticket).status_code == 422
    assert browser.post(on_ticket, more, form_at=on_ticket).location == sent.location
    outbox.all()
    for odd in ("0", "x", "9" * 30):
        assert browser.get(f"/staff/calls/new?contact={odd}").status_code == 200
    assert customer.get("/staff/calls/new").status_code == 403
    assert customer.get(on_ticket).status_code == 403

"""Giving a ticket to a colleague, taking it over, and putting it back: /tickets/<id>/assignment."""

from datetime import date
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts.actor import SYSTEM
from portal.accounts.models import Person
from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.tickets import service
from portal.tickets.assignment import hand_ticket
from portal.tickets.models import Ticket
from portal.tickets.sharing_out import share_out
from tests.duty.rota import agent, away
from tests.outbox import Outbox
from tests.people import World, actor_of, contact
from tests.policy.moments import et
from tests.signing_in import PortalClient
from tests.tickets.scenes import as_stored, asked, closed

TUESDAY = et("2026-06-02 10:00")


@pytest.fixture(autouse=True)
def clock(outbox: Outbox) -> Any:
    """The time stands still; `move_to` sets another."""
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def second(world: World) -> Person:
    """Another agent."""
    return agent("Second Agent")


@pytest.fixture
def ticket(world: World, outbox: Outbox) -> Ticket:
    """A ticket that the agent has claimed; its mail has been looked at."""
    made = asked(world)
    service.claim_ticket(world.actor("agent"), made.id)
    outbox.all()
    return made


def last_entry() -> AuditEntry:
    return db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


def test_a_colleague_gets_it_and_is_told_why(
    world: World, ticket: Ticket, second: Person, outbox: Outbox
) -> None:
    hand_ticket(
        world.actor("agent"), ticket.id, to_id=second.id, seen_id=world.agent.id, reason="You know badges"
    )
    stored = as_stored(ticket)
    assert stored.assignee_id == second.id
    assert stored.assigned_because == "Agent assigned it: You know badges"
    assert last_entry().action == "ticket.assigned"
    assert last_entry().before == {"assignee": world.agent.id}
    assert last_entry().after == {"assignee": second.id, "because": "Agent assigned it: You know badges"}
    assert outbox.subjects() == ["Yours now: Badges in two columns (Congress) -> second.agent@people.example"]


def test_taking_it_over_needs_a_reason_which_the_other_reads(
    world: World, ticket: Ticket, second: Person, outbox: Outbox
) -> None:
    with pytest.raises(Invalid) as refused:
        hand_ticket(actor_of(second), ticket.id, to_id=second.id, seen_id=world.agent.id)
    assert refused.value.fields == {"reason": "Say why: Agent is told."}
    hand_ticket(actor_of(second), ticket.id, to_id=second.id, seen_id=world.agent.id, reason="I am on it")
    assert as_stored(ticket).assignee_id == second.id
    assert last_entry().action == "ticket.taken_over"
    [mail] = outbox.all()
    assert (mail.address, mail.subject) == (
        "agent@people.example", "No longer with you: Badges in two columns (Congress)",
    )  # fmt: skip
    assert "> Second Agent took it over: I am on it" in mail.body_text


def test_put_back_it_is_offered_again_but_not_to_who_put_it_back(
    world: World, ticket: Ticket, second: Person, outbox: Outbox, clock: Any
) -> None:
    hand_ticket(world.actor("agent"), ticket.id, to_id=None, seen_id=world.agent.id)
    stored = as_stored(ticket)
    assert (stored.assignee_id, stored.assigned_at, stored.assigned_because) == (None, None, "")
    assert last_entry().action == "ticket.put_back"
    assert outbox.subjects() == [
        "To be claimed again: Badges in two columns (Congress) -> second.agent@people.example"
    ]
    key = ticket.id
    clock.move_to(et("2026-06-02 14:30"))
    assert share_out(SYSTEM) == 1
    assert db.session.get_one(Ticket, key).assignee_id == second.id


def test_alone_on_duty_one_gets_back_what_one_put_back(world: World, ticket: Ticket, clock: Any) -> None:
    hand_ticket(world.actor("agent"), ticket.id, to_id=None, seen_id=world.agent.id)
    clock.move_to(et("2026-06-02 14:30"))
    assert share_out(SYSTEM) == 1


def test_to_whom_it_was_already_changes_nothing(world: World, ticket: Ticket, outbox: Outbox) -> None:
    newest = last_entry().id
    hand_ticket(world.actor("agent"), ticket.id, to_id=world.agent.id, seen_id=world.agent.id)
    assert last_entry().id == newest
    assert outbox.all() == []


def test_one_who_is_away_or_does_not_work_on_tickets_cannot_get_it(
    world: World, ticket: Ticket, second: Person
) -> None:
    away(second, date(2026, 6, 1), date(2026, 6, 5))
    for key, message in (
        (second.id, "Second Agent is away. Choose somebody else."),
        (world.contact.id, "Choose one of the team."),
        (0, "Choose one of the team."),
    ):
        with pytest.raises(Invalid) as refused:
            hand_ticket(world.actor("agent"), ticket.id, to_id=key, seen_id=world.agent.id)
        assert refused.value.fields == {"to": message}


def test_what_changed_meanwhile_is_a_conflict_that_says_how(
    world: World, ticket: Ticket, second: Person
) -> None:
    for seen in (None, second.id, 0):
        with pytest.raises(Conflict, match="Agent has this ticket now"):
            hand_ticket(world.actor("manager"), ticket.id, to_id=second.id, seen_id=seen, reason="Now")
    hand_ticket(world.actor("agent"), ticket.id, to_id=None, seen_id=world.agent.id)
    with pytest.raises(Conflict, match="Nobody has this ticket now"):
        hand_ticket(world.actor("agent"), ticket.id, to_id=second.id, seen_id=world.agent.id)
    closed(world, ticket)
    with pytest.raises(Conflict, match="closed"):
        hand_ticket(world.actor("agent"), ticket.id, to_id=second.id, seen_id=None)


@pytest.mark.parametrize(
    ("who", "error"),
    [("contact", Forbidden), ("organiser", Forbidden), ("outsider", NotFound), ("moderator", NotFound),
     ("admin", NotFound)],
)  # fmt: skip
def test_only_support_hands_tickets_on(
    world: World, ticket: Ticket, who: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        hand_ticket(world.actor(who), ticket.id, to_id=None, seen_id=world.agent.id)


def test_an_agent_who_is_the_events_contact_is_its_customer(
    world: World, ticket: Ticket, client: PortalClient
) -> None:
    contact(world.congress, world.manager)
    db.session.commit()
    with pytest.raises(Forbidden):
        hand_ticket(world.actor("manager"), ticket.id, to_id=None, seen_id=world.agent.id, reason="Mine")
    assert client.as_(world.manager).get(f"/tickets/{ticket.id}/assignment").status_code == 403


def test_the_page_ranks_the_team_and_names_duty_skill_and_load(
    world: World, ticket: Ticket, second: Person, client: PortalClient
) -> None:
    away(agent("Absent Agent"), date(2026, 6, 1), date(2026, 6, 5))
    agent("Other Topics", takes=("problem",))
    page = client.as_(world.agent).get(f"/tickets/{ticket.id}/assignment").get_data(as_text=True)
    names = ["Second Agent: on duty, takes this topic, 0 open tickets",
             "Agent (you): on duty, takes this topic, 1 open ticket",
             "Other Topics: on duty, does not take this topic, 0 open tickets",
             "Nobody: put it back to the team"]  # fmt: skip
    assert [page.index(name) for name in names] == sorted(page.index(name) for name in names)
    assert "Absent Agent" not in page


def test_a_manager_may_take_it_though_not_in_the_rota(
    world: World, ticket: Ticket, client: PortalClient
) -> None:
    browser = client.as_(world.manager)
    address = f"/tickets/{ticket.id}/assignment"
    assert "Manager (you)" in browser.get(address).get_data(as_text=True)
    sent = {"to": str(world.manager.id), "reason": "Escalated", "seen": str(world.agent.id)}
    assert browser.post(address, sent).status_code == 303
    assert as_stored(ticket).assignee_id == world.manager.id


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ({}, 422, "Choose who is to have it."), ({"to": "nonsense"}, 422, "Choose one of the team."),
        ({"to": "9" * 40}, 422, "Choose one of the team."), ({"to": "team", "reason": "x" * 301}, 422, "within 300"),
        ({"to": "team", "seen": "12x"}, 409, "has this ticket now"),
    ],
)  # fmt: skip
def test_bad_input_is_told_and_what_was_typed_is_kept(
    world: World, ticket: Ticket, client: PortalClient, typed: dict[str, str], status: int, said: str
) -> None:
    sent = {"seen": str(world.agent.id), "reason": "Kept words", **typed}
    answer = client.as_(world.agent).post(f"/tickets/{ticket.id}/assignment", sent)
    assert answer.status_code == status
    page = answer.get_data(as_text=True)
    assert said in page
    assert status == 409 or "Kept words" in page or "xxx" in page

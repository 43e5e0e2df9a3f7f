"""Several tickets at once: what can be done is done, and each that was not is told."""

from typing import Any

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Forbidden, Invalid
from portal.tickets import bulk, service
from portal.tickets.bulk import Outcome
from portal.tickets.models import Ticket
from portal.tickets.queries import last_message_id
from tests.duty.rota import agent
from tests.outbox import Outbox
from tests.people import World, actor_of, contact
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked, closed, replied


@pytest.fixture
def second(world: World, outbox: Outbox) -> Person:
    """Another agent."""
    return agent("Second Agent")


@pytest.fixture
def three(world: World, second: Person, outbox: Outbox) -> list[Ticket]:
    """Three tickets: nobody has the first, the second agent the second; the third is closed."""
    tickets = [asked(world, subject=f"Number {number}") for number in (1, 2, 3)]
    service.claim_ticket(actor_of(second), tickets[1].id)
    closed(world, tickets[2])
    outbox.all()
    return tickets


def stored(tickets: list[Ticket]) -> list[Ticket]:
    keys = [ticket.id for ticket in tickets]
    db.session.remove()
    return list(db.session.scalars(select(Ticket).where(Ticket.id.in_(keys)).order_by(Ticket.id)))


def recorded(action: str) -> int:
    return db.session.scalar(select(func.count()).where(AuditEntry.action == action)) or 0


def test_tickets_are_assigned_but_not_those_of_others_nor_closed_ones(
    world: World, three: list[Ticket], outbox: Outbox
) -> None:
    keys = [ticket.id for ticket in three]
    outcomes = bulk.assign_tickets(world.actor("agent"), keys, world.manager.id)
    assert outcomes == [
        Outcome(keys[0]), Outcome(keys[1], "is with Second Agent: take it over on its own page"),
        Outcome(keys[2], "is closed"),
    ]  # fmt: skip
    now = stored(three)
    assert now[0].assignee_id == world.manager.id
    assert now[0].assigned_because == "Agent assigned it with others."
    assert recorded("ticket.assigned") == 1
    assert outbox.subjects() == ["Yours now: Number 1 (Congress) -> manager@people.example"]


def test_a_manager_reassigns_what_others_have_and_both_are_told(
    world: World, three: list[Ticket], outbox: Outbox
) -> None:
    keys = [ticket.id for ticket in three[:2]]
    assert bulk.assign_tickets(world.actor("manager"), keys, world.agent.id) == [Outcome(key) for key in keys]
    assert {ticket.assignee_id for ticket in stored(three[:2])} == {world.agent.id}
    assert sorted(outbox.subjects()) == [
        "No longer with you: Number 2 (Congress) -> second.agent@people.example",
        "Yours now: Number 1 (Congress) -> agent@people.example",
        "Yours now: Number 2 (Congress) -> agent@people.example",
    ]


def test_tags_are_put_on_and_taken_off_once(world: World, three: list[Ticket]) -> None:
    keys = [ticket.id for ticket in three]
    actor = world.actor("agent")
    assert bulk.tag_tickets(actor, keys[:2], " Badge  Printing! ") == [Outcome(key) for key in keys[:2]]
    assert bulk.tag_tickets(actor, keys, "badge-printing")[0] == Outcome(keys[0], "has it already")
    assert [ticket.tags for ticket in stored(three)] == [["badge-printing"]] * 3
    assert recorded("ticket.marked") == 3
    bulk.tag_tickets(actor, keys[:1], "badge-printing", on=False)
    assert [ticket.tags for ticket in stored(three)] == [[], ["badge-printing"], ["badge-printing"]]
    for number in range(9):
        bulk.tag_tickets(actor, keys[1:2], f"tag {number}")
    assert bulk.tag_tickets(actor, keys[1:2], "one too many") == [Outcome(keys[1], "has 10 tags already")]


def test_priorities_are_set(world: World, three: list[Ticket]) -> None:
    keys = [ticket.id for ticket in three]
    bulk.prioritise_tickets(world.actor("agent"), keys[:1], "high")
    outcomes = bulk.prioritise_tickets(world.actor("agent"), keys, "high")
    assert outcomes[0] == Outcome(keys[0], "has it already")
    assert {ticket.priority for ticket in stored(three)} == {"high"}
    assert recorded("ticket.marked") == 3


def test_closing_leaves_those_with_a_newer_message(world: World, three: list[Ticket], outbox: Outbox) -> None:
    actor = world.actor("agent")
    seen = {ticket.id: last_message_id(actor, ticket) for ticket in three}
    replied(world, three[0], "contact", "One more thing")
    outbox.all()
    assert bulk.close_tickets(actor, seen) == [
        Outcome(three[0].id, "got a message meanwhile"), Outcome(three[1].id),
        Outcome(three[2].id, "is closed already"),
    ]  # fmt: skip
    assert [ticket.state for ticket in stored(three)] == ["open", "closed", "closed"]
    assert [mail.address for mail in outbox.all()] == ["contact@people.example"]


def test_what_is_not_there_and_ones_own_events_are_left_out(world: World, three: list[Ticket]) -> None:
    contact(world.congress, world.manager)
    db.session.commit()
    keys = [three[0].id, 10**12]
    assert bulk.prioritise_tickets(world.actor("manager"), keys, "low") == [
        Outcome(keys[0], "is of an event whose contact you are"), Outcome(keys[1], "is not there"),
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["contact", "organiser", "outsider", "moderator", "admin"])
def test_only_support_changes_tickets(world: World, three: list[Ticket], who: str) -> None:
    for change in (
        lambda: bulk.prioritise_tickets(world.actor(who), [three[0].id], "low"),
        lambda: bulk.tag_tickets(world.actor(who), [three[0].id], "x"),
        lambda: bulk.assign_tickets(world.actor(who), [three[0].id], world.agent.id),
        lambda: bulk.close_tickets(world.actor(who), {three[0].id: 10**9}),
    ):
        with pytest.raises(Forbidden):
            change()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda actor: bulk.tag_tickets(actor, [1], " !? "), "tag"),
        (lambda actor: bulk.prioritise_tickets(actor, [1], "soonish"), "priority"),
        (lambda actor: bulk.assign_tickets(actor, [1], 0), "to"),
        (lambda actor: bulk.tag_tickets(actor, [], "x"), "tickets"),
    ],
)
def test_what_cannot_be_is_refused(world: World, three: list[Ticket], change: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        change(world.actor("agent"))
    assert list(refused.value.fields) == [field]


def test_the_page_tells_what_was_changed_and_what_was_not(
    world: World, three: list[Ticket], client: PortalClient
) -> None:
    keys = [ticket.id for ticket in three]
    browser = client.as_(world.agent)
    sent = {"tickets": [str(key) for key in keys], "action": "assign", "to": str(world.agent.id)}
    answer = browser.post(
        "/staff/tickets/changes?view=open&topic=how_to", sent, form_at="/staff/tickets?view=open"
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/tickets?view=open&topic=how_to")
    page = browser.get("/staff/tickets?view=open").get_data(as_text=True)
    assert "1 ticket changed." in page
    assert (
        f"Not changed: {keys[1]} is with Second Agent: take it over on its own page; {keys[2]} is closed."
        in page
    )


def test_closing_is_asked_once_more_and_names_the_tickets(
    world: World, three: list[Ticket], client: PortalClient
) -> None:
    browser, keys = client.as_(world.agent), [ticket.id for ticket in three[:2]]
    sent = {"tickets": [str(key) for key in keys], "action": "close"}
    question = browser.post("/staff/tickets/changes?view=open", sent, form_at="/staff/tickets?view=open")
    page = question.get_data(as_text=True)
    assert question.status_code == 200
    assert "Close 2 tickets?" in page
    assert "Number 1" in page
    assert {ticket.state for ticket in stored(three[:2])} == {"open"}
    seen = [
        f"{key}:{last_message_id(world.actor('agent'), ticket)}"
        for key, ticket in zip(keys, stored(three), strict=False)
    ]
    assert all(f'name="seen" value="{pair}"' in page for pair in seen)
    answer = browser.post(
        "/staff/tickets/closures?view=open", {"seen": seen}, form_at="/staff/tickets?view=open"
    )
    assert answer.status_code == 303
    assert {ticket.state for ticket in stored(three[:2])} == {"closed"}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Choose what to do."), ({"action": "nonsense"}, "Not a valid choice"),
        ({"action": "close"}, "Choose at least one ticket."), ({"action": "priority"}, "Choose at least one ticket."),
        ({"action": "tag", "tickets": "1", "tag": "-"}, "Write a tag"),
        ({"action": "tag", "tickets": "1", "tag": "x" * 31}, "within 30 characters"),
        ({"action": "assign", "tickets": "1"}, "Choose the colleague."),
        ({"action": "assign", "tickets": "1", "to": "\x00"}, "Choose the colleague."),
        ({"action": "priority", "tickets": ["x", "-1", "9" * 40]}, "Choose at least one ticket."),
    ],
)  # fmt: skip
def test_bad_input_is_told_and_the_choice_is_kept(
    world: World, three: list[Ticket], client: PortalClient, typed: dict[str, Any], said: str
) -> None:
    chosen = {"tickets": str(three[0].id)} if typed.get("tickets") == "1" else {}
    sent = {"priority": "high", **typed, **chosen}
    answer = client.as_(world.agent).post(
        "/staff/tickets/changes?view=open", sent, form_at="/staff/tickets?view=open"
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in page
    if chosen:
        assert f'id="pick-{three[0].id}" aria-label="Choose Number 1" checked' in page

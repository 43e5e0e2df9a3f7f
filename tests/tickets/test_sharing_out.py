"""Tickets that nobody claims or answers go to somebody on duty, each once, with the reason on record (HOW-1)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts.actor import SYSTEM
from portal.accounts.models import Grant, Person
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.errors import Forbidden
from portal.tickets import service
from portal.tickets.models import Ticket
from portal.tickets.models_distribution import Offer
from portal.tickets.sharing_out import pass_on_if_needed, share_out
from tests.duty.rota import agent, away, give_rota
from tests.outbox import Outbox
from tests.people import World, actor_of
from tests.policy.moments import et
from tests.tickets.scenes import as_stored, asked, closed, replied

# Asked on a Tuesday at ten, due on Wednesday at ten: half of it on Tuesday at 14:30, three quarters at 16:45.
ASKED, HALF, IDLE = et("2026-06-02 10:00"), et("2026-06-02 14:30"), et("2026-06-02 16:45")
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def clock(outbox: Outbox) -> Any:
    """The time stands still; `move_to` sets another."""
    with time_machine.travel(ASKED, tick=False) as traveller:
        yield traveller


@pytest.fixture
def second(world: World) -> Person:
    """Another agent, who takes every topic in business hours."""
    return agent("Second Agent")


def swept() -> int:
    db.session.remove()
    return share_out(SYSTEM)


def holder(ticket: Ticket) -> str | None:
    stored = as_stored(ticket)
    return stored.assignee.name if stored.assignee else None


def last_entry(action: str) -> AuditEntry:
    entries = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id.desc())
    return db.session.scalars(entries.limit(1)).one()


def claimed(world: World, ticket: Ticket, who: Person) -> None:
    service.claim_ticket(actor_of(who), ticket.id)


def test_a_new_ticket_is_offered_to_those_on_duty_with_the_skill(world: World, outbox: Outbox) -> None:
    give_rota(world.agent, takes=("problem",))
    agent("Takes It", takes=("how_to", "problem"))
    agent("Off Duty", takes=("how_to",), hours={0: (8, 17)})
    away(agent("Away", takes=("how_to",)), date(2026, 6, 1), date(2026, 6, 4))
    asked(world)
    told = [mail for mail in outbox.all() if mail.permission == "ticket:work"]
    assert [mail.address for mail in told] == ["takes.it@people.example"]
    assert "offered to you because you are on duty and take this topic" in told[0].body_text
    assert db.session.scalars(select(Offer.because)).all() == ["you are on duty and take this topic"]


def test_without_the_skill_on_duty_it_is_offered_to_all_on_duty(world: World, outbox: Outbox) -> None:
    give_rota(world.agent, takes=("problem",))
    agent("Takes It", takes=("how_to",), hours={0: (8, 17)})
    asked(world)
    told = [mail.address for mail in outbox.all() if mail.permission == "ticket:work"]
    assert told == ["agent@people.example"]


def test_with_nobody_on_duty_it_is_offered_to_every_agent(
    world: World, outbox: Outbox, clock: Any, second: Person
) -> None:
    clock.move_to(et("2026-06-02 20:00"))
    asked(world)
    told = [mail.address for mail in outbox.all() if mail.permission == "ticket:work"]
    assert told == ["agent@people.example", "second.agent@people.example"]


def test_at_half_of_its_time_the_least_loaded_gets_it_once(
    world: World, outbox: Outbox, clock: Any, second: Person
) -> None:
    claimed(world, asked(world, subject="Busy with"), world.agent)
    ticket = asked(world)
    outbox.all()
    clock.move_to(HALF - SECOND)
    assert swept() == 0
    clock.move_to(HALF)
    assert swept() == 1
    assert swept() == 0
    stored = as_stored(ticket)
    assert stored.assignee_id == second.id
    because = (
        "Nobody claimed it in half of its response time. The least loaded of 2 on duty who take this topic:"
        " Second Agent has 0 open tickets, weighed by priority."
    )
    assert stored.assigned_because == because
    assert stored.assigned_at == HALF
    entry = last_entry("ticket.assigned")
    assert entry.actor_name == "The portal"
    assert entry.after == {"assignee": second.id, "because": because}
    [mail] = outbox.all()
    assert mail.address == "second.agent@people.example"
    assert mail.subject == "Yours now: Badges in two columns (Congress)"
    assert "Second Agent has 0 open tickets" in mail.body_text


def test_priority_weighs_in_the_load(world: World, clock: Any, second: Person) -> None:
    one = asked(world, subject="One urgent")
    db.session.get_one(Ticket, one.id).priority = "urgent"
    db.session.commit()
    claimed(world, one, second)
    claimed(world, asked(world, subject="Two of low priority"), world.agent)
    ticket = asked(world)
    clock.move_to(HALF)
    swept()
    assert holder(ticket) == "Agent"


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(days=400), timedelta(hours=1)])
def test_a_clock_that_jumps_assigns_nothing_twice(
    world: World, clock: Any, jump: timedelta, outbox: Outbox
) -> None:
    ticket = asked(world)
    clock.move_to(HALF)
    assert swept() == 1
    outbox.all()
    clock.move_to(HALF + jump)
    swept()
    clock.move_to(HALF)
    swept()
    assert holder(ticket) == "Agent"
    assert [mail.subject for mail in outbox.all() if mail.subject.startswith("Yours now")] == []


def test_one_that_was_answered_claimed_or_closed_is_left_alone(
    world: World, clock: Any, second: Person
) -> None:
    answered, taken, done = (asked(world, subject=subject) for subject in ("Answered", "Claimed", "Closed"))
    replied(world, answered, "agent")
    claimed(world, taken, world.agent)
    closed(world, done)
    clock.move_to(HALF)
    assert swept() == 0


def test_with_nobody_on_duty_managers_are_told_once_and_whoever_comes_gets_it(
    world: World, outbox: Outbox, clock: Any
) -> None:
    give_rota(world.agent, hours={1: (8, 12), 2: (9, 17)})
    ticket = asked(world)
    outbox.all()
    clock.move_to(HALF)
    assert [swept(), swept()] == [0, 0]
    assert outbox.subjects() == [
        "Nobody can take it: Badges in two columns (Congress) -> manager@people.example",
        "Nobody can take it: Badges in two columns (Congress) -> second.manager@people.example",
    ]
    clock.move_to(et("2026-06-02 18:00"))
    assert swept() == 0
    clock.move_to(et("2026-06-03 09:00"))
    assert swept() == 1
    assert holder(ticket) == "Agent"
    assert [mail.address for mail in outbox.all()] == ["agent@people.example"]


def test_outside_business_hours_nobody_is_told(world: World, outbox: Outbox, clock: Any) -> None:
    asked(world)
    outbox.all()
    clock.move_to(et("2026-06-02 22:00"))
    assert swept() == 0
    assert outbox.subjects() == []


def test_an_idle_assignee_loses_it_once_to_a_colleague_and_both_are_told(
    world: World, outbox: Outbox, clock: Any, second: Person
) -> None:
    ticket = asked(world)
    claimed(world, ticket, world.agent)
    outbox.all()
    clock.move_to(IDLE - SECOND)
    assert swept() == 0
    clock.move_to(IDLE)
    assert swept() == 1
    assert holder(ticket) == "Second Agent"
    assert as_stored(ticket).assigned_because.startswith("Agent has not written on it.")
    assert last_entry("ticket.handed_on").before == {"assignee": world.agent.id}
    assert sorted(outbox.subjects()) == [
        "No longer with you: Badges in two columns (Congress) -> agent@people.example",
        "Yours now: Badges in two columns (Congress) -> second.agent@people.example",
    ]
    clock.move_to(et("2026-06-03 09:59"))
    assert swept() == 0  # for one question it is taken from idle people once


@pytest.mark.parametrize("percent", [75, 100])
def test_whoever_has_written_is_not_idle_nor_anybody_when_it_is_turned_off(
    app: Any, world: World, clock: Any, second: Person, monkeypatch: pytest.MonkeyPatch, percent: int
) -> None:
    ticket = asked(world)
    claimed(world, ticket, world.agent)
    changed = app.extensions["settings"].model_copy(update={"idle_hand_on_percent": percent})
    monkeypatch.setitem(app.extensions, "settings", changed)
    if percent == 75:
        replied(world, ticket, "agent")
        replied(world, ticket, "contact")
    clock.move_to(et("2026-06-03 09:59"))
    db.session.get_one(Ticket, ticket.id).awaiting_since = ASKED - timedelta(hours=1)
    db.session.commit()
    assert swept() == 0
    assert holder(ticket) == "Agent"


def test_whoever_has_just_got_it_has_their_share_of_what_is_left(
    world: World, clock: Any, second: Person
) -> None:
    ticket = asked(world)
    clock.move_to(IDLE)
    claimed(world, ticket, world.agent)
    assert swept() == 0
    clock.move_to(et("2026-06-03 09:27"))  # 135 minutes were left, of which 101 have passed
    assert swept() == 1
    assert holder(ticket) == "Second Agent"


def leaves(who: Person) -> None:
    db.session.scalars(select(Grant).where(Grant.person_id == who.id)).one().ended_at = now()


def is_suspended(who: Person) -> None:
    db.session.get_one(Person, who.id).disabled_at = now()


def goes_away(who: Person) -> None:
    away(who, date(2026, 6, 1), date(2026, 6, 4))


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        (leaves, "Agent no longer works on tickets."), (is_suspended, "Agent no longer works on tickets."),
        (goes_away, "Agent is away."),
    ],
)  # fmt: skip
def test_whoever_cannot_work_on_it_any_more_hands_it_on_at_once(
    world: World, second: Person, what: Any, sentence: str
) -> None:
    ticket = asked(world)
    claimed(world, ticket, world.agent)
    assert swept() == 0
    what(world.agent)
    db.session.commit()
    assert swept() == 1
    assert holder(ticket) == "Second Agent"
    assert as_stored(ticket).assigned_because.startswith(sentence)
    assert swept() == 0


def test_an_absence_hands_on_from_the_moment_it_begins(world: World, clock: Any, second: Person) -> None:
    away(world.agent, date(2026, 6, 3), date(2026, 6, 5))
    clock.move_to(et("2026-06-02 16:30"))
    ticket = asked(world)
    claimed(world, ticket, world.agent)
    assert swept() == 0
    clock.move_to(et("2026-06-03 08:00"))
    assert swept() == 1
    assert holder(ticket) == "Second Agent"


def test_a_new_question_to_somebody_away_goes_to_a_colleague(
    world: World, clock: Any, second: Person
) -> None:
    ticket = asked(world)
    replied(world, ticket, "agent")
    away(world.agent, date(2026, 6, 1), date(2026, 6, 4))
    assert swept() == 0  # nobody waits for an answer
    replied(world, ticket, "contact")
    assert swept() == 1
    assert holder(ticket) == "Second Agent"


def test_only_who_looks_after_the_rota_shares_out(world: World) -> None:
    ticket = asked(world)
    with pytest.raises(Forbidden):
        pass_on_if_needed(world.actor("agent"), ticket.id)


def test_the_moments_of_this_file_are_half_and_three_quarters(world: World) -> None:
    due: datetime | None = asked(world).reply_due_at
    assert due == et("2026-06-03 10:00")

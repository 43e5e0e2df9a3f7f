"""The team is warned before a deadline and managers are told after it, each once (HOW-2)."""

import threading
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal.accounts.actor import SYSTEM
from portal.db import db, in_transaction
from portal.errors import Forbidden
from portal.tickets import deadlines
from portal.tickets.deadlines import watch_deadlines
from portal.tickets.models import Ticket
from portal.tickets.models_goals import TicketGoal
from tests.outbox import Outbox
from tests.people import World
from tests.policy.moments import et
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked, closed, replied

WARNING = "Reply due soon: Badges in two columns"
LATE = "Late: Badges in two columns"
SOLUTION = "Solution due soon: Badges in two columns"


def at(moment: str) -> Any:
    """That moment on the US Eastern wall clock."""
    return time_machine.travel(et(moment), tick=False)


@pytest.fixture
def ticket(world: World, outbox: Outbox) -> Ticket:
    """Opened on a Tuesday at 10:00: three quarters of the time are used at 16:45, due on Wednesday at 10:00."""
    with at("2026-06-02 10:00"):
        made = asked(world)
    outbox.all()
    return made


def swept(outbox: Outbox, *moments: str) -> list[tuple[str, int | None]]:
    """What a sweep at each of these moments wrote, and to whom."""
    for moment in moments:
        with at(moment):
            watch_deadlines(SYSTEM)
    return [(mail.subject, mail.person_id) for mail in outbox.all()]


def test_nothing_is_sent_early(ticket: Ticket, outbox: Outbox) -> None:
    assert swept(outbox, "2026-06-02 10:01", "2026-06-02 16:44") == []


def test_the_agents_are_warned_once_and_the_managers_told_once(
    world: World, ticket: Ticket, outbox: Outbox
) -> None:
    assert swept(outbox, "2026-06-02 16:45", "2026-06-02 16:46", "2026-06-03 10:00") == [
        (WARNING, world.agent.id)
    ]
    managers = [(LATE, world.manager.id), (LATE, world.second_manager.id)]
    assert swept(outbox, "2026-06-03 10:01", "2026-06-03 10:02", "2026-06-05 10:00") == managers


def test_whoever_has_the_ticket_is_warned_alone(world: World, ticket: Ticket, outbox: Outbox) -> None:
    in_transaction(lambda: setattr(db.session.get_one(Ticket, ticket.id), "assignee_id", world.manager.id))
    assert swept(outbox, "2026-06-02 16:50") == [(WARNING, world.manager.id)]


def test_a_jump_over_both_times_tells_managers_alone_also_when_set_back(
    world: World, ticket: Ticket, outbox: Outbox
) -> None:
    assert [subject for subject, _ in swept(outbox, "2026-06-04 12:00")] == [LATE, LATE]
    assert swept(outbox, "2026-06-02 16:50", "2026-06-04 12:00") == []


@pytest.mark.parametrize("ending", ["answered", "closed"])
def test_what_is_answered_or_closed_sends_nothing(
    world: World, ticket: Ticket, outbox: Outbox, ending: str
) -> None:
    with at("2026-06-02 12:00"):
        _ = replied(world, ticket, "agent") if ending == "answered" else closed(world, ticket)
    outbox.all()
    assert swept(outbox, "2026-06-02 16:50", "2026-06-20 12:00") == []


def test_the_solution_is_warned_of_and_escalated_too(world: World, ticket: Ticket, outbox: Outbox) -> None:
    for day, who in (("03", "agent"), ("04", "contact"), ("05", "agent"), ("08", "contact")):
        with at(f"2026-06-{day} 09:00"):
            replied(world, ticket, who)
    outbox.all()
    # 17 hours are used by Monday 9:00 and 28 are left: warned on Tuesday at 16:45, due on Thursday at 10:00.
    assert {subject for subject, _ in swept(outbox, "2026-06-09 16:44")} == {LATE}
    assert {subject for subject, _ in swept(outbox, "2026-06-09 16:45")} == {SOLUTION}
    assert {subject for subject, _ in swept(outbox, "2026-06-11 10:00")} == set()
    assert [subject for subject, _ in swept(outbox, "2026-06-11 10:01")] == [LATE, LATE]


def test_two_workers_write_one_mail(app: Flask, world: World, ticket: Ticket, outbox: Outbox) -> None:
    with at("2026-06-02 16:50"):
        start, counts = threading.Barrier(4), []

        def sweep() -> None:
            with app.app_context():
                start.wait()
                counts.append(watch_deadlines(SYSTEM))

        threads = [threading.Thread(target=sweep) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(counts) == [0, 0, 0, 1]
    assert [mail.subject for mail in outbox.all()] == [WARNING]


def test_without_the_guard_two_sweeps_count_twice(
    ticket: Ticket, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "untold", lambda: ())
    monkeypatch.setattr(deadlines, "unwarned", lambda at: ())
    with at("2026-06-03 10:01"):
        assert [watch_deadlines(SYSTEM) > 0, watch_deadlines(SYSTEM) > 0] == [True, True]
    outbox.all()


def test_a_ticket_without_goals_gets_them_from_the_sweep(ticket: Ticket, outbox: Outbox) -> None:
    in_transaction(lambda: db.session.execute(db.delete(TicketGoal)))
    assert swept(outbox, "2026-06-02 11:00") == []
    kinds = db.session.scalars(db.select(TicketGoal.kind).order_by(TicketGoal.id)).all()
    assert kinds == ["first_reply", "resolution"]


def test_goals_that_a_door_forgot_are_ended_by_the_sweep(ticket: Ticket, outbox: Outbox) -> None:
    def close_behind_its_back() -> None:
        gone = db.session.get_one(Ticket, ticket.id)
        gone.state, gone.closed_at = "closed", et("2026-06-02 11:00")
        gone.reply_due_at = gone.awaiting_since = None

    in_transaction(close_behind_its_back)
    assert swept(outbox, "2026-06-02 16:50") == []
    found = db.session.scalars(db.select(TicketGoal).order_by(TicketGoal.id)).all()
    assert [(goal.kind, goal.dropped_at or goal.met_at) for goal in found] == [
        ("first_reply", et("2026-06-02 11:00")), ("resolution", et("2026-06-02 11:00")),
    ]  # fmt: skip


def test_only_the_portal_and_staff_may_sweep(world: World, ticket: Ticket) -> None:
    with pytest.raises(Forbidden):
        watch_deadlines(world.actor("contact"))


def test_the_board_shows_what_was_told(
    client: PortalClient, world: World, ticket: Ticket, outbox: Outbox
) -> None:
    agent = world.agent
    with at("2026-06-02 16:50"):
        watch_deadlines(SYSTEM)
        assert "Team warned" in client.as_(agent).get("/staff/tickets?view=open").text
    with at("2026-06-03 10:30"):
        watch_deadlines(SYSTEM)
        db.session.add(agent)
        page = client.as_(agent).get("/staff/tickets?view=open").text
    assert "Managers told" in page
    assert "Team warned" not in page
    outbox.all()

"""Goals follow the ticket: what starts, stops, meets and drops them (HOW-2)."""

from typing import Any

import pytest
import time_machine

from portal.db import db, in_transaction
from portal.policy.goals import GoalKind
from portal.tickets.goals import follow
from portal.tickets.models import Ticket
from portal.tickets.models_goals import TicketGoal
from tests.people import World
from tests.policy.moments import et
from tests.tickets.scenes import as_stored, asked, closed, replied

pytestmark = pytest.mark.usefixtures("outbox")


def at(moment: str) -> Any:
    """That moment on the US Eastern wall clock."""
    return time_machine.travel(et(moment), tick=False)


def goals(ticket: Ticket, kind: str | None = None) -> list[TicketGoal]:
    """The goals of a ticket as stored, oldest first; those of one kind where it is given."""
    db.session.rollback()
    db.session.remove()
    found = db.session.scalars(
        db.select(TicketGoal).where(TicketGoal.ticket_id == ticket.id).order_by(TicketGoal.id)
    )
    return [goal for goal in found if kind in (None, goal.kind)]


def opened(world: World) -> Ticket:
    with at("2026-06-02 10:00"):
        return asked(world)


def test_opening_starts_the_reply_as_promised_and_the_solution(world: World) -> None:
    reply, solution = goals(opened(world))
    assert (reply.kind, reply.started_at, reply.due_at) == (
        GoalKind.FIRST_REPLY, et("2026-06-02 10:00"), et("2026-06-03 10:00"),
    )  # fmt: skip
    assert (reply.allowed_minutes, reply.warn_at) == (540, et("2026-06-02 16:45"))
    assert (solution.kind, solution.due_at) == (GoalKind.RESOLUTION, et("2026-06-09 10:00"))


def test_an_answer_meets_the_reply_and_stops_the_solution(world: World) -> None:
    ticket = opened(world)
    with at("2026-06-02 13:30"):
        replied(world, ticket, "agent")
    reply, solution = goals(ticket)
    assert (reply.met_at, reply.took_minutes, reply.in_time) == (et("2026-06-02 13:30"), 210, True)
    assert (solution.paused_at, solution.runs_since) == (et("2026-06-02 13:30"), None)
    assert solution.left_minutes == 5 * 540 - 210


def test_a_second_message_neither_postpones_nor_starts_another(world: World) -> None:
    ticket = opened(world)
    with at("2026-06-02 16:00"):
        replied(world, ticket, "contact")
    reply, _ = goals(ticket)
    assert reply.due_at == et("2026-06-03 10:00")


def test_the_customers_next_message_starts_a_reply_and_the_solution_goes_on(world: World) -> None:
    ticket = opened(world)
    with at("2026-06-02 13:00"):
        replied(world, ticket, "agent")
    with at("2026-06-08 09:00"):
        replied(world, ticket, "contact")
    first, solution, following = goals(ticket)
    assert (following.kind, following.due_at) == (GoalKind.NEXT_REPLY, et("2026-06-09 09:00"))
    assert first.met_at is not None
    # Three hours were used, 42 are left: four days of nine hours and six hours more.
    assert (solution.paused_at, solution.due_at) == (None, et("2026-06-12 15:00"))


def test_a_late_answer_is_met_late(world: World) -> None:
    ticket = opened(world)
    with at("2026-06-03 10:30"):
        replied(world, ticket, "agent")
    [reply] = goals(ticket, GoalKind.FIRST_REPLY)
    assert (reply.took_minutes, reply.in_time) == (570, False)


def test_closing_meets_the_solution_and_drops_a_reply_nobody_gave(world: World) -> None:
    ticket = opened(world)
    with at("2026-06-02 12:00"):
        closed(world, ticket, "contact")
    reply, solution = goals(ticket)
    assert (reply.dropped_at, reply.met_at) == (et("2026-06-02 12:00"), None)
    assert (solution.took_minutes, solution.in_time) == (120, True)


def test_time_in_which_the_customer_is_waited_for_does_not_count_on_closing(world: World) -> None:
    ticket = opened(world)
    with at("2026-06-02 11:00"):
        replied(world, ticket, "agent")
    with at("2026-07-20 11:00"):
        closed(world, ticket)
    [solution] = goals(ticket, GoalKind.RESOLUTION)
    assert (solution.took_minutes, solution.in_time) == (60, True)


def test_opening_again_starts_both_anew(world: World) -> None:
    ticket = opened(world)
    with at("2026-06-02 12:00"):
        replied(world, ticket, "agent")
        closed(world, ticket)
    with at("2026-06-04 12:00"):
        replied(world, ticket, "contact")
    *_, following, solution = goals(ticket)
    assert (following.kind, following.started_at) == (GoalKind.NEXT_REPLY, et("2026-06-04 12:00"))
    assert (solution.started_at, solution.left_minutes, solution.met_at) == (
        et("2026-06-04 12:00"),
        5 * 540,
        None,
    )


def test_what_was_merged_away_counts_no_more(world: World) -> None:
    ticket, other = opened(world), opened(world)

    def merge() -> None:
        gone = db.session.get_one(Ticket, ticket.id)
        gone.state, gone.closed_at, gone.merged_into_id = "closed", et("2026-06-02 11:00"), other.id
        gone.reply_due_at = gone.awaiting_since = None
        follow(gone)

    in_transaction(merge)
    assert {goal.dropped_at for goal in goals(ticket)} == {et("2026-06-02 11:00")}


def test_following_twice_changes_nothing(world: World) -> None:
    ticket = opened(world)
    with at("2026-06-02 11:00"):
        replied(world, ticket, "agent")
    before = [(goal.id, goal.left_minutes, goal.paused_at) for goal in goals(ticket)]
    in_transaction(lambda: follow(as_stored_here(ticket)))
    assert [(goal.id, goal.left_minutes, goal.paused_at) for goal in goals(ticket)] == before


def test_a_promise_that_was_moved_moves_its_goal(world: World) -> None:
    ticket = opened(world)

    def move() -> None:
        moved = as_stored_here(ticket)
        moved.awaiting_since, moved.reply_due_at = et("2026-06-01 10:00"), et("2026-06-02 10:00")
        follow(moved)

    in_transaction(move)
    [reply] = goals(ticket, GoalKind.FIRST_REPLY)
    assert (reply.started_at, reply.due_at, reply.runs_since) == (
        et("2026-06-01 10:00"), et("2026-06-02 10:00"), et("2026-06-01 10:00"),
    )  # fmt: skip


def as_stored_here(ticket: Ticket) -> Ticket:
    """The ticket, read in this transaction."""
    return db.session.get_one(Ticket, ticket.id)


def test_the_stored_ticket_keeps_its_queue_time(world: World) -> None:
    ticket = opened(world)
    [reply] = goals(ticket, GoalKind.FIRST_REPLY)
    due_at = reply.due_at
    assert as_stored(ticket).reply_due_at == due_at

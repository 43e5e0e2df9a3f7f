"""The reports' figures against a recount in plain Python, row by row."""

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from portal.db import db
from portal.errors import Invalid
from portal.policy.goals import GoalKind
from portal.policy.reply_record import at_percentile
from portal.reports.breakdowns import lines
from portal.reports.figures import Said, Took, amounts, said, took
from portal.reports.periods import Period, Unit, period_of
from portal.tickets.models import Ticket
from portal.tickets.models_goals import Satisfaction, TicketGoal
from tests.people import World
from tests.policy.moments import EASTERN, et

NOW = et("2026-11-20 12:00")
PERIODS = {
    "days across the change of clocks": Period(date(2026, 10, 20), date(2026, 11, 10)),
    "weeks that begin and end on other days": Period(date(2026, 8, 5), date(2026, 11, 4)),
    "months": Period(date(2026, 1, 10), date(2026, 11, 15)),
}
TOPICS = ("how_to", "problem", "question")


@pytest.fixture
def world_of_tickets(world: World) -> World:
    """Two hundred tickets of a year, their goals and answers drawn by chance from a fixed seed."""
    chance = random.Random(20)
    for _ in range(200):
        _write(world, chance)
    db.session.commit()
    return world


def _write(world: World, chance: random.Random) -> None:
    opened = NOW - timedelta(minutes=chance.randrange(60 * 24 * 330))
    later = opened + timedelta(minutes=chance.randrange(60 * 24 * 40))
    closed = later if later < NOW and chance.random() < 0.8 else None
    ticket = Ticket(
        event_id=chance.choice([world.congress.id, world.workshop.id, world.fair.id]), subject="A question",
        topic=chance.choice(TOPICS), opened_by_id=world.contact.id, opened_at=opened, policy_edition=1,
        state="closed" if closed else "waiting", closed_at=closed, last_activity_at=closed or opened,
        assignee_id=chance.choice([None, world.agent.id, world.manager.id]),
    )  # fmt: skip
    db.session.add(ticket)
    db.session.flush()
    for kind in GoalKind:
        _goal(ticket, kind, opened, min(later, NOW), chance)
    if closed and chance.random() < 0.6:
        db.session.add(Satisfaction(
            ticket_id=ticket.id, asked_of_id=world.contact.id, asked_at=closed, answered_at=closed,
            answer=chance.choice(["good", "good", "bad"]),
        ))  # fmt: skip


def _goal(ticket: Ticket, kind: GoalKind, opened: datetime, met_at: datetime, chance: random.Random) -> None:
    met, minutes = chance.random() < 0.7, chance.randrange(900)
    db.session.add(TicketGoal(
        ticket_id=ticket.id, kind=kind, started_at=opened, allowed_minutes=540, left_minutes=540, runs_since=opened,
        due_at=met_at, warn_at=met_at, policy_edition=1, met_at=met_at if met else None,
        took_minutes=minutes if met else None, in_time=minutes <= 540 if met else None,
        dropped_at=None if met else met_at,
    ))  # fmt: skip


def inside(moment: datetime | None, period: Period) -> bool:
    """Whether a moment's Eastern date lies in a period."""
    return moment is not None and period.first <= moment.astimezone(EASTERN).date() <= period.last


def step(moment: datetime | None, period: Period) -> date:
    """The step of a moment by its Eastern date."""
    assert moment is not None
    return period.step_of(moment.astimezone(EASTERN).date())


def recounted(goals: Iterable[TicketGoal]) -> Took:
    """The figures of these goals, by hand."""
    met = list(goals)
    minutes = [goal.took_minutes or 0 for goal in met]
    if not met:
        return Took()
    return Took(
        len(met),
        at_percentile(minutes, 50),
        at_percentile(minutes, 90),
        sum(bool(goal.in_time) for goal in met),
    )


def all_of(model: Any) -> list[Any]:
    """Every row."""
    return list(db.session.scalars(db.select(model)))


@pytest.mark.parametrize("name", PERIODS)
def test_amounts_are_those_of_a_recount(world_of_tickets: World, name: str) -> None:
    period, tickets = PERIODS[name], all_of(Ticket)
    with time_machine.travel(NOW, tick=False):
        counted = amounts(period)
    assert [each.step for each in counted] == period.steps()
    for each in counted:
        end = min(period.after(each.step), period.last + timedelta(days=1))
        before = datetime.combine(end, datetime.min.time(), tzinfo=EASTERN)
        opened = [
            t for t in tickets if inside(t.opened_at, period) and step(t.opened_at, period) == each.step
        ]
        closed = [
            t for t in tickets if inside(t.closed_at, period) and step(t.closed_at, period) == each.step
        ]
        left = [t for t in tickets if t.opened_at < before and not (t.closed_at and t.closed_at < before)]
        assert (each.opened, each.closed, each.unfinished) == (len(opened), len(closed), len(left))


@pytest.mark.parametrize("name", PERIODS)
@pytest.mark.parametrize("kind", [GoalKind.FIRST_REPLY, GoalKind.RESOLUTION])
def test_times_taken_are_those_of_a_recount(world_of_tickets: World, name: str, kind: GoalKind) -> None:
    period = PERIODS[name]
    goals = [goal for goal in all_of(TicketGoal) if goal.kind == kind and inside(goal.met_at, period)]
    parts: dict[date, list[TicketGoal]] = defaultdict(list)
    for goal in goals:
        parts[step(goal.met_at, period)].append(goal)
    by_step, whole = took(period, kind)
    assert whole == recounted(goals)
    assert by_step == {at: recounted(part) for at, part in parts.items()}


@pytest.mark.parametrize("name", PERIODS)
def test_answers_are_those_of_a_recount(world_of_tickets: World, name: str) -> None:
    period = PERIODS[name]
    answers = [each for each in all_of(Satisfaction) if inside(each.answered_at, period)]
    by_step, whole = said(period)
    assert whole == Said(len(answers), sum(each.answer == "good" for each in answers))
    assert sum(each.answered for each in by_step.values()) == len(answers)


@pytest.mark.parametrize(
    ("by", "column"), [("events", "event_id"), ("agents", "assignee_id"), ("topics", "topic")]
)
def test_breakdowns_are_those_of_a_recount(world_of_tickets: World, by: str, column: str) -> None:
    period = PERIODS["weeks that begin and end on other days"]
    tickets = {ticket.id: getattr(ticket, column) or 0 for ticket in all_of(Ticket)}
    goals = [goal for goal in all_of(TicketGoal) if inside(goal.met_at, period)]
    counted = lines(by, period)
    opened = [tickets[t.id] for t in all_of(Ticket) if inside(t.opened_at, period)]
    assert len(counted) > 2
    for line in counted:
        own = [goal for goal in goals if tickets[goal.ticket_id] == line.key]
        assert line.opened == opened.count(line.key)
        assert line.replies == recounted(goal for goal in own if goal.kind == GoalKind.FIRST_REPLY)
        assert line.solutions == recounted(goal for goal in own if goal.kind == GoalKind.RESOLUTION)
    assert [line.opened for line in counted] == sorted((line.opened for line in counted), reverse=True)
    if by == "agents":
        assert {line.label for line in counted} == {"Nobody", "Agent", "Manager"}


def test_without_tickets_there_are_zeros(world: World) -> None:
    period = PERIODS["months"]
    assert {(each.opened, each.closed, each.unfinished) for each in amounts(period)} == {(0, 0, 0)}
    assert took(period, GoalKind.FIRST_REPLY) == ({}, Took())
    assert Took().share is None
    assert lines("events", period) == []


@pytest.mark.parametrize(
    ("first", "last", "period"),
    [
        ("", "", Period(date(2026, 10, 22), date(2026, 11, 20))),
        ("2026-11-01", "", Period(date(2026, 11, 1), date(2026, 11, 20))),
        ("", "2026-03-10", Period(date(2026, 2, 9), date(2026, 3, 10))),
    ],
)
def test_a_period_left_open_is_the_usual_one(first: str, last: str, period: Period) -> None:
    assert period_of(first, last, NOW) == period


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        ("soon", "", "first"), ("", "2026-13-01", "last"), ("2026-11-02", "2026-11-01", "last"),
        ("2024-01-01", "2026-11-01", "first"), ("", "9999-12-31", "last"),
    ],
)  # fmt: skip
def test_a_period_that_is_none_is_refused(first: str, last: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        period_of(first, last, NOW)
    assert field in refused.value.fields


@pytest.mark.parametrize(
    ("last", "unit", "labels"),
    [
        ("2026-11-03", Unit.DAY, ["1 Nov", "2 Nov", "3 Nov"]),
        ("2026-12-05", Unit.WEEK, ["week of 26 Oct", "week of 2 Nov"]),
        ("2027-06-01", Unit.MONTH, ["Nov 2026", "Dec 2026"]),
    ],
)
def test_steps_are_as_wide_as_the_period_asks_for(last: str, unit: Unit, labels: list[str]) -> None:
    period = Period(date(2026, 11, 1), date.fromisoformat(last))
    assert period.unit is unit
    assert [period.label(at) for at in period.steps()][: len(labels)] == labels

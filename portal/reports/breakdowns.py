"""The same figures by event, by who of support has the ticket, and by topic."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, func, literal_column, select, union

from portal.accounts.models import Person
from portal.db import db
from portal.events.models import Event
from portal.policy.coverage import TOPIC_LABELS, Topic
from portal.policy.goals import GoalKind
from portal.reports.figures import Said, Took, took_columns
from portal.reports.periods import Period
from portal.tickets.models import Ticket
from portal.tickets.models_goals import Satisfaction, TicketGoal

MOST = 1_000
NOBODY = 0


@dataclass(frozen=True)
class Line:
    """One event, person or topic: what was opened, how long replies and solutions took, what customers said."""

    key: Any
    label: str
    opened: int
    replies: Took
    solutions: Took
    said: Said


@dataclass(frozen=True)
class Breakdown:
    """What tickets are told apart by, and how each part is called."""

    by: ColumnElement[Any]
    labels: Callable[[list[Any]], dict[Any, str]]


def _events(keys: list[Any]) -> dict[Any, str]:
    named = select(Event.id, Event.name).where(Event.id.in_(keys))
    return {row[0]: row[1] for row in db.session.execute(named)}


def _people(keys: list[Any]) -> dict[Any, str]:
    named = select(Person.id, Person.name).where(Person.id.in_(keys))
    return {NOBODY: "Nobody"} | {row[0]: row[1] for row in db.session.execute(named)}


def _topics(keys: list[Any]) -> dict[Any, str]:
    return {topic.value: TOPIC_LABELS[topic] for topic in Topic}


BREAKDOWNS = {
    "events": Breakdown(Ticket.event_id.expression, _events),
    "agents": Breakdown(func.coalesce(Ticket.assignee_id, literal_column(str(NOBODY))), _people),
    "topics": Breakdown(Ticket.topic.expression, _topics),
}


def lines(name: str, period: Period, most: int = MOST) -> list[Line]:
    """The parts of a breakdown that had anything in the period, the most tickets first. Two queries."""
    breakdown = BREAKDOWNS[name]
    rows = db.session.execute(_counted(breakdown.by, period).limit(most)).all()
    labels = breakdown.labels([row[0] for row in rows])
    return [_line(row, labels.get(row[0], str(row[0]))) for row in rows]


def _counted(by: ColumnElement[Any], period: Period) -> Select[Any]:
    opened = _within(select(by.label("key"), func.count().label("n")), Ticket.opened_at, period, "opened")
    goals = select(by.label("key"), *_named(took_columns(GoalKind.FIRST_REPLY), "r"),
                   *_named(took_columns(GoalKind.RESOLUTION), "s")).join(Ticket, Ticket.id == TicketGoal.ticket_id)  # fmt: skip
    met = _within(goals.where(TicketGoal.window_id.is_(None)), TicketGoal.met_at, period, "met")
    answers = select(
        by.label("key"),
        func.count().label("n"),
        func.count().filter(Satisfaction.answer == "good").label("good"),
    ).join(Ticket, Ticket.id == Satisfaction.ticket_id)
    answered = _within(answers, Satisfaction.answered_at, period, "answered")
    keys = union(*(select(part.c.key) for part in (opened, met, answered))).subquery("keys")
    whole = select(
        keys.c.key, func.coalesce(opened.c.n, 0), *(met.c[f"r{at}"] for at in range(4)),
        *(met.c[f"s{at}"] for at in range(4)), answered.c.n, answered.c.good,
    ).outerjoin_from(keys, opened, opened.c.key == keys.c.key)  # fmt: skip
    whole = whole.outerjoin(met, met.c.key == keys.c.key).outerjoin(answered, answered.c.key == keys.c.key)
    return whole.order_by(func.coalesce(opened.c.n, 0).desc(), keys.c.key)


def _named(columns: list[Any], prefix: str) -> list[Any]:
    return [column.label(f"{prefix}{at}") for at, column in enumerate(columns)]


def _within(counted: Select[Any], moment: Any, period: Period, name: str) -> CTE:
    inside = counted.where(moment >= period.starts_at, moment < period.ends_at)
    return inside.group_by("key").cte(name)


def _line(row: Any, label: str) -> Line:
    key, opened, *rest = row
    replies, solutions = (
        Took(part[0] or 0, part[1], part[2], part[3] or 0) for part in (rest[:4], rest[4:8])
    )
    return Line(key, label, opened, replies, solutions, Said(rest[8] or 0, rest[9] or 0))

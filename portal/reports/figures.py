"""How much there was to do and how long it took, step by step of a period (HOW-2).

Counted in SQL. Business time is stored with each goal when it is met, so nothing is counted again here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, DateTime, case, cast, func, literal, null, select, union_all

from portal.db import db
from portal.policy.goals import GoalKind
from portal.reports.periods import Period
from portal.tickets.models import Ticket
from portal.tickets.models_goals import Satisfaction, TicketGoal

EASTERN = "America/New_York"


@dataclass(frozen=True)
class Amount:
    """Tickets opened and closed in a step, and how many were not closed at its end."""

    step: date
    opened: int
    closed: int
    unfinished: int


@dataclass(frozen=True)
class Took:
    """How many goals were met, their median and 90th percentile in business minutes, and how many in time."""

    met: int = 0
    median: int | None = None
    ninetieth: int | None = None
    in_time: int = 0

    @property
    def share(self) -> int | None:
        """How many of a hundred were in time; None where there were none."""
        return round(100 * self.in_time / self.met) if self.met else None


@dataclass(frozen=True)
class Said:
    """How many customers answered whether it helped, and how many said that it did."""

    answered: int = 0
    good: int = 0

    @property
    def share(self) -> int | None:
        """How many of a hundred said that it helped; None where nobody answered."""
        return round(100 * self.good / self.answered) if self.answered else None


NOTHING_TOOK, NOBODY_SAID = Took(), Said()


def amounts(period: Period) -> list[Amount]:
    """Each step's tickets. The unfinished are counted back from those of now: one query."""
    opened, closed = _step(period, Ticket.opened_at), _step(period, Ticket.closed_at)
    events = union_all(
        select(opened, literal(1).label("opened"), literal(0).label("closed")).where(
            Ticket.opened_at >= period.starts_at
        ),
        select(closed, literal(0), literal(1)).where(
            Ticket.state == "closed", Ticket.closed_at >= period.starts_at
        ),
    ).subquery()
    unfinished = select(func.count()).where(Ticket.state != "closed").scalar_subquery()
    # A row without a step is there in any case: what came after the period, and how many there are now.
    after = select(
        null(), func.count().filter(events.c.opened == 1), func.count().filter(events.c.closed == 1)
    )
    steps = select(events.c.step, func.sum(events.c.opened), func.sum(events.c.closed)).where(
        events.c.step.is_not(None)
    )
    counted = union_all(
        after.add_columns(unfinished).where(events.c.step.is_(None)),
        steps.add_columns(literal(0)).group_by(events.c.step),
    )
    return _backwards(period, db.session.execute(counted).all())


def took(period: Period, kind: GoalKind) -> tuple[dict[date, Took], Took]:
    """How long goals of a kind took that were met in the period: by step, and all together. One query.

    Replies within windows after hours count real minutes, and are left out (AFT-1).
    """
    step = _step(period, TicketGoal.met_at)
    met = select(step, *took_columns()).where(
        TicketGoal.met_at >= period.starts_at,
        TicketGoal.met_at < period.ends_at,
        TicketGoal.kind == kind,
        TicketGoal.window_id.is_(None),
    )
    rows = db.session.execute(met.group_by(func.rollup(step))).all()
    by_step = {row[0]: Took(*row[1:]) for row in rows}
    return by_step, by_step.pop(None, NOTHING_TOOK)


def took_columns(kind: GoalKind | None = None) -> list[ColumnElement[Any]]:
    """What Took is made of, of all goals or of one kind."""
    minutes = TicketGoal.took_minutes
    these: list[Any] = [
        func.count(),
        func.percentile_disc(0.5).within_group(minutes),
        func.percentile_disc(0.9).within_group(minutes),
        func.count(),
    ]
    conditions = [[], [], [], [TicketGoal.in_time]]
    only = [TicketGoal.kind == kind] if kind else []
    return [
        each.filter(*where, *only) if where or only else each
        for each, where in zip(these, conditions, strict=True)
    ]


def said(period: Period) -> tuple[dict[date, Said], Said]:
    """What customers answered in the period: by step, and all together. One query."""
    step = _step(period, Satisfaction.answered_at)
    answered = select(step, func.count(), func.count().filter(Satisfaction.answer == "good")).where(
        Satisfaction.answered_at >= period.starts_at, Satisfaction.answered_at < period.ends_at
    )
    by_step = {row[0]: Said(*row[1:]) for row in db.session.execute(answered.group_by(step))}
    whole = Said(sum(each.answered for each in by_step.values()), sum(each.good for each in by_step.values()))
    return by_step, whole


def _step(period: Period, moment: Any) -> ColumnElement[date]:
    """The step that a moment is in; NULL for what came after the period."""
    # Written into the statement: a parameter would make the column and its grouping two different things.
    unit = literal(period.unit.value, literal_execute=True)
    zone = literal(EASTERN, literal_execute=True)
    end = literal(period.ends_at.isoformat(), literal_execute=True)
    step = func.date_trunc(unit, func.timezone(zone, moment))
    return cast(case((moment < cast(end, DateTime(timezone=True)), step)), Date).label("step")


def _backwards(period: Period, rows: Sequence[Any]) -> list[Amount]:
    known = {row[0]: (int(row[1]), int(row[2])) for row in rows}
    opened_after, closed_after = known[None]
    left = max(int(row[3]) for row in rows) + closed_after - opened_after
    counted = []
    for step in reversed(period.steps()):
        opened, closed = known.get(step, (0, 0))
        counted.append(Amount(step, opened, closed, left))
        left += closed - opened
    return counted[::-1]

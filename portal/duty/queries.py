"""Who of support takes what, and who is on duty or away (HOW-1). The team is everyone with the role of an agent."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, func, select
from sqlalchemy.dialects.postgresql import Range

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.accounts.models import Grant, Person
from portal.accounts.permissions import Role
from portal.db import db
from portal.duty.models import Absence, DutyException, DutyHours, Skill
from portal.policy.duty import Span, duty_on, is_on_duty
from portal.policy.hours import eastern_day
from portal.policy.parameters import HoursRules

AN_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Rota:
    """An agent: the topics they take, their hours, and the absences of the stretch that was asked for."""

    person: Person
    topics: frozenset[str] = frozenset()
    week: dict[int, Span] = field(default_factory=dict)
    exceptions: dict[date, Span | None] = field(default_factory=dict)
    absences: tuple[Absence, ...] = ()

    def takes(self, topic: str) -> bool:
        """Whether they take a topic: one they chose, or any where they chose none."""
        return not self.topics or topic in self.topics

    def absence_at(self, at: datetime) -> Absence | None:
        """The absence that they are on at an instant."""
        return next((each for each in self.absences if each.starts_at <= at < each.ends_at), None)

    def on_duty_at(self, at: datetime, hours: HoursRules) -> bool:
        """Whether they are on duty at an instant and not away."""
        return self.absence_at(at) is None and is_on_duty(at, self.week, self.exceptions, hours)

    def duty_on(self, day: date, hours: HoursRules) -> Span | None:
        """Their hours on an Eastern date, absences left aside."""
        return duty_on(day, self.week, self.exceptions, hours)


def rotas(start: datetime, end: datetime | None = None, person_id: int | None = None) -> list[Rota]:
    """Every agent, or one, by name, with what decides on their duty in a stretch of time, or at an instant."""
    during = Range(start, end or start + AN_INSTANT)
    people = _people(person_id, during)
    absences = _absences([row.Person.id for row in people], during)
    return [
        Rota(
            row.Person, frozenset(row.topics), {int(day): span for day, span in _spans(row.week) if span},
            {date.fromisoformat(day): span for day, span in _spans(row.days)}, tuple(absences[row.Person.id]),
        )
        for row in people
    ]  # fmt: skip


def away_at(at: datetime, person_ids: Iterable[int]) -> dict[int, Absence]:
    """Which of these people are on an absence at an instant, with it, by key."""
    found = select(Absence).where(Absence.person_id.in_(person_ids), Absence.during.contains(at))
    return {absence.person_id: absence for absence in db.session.scalars(found)}


def coming_absences(person_id: int, at: datetime) -> Sequence[Absence]:
    """The absences of a person that are not over, the next first."""
    ahead = select(Absence).where(Absence.person_id == person_id, func.upper(Absence.during) > at)
    return db.session.scalars(ahead.order_by(func.lower(Absence.during))).all()


def coming_exceptions(person_id: int, at: datetime) -> Sequence[DutyException]:
    """The days from today on which a person has other hours, the next first."""
    ahead = select(DutyException).where(DutyException.person_id == person_id)
    return db.session.scalars(
        ahead.where(DutyException.day >= eastern_day(at)).order_by(DutyException.day)
    ).all()


def colleague_scope(actor: Actor, colleague_id: int) -> Scope | None:
    """An agent, for themself and for whoever looks after the rota; None for others."""
    own = actor.person_id == colleague_id and actor.may("duty:edit")
    known = own or actor.may("duty:manage")
    return NOWHERE if known and db.session.scalar(_agents().where(Person.id == colleague_id)) else None


def exception_scope(actor: Actor, exception_id: int) -> Scope | None:
    """Other hours on one day, for those who see the rota of whoever has them."""
    return _as_colleague(actor, select(DutyException.person_id).where(DutyException.id == exception_id))


def absence_scope(actor: Actor, absence_id: int) -> Scope | None:
    """An absence, for those who see the rota of whoever is away."""
    return _as_colleague(actor, select(Absence.person_id).where(Absence.id == absence_id))


def _as_colleague(actor: Actor, holder: Select[int]) -> Scope | None:
    person_id = db.session.scalar(holder)
    return colleague_scope(actor, person_id) if person_id else None


def _agents() -> Select[Person]:
    agents = select(Grant.person_id).where(Grant.role == Role.AGENT, Grant.ended_at.is_(None))
    return select(Person).where(Person.id.in_(agents), Person.disabled_at.is_(None))


def _people(person_id: int | None, during: Range[datetime]) -> Sequence[Row[Any]]:
    """The agents by name, each with their topics, weekly hours and other days, in one query."""
    assert during.lower is not None
    assert during.upper is not None
    days = DutyException.day.between(eastern_day(during.lower), eastern_day(during.upper))
    hours = (DutyHours.weekday, DutyHours.opens, DutyHours.closes)
    others = (DutyException.day, DutyException.opens, DutyException.closes)
    found = _agents() if person_id is None else _agents().where(Person.id == person_id)
    whole = found.add_columns(
        func.array(select(Skill.topic).where(Skill.person_id == Person.id).scalar_subquery()).label("topics"),
        _gathered(hours, DutyHours.person_id == Person.id).label("week"),
        _gathered(others, DutyException.person_id == Person.id, days).label("days"),
    )
    return db.session.execute(whole.order_by(Person.name, Person.id)).all()


def _gathered(columns: Sequence[Any], *conditions: ColumnElement[bool]) -> ScalarSelect[Any]:
    rows = select(func.jsonb_agg(func.jsonb_build_array(*columns))).where(*conditions)
    return rows.correlate(Person).scalar_subquery()


def _spans(rows: list[list[Any]] | None) -> Iterator[tuple[str, Span | None]]:
    for day, opens, closes in rows or []:
        yield day, (time.fromisoformat(opens), time.fromisoformat(closes)) if opens else None


def _absences(ids: Sequence[int], during: Range[datetime]) -> dict[int, list[Absence]]:
    found: dict[int, list[Absence]] = defaultdict(list)
    within = select(Absence).where(Absence.person_id.in_(ids), Absence.during.overlaps(during))
    for each in db.session.scalars(within.order_by(func.lower(Absence.during))):
        found[each.person_id].append(each)
    return found

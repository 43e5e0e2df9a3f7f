"""Keeping the rota: topics, weekly hours, other hours on one day, absences (HOW-1)."""

from collections.abc import Mapping, Set
from datetime import date, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import Range, insert

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.audit.record import record
from portal.bookings.commitments import refuse_over_others
from portal.clock import now
from portal.db import db, use_case
from portal.duty.models import Absence, DutyException, DutyHours, Skill
from portal.duty.queries import colleague_scope
from portal.errors import Conflict, Invalid, NotFound
from portal.policy.coverage import Topic
from portal.policy.duty import Span
from portal.policy.hours import eastern_day
from portal.policy.instants import eastern
from portal.policy.wording import WEEKDAYS, clock

FURTHEST = timedelta(days=731)


@use_case
def choose_topics(actor: Actor, colleague_id: int, topics: Set[str]) -> None:
    """Say which topics an agent takes; none of them means every topic. Raises Invalid (`topics`), NotFound."""
    person = _held(actor, colleague_id)
    if not topics <= set(Topic):
        raise Invalid(topics="Choose topics of the list.")
    had = set(db.session.scalars(select(Skill.topic).where(Skill.person_id == person.id)))
    if had == topics:
        return
    db.session.execute(delete(Skill).where(Skill.person_id == person.id))
    db.session.add_all(Skill(person_id=person.id, topic=topic) for topic in sorted(topics))
    record(
        actor, "duty.topics_chosen", person, before={"topics": sorted(had)}, after={"topics": sorted(topics)}
    )


@use_case
def set_hours(actor: Actor, colleague_id: int, week: Mapping[int, Span]) -> None:
    """Set an agent's hours of each weekday (0 is Monday), in Eastern; no hours at all means business hours.

    Raises Invalid (`closes_<weekday>`) for a day that ends before it begins, NotFound.
    """
    person = _held(actor, colleague_id)
    for weekday, (opens, closes) in week.items():
        if closes <= opens:
            raise Invalid(**{f"closes_{weekday}": f"{WEEKDAYS[weekday]} must end after it begins."})
    own = select(DutyHours).where(DutyHours.person_id == person.id)
    before = _week_in_words({each.weekday: (each.opens, each.closes) for each in db.session.scalars(own)})
    after = _week_in_words(week)
    if before == after:
        return
    db.session.execute(delete(DutyHours).where(DutyHours.person_id == person.id))
    for weekday, (opens, closes) in week.items():
        db.session.add(DutyHours(person_id=person.id, weekday=weekday, opens=opens, closes=closes))
    record(actor, "duty.hours_set", person, before={"hours": before}, after={"hours": after})


@use_case
def set_exception(actor: Actor, colleague_id: int, day: date, span: Span | None) -> None:
    """Set an agent's hours of one Eastern day in place of the usual ones; None for a day off duty.

    Setting a day again replaces what was set. Raises Invalid (`day`, `closes`), NotFound.
    """
    person = _held(actor, colleague_id)
    if not eastern_day(now()) <= day <= eastern_day(now()) + FURTHEST:
        raise Invalid(day="Choose a day from today until two years ahead.")
    if span is not None and span[1] <= span[0]:
        raise Invalid(closes="The day must end after it begins.")
    hours = {"opens": span and span[0], "closes": span and span[1]}
    row = insert(DutyException).values(person_id=person.id, day=day, **hours)
    db.session.execute(row.on_conflict_do_update(index_elements=["person_id", "day"], set_=hours))
    record(actor, "duty.day_set", person, after={"day": day, "hours": _span_in_words(span)})


@use_case
def remove_exception(actor: Actor, exception_id: int) -> int:
    """Let the usual hours count on a day again; the key of whose day it was. Raises Conflict, NotFound."""
    found = db.session.get(DutyException, exception_id)
    if found is None:
        raise NotFound
    person = _held(actor, found.person_id)
    gone = delete(DutyException).where(DutyException.id == exception_id).returning(DutyException.id)
    if db.session.scalar(gone) is None:
        raise Conflict("This day was taken out already.")
    record(actor, "duty.day_unset", person, before={"day": found.day})
    return person.id


@use_case
def add_absence(actor: Actor, colleague_id: int, first: date, last: date, note: str = "") -> Absence:
    """Enter that an agent is away from the start of the Eastern day `first` to the end of `last`.

    Their open tickets go to others once it begins. Raises Invalid (`first`, `last`), NotFound, StandsInTheWay
    when they have a live session then, or are taken otherwise (HOW-5).
    """
    person = _held(actor, colleague_id)
    if not eastern_day(now()) - timedelta(days=31) <= first <= eastern_day(now()) + FURTHEST:
        raise Invalid(first="Choose a day from a month ago until two years ahead.")
    if not first <= last <= first + FURTHEST:
        raise Invalid(last="The last day must not come before the first, nor two years after it.")
    during = Range(eastern(first), eastern(last + timedelta(days=1)))
    absence = Absence(person_id=person.id, during=during, note=note, entered_by_id=actor.person_id)
    _insert(absence, actor.time_zone)
    after = {"person": person.email, "first": first, "last": last}
    record(actor, "absence.entered", absence, after=after)
    return absence


@use_case
def end_absence(actor: Actor, absence_id: int) -> int:
    """Take an absence out, or end one that has begun now; the key of who is back. Raises Conflict, NotFound."""
    absence = db.session.get(Absence, absence_id)
    if absence is None:
        raise NotFound
    person = _held(actor, absence.person_id)
    db.session.refresh(absence)
    if absence.ends_at <= now():
        raise Conflict("This absence is over already.")
    before = {"person": person.email, "from": absence.starts_at, "until": absence.ends_at}
    record(actor, "absence.ended", absence, before=before)
    if absence.starts_at < now():
        absence.during = Range(absence.starts_at, now())
    else:
        db.session.delete(absence)
    return person.id


def _held(actor: Actor, colleague_id: int) -> Person:
    """An agent whose rota the actor may change, held so that two changes take turns."""
    actor.require("duty:edit")
    if colleague_scope(actor, colleague_id) is None:
        raise NotFound
    held = select(Person).where(Person.id == colleague_id).with_for_update(key_share=True)
    return db.session.scalars(held.execution_options(populate_existing=True)).one()


def _insert(absence: Absence, zone: str) -> None:
    away = select(Absence.id).where(
        Absence.person_id == absence.person_id, Absence.during.overlaps(absence.during)
    )
    if db.session.scalar(away.limit(1)):
        raise Invalid(first="Some of these days are in another absence already. Take that one out first.")
    refuse_over_others(absence.person_id, absence.during, zone)
    db.session.add(absence)
    db.session.flush()


def _week_in_words(week: Mapping[int, Span]) -> dict[str, str]:
    return {WEEKDAYS[weekday]: _span_in_words(week[weekday]) for weekday in sorted(week)}


def _span_in_words(span: Span | None) -> str:
    return f"{clock(span[0])}-{clock(span[1])}" if span else "off duty"

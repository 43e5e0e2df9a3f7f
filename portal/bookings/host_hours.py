"""Keeping when a host takes live sessions: hours of each week, other hours on one date, kinds (HOW-5)."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.accounts.time_zones import is_time_zone
from portal.audit.record import record
from portal.bookings.clashes import Clash, clashes
from portal.bookings.host_queries import host_for, sessions_outside, visible_hosts
from portal.bookings.hosts import hold_host
from portal.bookings.models import Booking
from portal.bookings.models_hosts import HostDay, HostHours, HostProfile
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid, NotFound
from portal.policy.host_hours import Minutes
from portal.policy.training import SessionKind
from portal.policy.wording import WEEKDAYS, long_day

OVERLAP = "ex_host_hours"
FURTHEST = timedelta(days=731)
END_OF_DAY = 1440
MOST_STRETCHES = 100


@dataclass(frozen=True)
class Span:
    """Hours of a day, and from which date until which they hold; None is for good."""

    minutes: Minutes
    first_day: date
    last_day: date | None = None


@use_case
def add_hours(actor: Actor, host_id: int, weekdays: Set[int], span: Span) -> list[Booking]:
    """Add hours of some weekdays (0 is Monday), on the clock of the host's zone.

    Gives the sessions that lie outside all their hours. Raises Invalid (`weekdays`, `closes`, `first_day`,
    `last_day`) for hours that cannot be, or that overlap with others of theirs; NotFound.
    """
    host = _held(actor, host_id)
    zone = _profile(host).zone
    if not weekdays or not weekdays <= set(range(7)):
        raise Invalid(weekdays="Choose at least one day of the week.")
    _check(span, zone)
    count = select(HostHours.id).where(HostHours.host_id == host_id)
    if len(db.session.scalars(count).all()) + len(weekdays) > MOST_STRETCHES:
        raise Invalid(weekdays=f"Keep to {MOST_STRETCHES} stretches. Remove some that are over.")
    for weekday in sorted(weekdays):
        _put(HostHours(host_id=host.id, weekday=weekday), span)
    after = {"days": [WEEKDAYS[day] for day in sorted(weekdays)], **_in_words(span), "zone": zone}
    record(actor, "hours.added", host, after=after)
    return sessions_outside(host_for(actor, host.id))


@use_case
def change_hours(actor: Actor, hours_id: int, span: Span) -> list[Booking]:
    """Change weekly hours, or when they begin and end. As `add_hours`; Conflict when they were removed meanwhile."""
    hours, host = _hours(actor, hours_id)
    _check(span, _profile(host).zone, hours.first_day)
    before = _in_words(_span_of(hours))
    _put(hours, span)
    after = {"day": WEEKDAYS[hours.weekday], **_in_words(span)}
    record(actor, "hours.changed", host, before=before, after=after)
    return sessions_outside(host_for(actor, host.id))


@use_case
def remove_hours(actor: Actor, hours_id: int) -> list[Booking]:
    """Remove weekly hours; gives the sessions that lie outside all the host's hours. Raises Conflict, NotFound."""
    hours, host = _hours(actor, hours_id)
    db.session.delete(hours)
    db.session.flush()
    before = {"day": WEEKDAYS[hours.weekday], **_in_words(_span_of(hours))}
    record(actor, "hours.removed", host, before=before)
    return sessions_outside(host_for(actor, host.id))


@use_case
def set_day(actor: Actor, host_id: int, day: date, minutes: Minutes | None) -> list[Booking]:
    """Set a host's hours of one date in place of the usual ones, holidays included; None for none.

    Setting a date again replaces what was set. Raises Invalid (`day`, `closes`), NotFound.
    """
    host = _held(actor, host_id)
    today = now().astimezone(ZoneInfo(_profile(host).zone)).date()
    if not today <= day <= today + FURTHEST:
        raise Invalid(day="Choose a day from today until two years ahead.")
    if minutes is not None:
        _check_minutes(minutes)
    values = {"opens": minutes and minutes.opens, "closes": minutes and minutes.closes}
    row = insert(HostDay).values(host_id=host.id, day=day, **values)
    db.session.execute(row.on_conflict_do_update(index_elements=["host_id", "day"], set_=values))
    record(actor, "hours.day_set", host, after={"day": day, "hours": clocks(minutes) if minutes else "none"})
    return sessions_outside(host_for(actor, host.id))


@use_case
def remove_day(actor: Actor, day_id: int) -> tuple[int, list[Booking]]:
    """Let the usual hours count on a date again: whose it was, and their sessions outside. Raises Conflict, NotFound."""
    found = db.session.get(HostDay, day_id)
    if found is None:
        raise NotFound
    host = _held(actor, found.host_id)
    if db.session.scalar(delete(HostDay).where(HostDay.id == day_id).returning(HostDay.id)) is None:
        raise Conflict("This date was taken out already.")
    record(actor, "hours.day_removed", host, before={"day": found.day})
    return host.id, sessions_outside(host_for(actor, host.id))


@use_case
def set_profile(actor: Actor, host_id: int, zone: str, kinds: Set[str]) -> list[Booking]:
    """Say which kinds of session a host takes (none is all), and in which zone their hours are told.

    In another zone the hours keep their clock times. Raises Invalid (`zone`, `kinds`), NotFound.
    """
    host = _held(actor, host_id)
    if not is_time_zone(zone):
        raise Invalid(zone="Choose a time zone of the list.")
    if not kinds <= set(SessionKind):
        raise Invalid(kinds="Choose kinds of the list.")
    profile = _profile(host)
    before = {"zone": profile.zone, "kinds": sorted(profile.kinds)}
    profile.zone, profile.kinds = zone, sorted(kinds)
    db.session.flush()
    after = {"zone": zone, "kinds": sorted(kinds)}
    if after != before:
        record(actor, "host.changed", host, before=before, after=after)
    return sessions_outside(host_for(actor, host.id))


def clocks(minutes: Minutes) -> str:
    """Hours of a day in words: `09:00 to 12:30`, `22:00 to 24:00`."""
    opens, closes = (f"{at // 60:02d}:{at % 60:02d}" for at in minutes)
    return f"{opens} to {closes}"


def _held(actor: Actor, host_id: int) -> Person:
    """A host whose hours the actor may change, held so that changes and bookings take turns."""
    actor.require("availability:publish")
    hold_host(host_id)
    host = db.session.scalar(visible_hosts(actor).where(Person.id == host_id))
    if host is None:
        raise NotFound
    return host


def _hours(actor: Actor, hours_id: int) -> tuple[HostHours, Person]:
    hours = db.session.get(HostHours, hours_id)
    if hours is None:
        raise NotFound
    host = _held(actor, hours.host_id)
    again = select(HostHours).where(HostHours.id == hours_id).execution_options(populate_existing=True)
    if (found := db.session.scalar(again)) is None:
        raise Conflict("These hours were removed already.")
    return found, host


def _profile(host: Person) -> HostProfile:
    profile = db.session.get(HostProfile, host.id)
    if profile is None:
        zone = host.time_zone if is_time_zone(host.time_zone) else "America/New_York"
        profile = HostProfile(host_id=host.id, zone=zone, kinds=[])
        db.session.add(profile)
        db.session.flush()
    return profile


def _check(span: Span, zone: str, earliest: date | None = None) -> None:
    _check_minutes(span.minutes)
    today = now().astimezone(ZoneInfo(zone)).date()
    if not min(earliest or today, today) <= span.first_day <= today + FURTHEST:
        raise Invalid(first_day="Choose a day from today until two years ahead.")
    if span.last_day is not None and not span.first_day <= span.last_day <= today + 5 * FURTHEST:
        raise Invalid(last_day="The last day must not come before the first.")


def _check_minutes(minutes: Minutes) -> None:
    if not 0 <= minutes.opens < minutes.closes <= END_OF_DAY:
        raise Invalid(closes="The hours must end after they start; 00:00 is the end of the day.")


def _put(hours: HostHours, span: Span) -> None:
    day = WEEKDAYS[hours.weekday]
    try:
        with clashes(OVERLAP):
            hours.opens, hours.closes = span.minutes
            hours.first_day, hours.last_day = span.first_day, span.last_day
            db.session.add(hours)
    except Clash as clash:
        problem = f"On {day} these overlap with other hours. Change or remove those first."
        raise Invalid(opens=problem) from clash


def _span_of(hours: HostHours) -> Span:
    return Span(Minutes(hours.opens, hours.closes), hours.first_day, hours.last_day)


def _in_words(span: Span) -> dict[str, str]:
    until = long_day(span.last_day) if span.last_day else "for good"
    return {"hours": clocks(span.minutes), "from": long_day(span.first_day), "until": until}

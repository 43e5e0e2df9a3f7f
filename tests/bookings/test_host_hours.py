"""A host's weekly hours, other dates, kinds: what changes them, and what can be booked in them (HOW-5)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from portal.audit.models import AuditEntry
from portal.bookings.admission import TimeNotOpen
from portal.bookings.host_hours import (
    Span,
    add_hours,
    change_hours,
    remove_day,
    remove_hours,
    set_day,
    set_profile,
)
from portal.bookings.models_hosts import HostDay, HostHours
from portal.bookings.open_times import open_times
from portal.busy_calendars.models import BusyCalendar
from portal.clock import now
from portal.db import db
from portal.errors import Conflict, Invalid, NotFound
from portal.policy.edition import FIRST_EDITION
from portal.policy.host_hours import Minutes
from portal.policy.training import SessionKind
from tests.bookings.sessions import WEDNESDAY, book, booking, utc, window

MORNING = Span(Minutes(9 * 60, 12 * 60), date(2026, 11, 23))
KIND = SessionKind.PRESENTER_TRAINING


def starts(kind=KIND, days=9):
    found = open_times(FIRST_EDITION, now()).between(kind, now(), now() + timedelta(days=days))
    return [f"{slot.starts_at:%d %H:%M}" for slot in found]


def hours_of(person):
    db.session.rollback()
    return list(
        db.session.scalars(select(HostHours).where(HostHours.host_id == person.id).order_by(HostHours.id))
    )


def actions():
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_weekly_hours_are_open_in_the_zone_of_the_host(world):
    # The agent lives in Vienna: 09:00 there is 08:00 UTC in November. Thanksgiving is closed.
    assert add_hours(world.actor("agent"), world.agent.id, {2, 3}, MORNING) == []
    assert starts() == [
        "25 08:00", "25 08:30", "25 09:00", "25 09:30", "25 10:00",
        "02 08:00", "02 08:30", "02 09:00", "02 09:30", "02 10:00",
    ]  # fmt: skip
    assert actions() == ["hours.added"]


def test_thanksgiving_is_open_where_the_host_opens_it(world):
    add_hours(world.actor("agent"), world.agent.id, {3}, MORNING)
    set_day(world.actor("agent"), world.agent.id, date(2026, 11, 26), Minutes(600, 660))
    assert starts(days=4) == ["26 09:00"]
    set_day(world.actor("agent"), world.agent.id, date(2026, 11, 26), None)
    assert starts(days=4) == []
    [day] = db.session.scalars(select(HostDay))
    assert remove_day(world.actor("agent"), day.id) == (world.agent.id, [])
    assert actions() == ["hours.added", "hours.day_set", "hours.day_set", "hours.day_removed"]


def test_a_host_is_offered_for_the_kinds_they_take(world):
    add_hours(world.actor("agent"), world.agent.id, {2}, MORNING)
    set_profile(world.actor("agent"), world.agent.id, "Europe/Vienna", {"live_assistance"})
    assert starts() == []
    assert starts(SessionKind.LIVE_ASSISTANCE)
    set_profile(world.actor("agent"), world.agent.id, "Europe/Vienna", set())
    assert starts()
    assert actions()[1:] == ["host.changed", "host.changed"]


def test_another_zone_keeps_the_clock_times(world):
    add_hours(world.actor("agent"), world.agent.id, {2}, MORNING)
    set_profile(world.actor("agent"), world.agent.id, "America/New_York", set())
    assert starts(days=4)[0] == "25 14:00"


def test_a_busy_calendar_takes_its_host(world, congress):
    add_hours(world.actor("agent"), world.agent.id, {2}, MORNING)
    busy = [Range(utc("2026-11-25 09:00"), utc("2026-11-25 10:00"), bounds="[)")]
    db.session.add(
        BusyCalendar(host_id=world.agent.id, name="Mine", address="https://a.example/x", busy=busy)
    )
    db.session.commit()
    # A session from 10:00 keeps its host from 09:50 on.
    assert starts(days=4) == []
    with pytest.raises(TimeNotOpen):
        book(world.contact, congress, at=utc("2026-11-25 10:00"))


def test_what_is_shown_is_booked(world, congress, outbox):
    add_hours(world.actor("agent"), world.agent.id, {2}, MORNING)
    made = book(world.contact, congress, at=utc("2026-11-25 10:00"))
    assert made.host_id == world.agent.id
    outbox.all()


def test_sessions_that_lie_outside_afterwards_stay_and_are_told(world, congress):
    add_hours(world.actor("agent"), world.agent.id, {2}, MORNING)
    inside = booking(congress, world.agent, world.contact, utc("2026-11-25 08:30"))
    [hours] = hours_of(world.agent)
    later = Span(Minutes(10 * 60, 12 * 60), date(2026, 11, 23))
    assert [each.id for each in change_hours(world.actor("agent"), hours.id, later)] == [inside.id]
    assert change_hours(world.actor("agent"), hours.id, MORNING) == []
    told = set_profile(world.actor("agent"), world.agent.id, "Europe/Vienna", {"live_assistance"})
    assert [each.id for each in told] == [inside.id]
    assert [each.id for each in remove_hours(world.actor("manager"), hours.id)] == [inside.id]
    set_profile(world.actor("agent"), world.agent.id, "Europe/Vienna", set())
    window(world.agent, utc("2026-11-25 08:00"), 4)
    assert set_day(world.actor("agent"), world.agent.id, date(2026, 11, 25), None) == []


@pytest.mark.parametrize(
    ("weekdays", "span", "field"),
    [
        (set(), MORNING, "weekdays"),
        ({7}, MORNING, "weekdays"),
        ({0}, Span(Minutes(600, 600), date(2026, 11, 23)), "closes"),
        ({0}, Span(Minutes(600, 540), date(2026, 11, 23)), "closes"),
        ({0}, Span(Minutes(600, 1441), date(2026, 11, 23)), "closes"),
        ({0}, Span(Minutes(0, 60), date(2026, 11, 22)), "first_day"),
        ({0}, Span(Minutes(0, 60), date(9999, 12, 31)), "first_day"),
        ({0}, Span(Minutes(0, 60), date(2026, 11, 24), date(2026, 11, 23)), "last_day"),
    ],
)
def test_hours_that_cannot_be_are_refused_beside_their_field(weekdays, span, field, world):
    with pytest.raises(Invalid) as refusal:
        add_hours(world.actor("agent"), world.agent.id, weekdays, span)
    assert set(refusal.value.fields) == {field}
    assert hours_of(world.agent) == []


def test_hours_of_one_day_do_not_overlap(world):
    add_hours(world.actor("agent"), world.agent.id, {0, 2}, MORNING)
    with pytest.raises(Invalid, match="On Wednesday these overlap"):
        add_hours(
            world.actor("agent"), world.agent.id, {1, 2}, Span(Minutes(11 * 60, 13 * 60), date(2026, 12, 1))
        )
    assert len(hours_of(world.agent)) == 2
    add_hours(world.actor("agent"), world.agent.id, {2}, Span(Minutes(12 * 60, 13 * 60), date(2026, 12, 1)))
    afternoon = hours_of(world.agent)[-1]
    with pytest.raises(Invalid, match="overlap"):
        change_hours(world.actor("agent"), afternoon.id, MORNING)
    assert (afternoon.opens, hours_of(world.agent)[-1].opens) == (12 * 60, 12 * 60)


def test_an_agent_changes_their_own_only_and_a_manager_everyones(world):
    with pytest.raises(NotFound):
        add_hours(world.actor("agent"), world.manager.id, {0}, MORNING)
    add_hours(world.actor("manager"), world.agent.id, {0}, MORNING)
    [hours] = hours_of(world.agent)
    with pytest.raises(NotFound):
        add_hours(world.actor("manager"), world.contact.id, {0}, MORNING)
    remove_hours(world.actor("agent"), hours.id)
    with pytest.raises((Conflict, NotFound)):
        remove_hours(world.actor("agent"), hours.id)


@pytest.mark.parametrize("at", ["0001-01-01 00:00", "2026-11-23 13:59", "9999-12-31 23:59"])
def test_nothing_is_open_in_the_past_or_beyond_every_horizon(at, world):
    add_hours(world.actor("agent"), world.agent.id, set(range(7)), Span(Minutes(0, 1440), date(2026, 11, 23)))
    times = open_times(FIRST_EDITION, now(), around=utc(at))
    assert (times.windows, times.busy) == ((), ())


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../../etc/passwd", "x" * 5000])
def test_a_zone_that_does_not_exist_is_refused(zone, world):
    with pytest.raises(Invalid) as refusal:
        set_profile(world.actor("agent"), world.agent.id, zone, set())
    assert "zone" in refusal.value.fields


def test_one_instant_is_read_as_the_whole_is(world):
    add_hours(world.actor("agent"), world.agent.id, {2}, MORNING)
    add_hours(world.actor("manager"), world.manager.id, {1, 2}, Span(Minutes(0, 1440), date(2026, 11, 23)))
    booking(world.congress, world.agent, world.contact, WEDNESDAY - timedelta(hours=5))
    whole = open_times(FIRST_EDITION, now())
    for minutes in range(-900, 900, 15):
        at = WEDNESDAY + timedelta(minutes=minutes)
        assert open_times(FIRST_EDITION, now(), around=at).starting(KIND, at) == whole.starting(KIND, at)

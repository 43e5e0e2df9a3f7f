"""What is shown is what is accepted (HOW-5), also across the changes of the clocks."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.grants import end_grant
from portal.accounts.models import Grant, Person
from portal.bookings.offers import overview
from portal.bookings.open_times import OpenTimes, one_for_each_start, open_times
from portal.db import db
from portal.policy.edition import FIRST_EDITION
from portal.policy.training import BusyRange, SessionKind, Window
from tests.bookings.sessions import WEDNESDAY, booking, utc, window

NOW = utc("2026-11-23 14:00")
KIND = SessionKind.PRESENTER_TRAINING
MINUTES = st.integers(-2 * 1440, 70 * 1440)


def starts(slots):
    return [slot.starts_at for slot in slots]


@st.composite
def spans(draw, kind, most):
    found = []
    for _ in range(draw(st.integers(0, most))):
        start = NOW + timedelta(minutes=draw(MINUTES))
        found.append(
            kind(draw(st.integers(1, 3)), start, start + timedelta(minutes=draw(st.integers(1, 400))))
        )
    return tuple(found)


@given(spans(Window, 6), spans(BusyRange, 6), st.sampled_from(SessionKind), MINUTES)
def test_a_start_is_accepted_exactly_when_it_is_shown(windows, busy, kind, minutes):
    times = OpenTimes(windows, busy, NOW, FIRST_EDITION)
    everything = times.between(kind, NOW, NOW + timedelta(days=61))
    for slot in everything:
        assert slot in times.starting(kind, slot.starts_at)
    elsewhere = NOW + timedelta(minutes=minutes)
    assert bool(times.starting(kind, elsewhere)) == (elsewhere in starts(everything))
    assert times.soonest(kind, 5) == one_for_each_start(everything)[:5]
    earlier = [slot for slot in everything if slot.starts_at < elsewhere]
    assert times.last(kind, elsewhere) == (earlier[-1] if earlier else None)


@given(spans(Window, 6), spans(BusyRange, 6))
def test_weeks_add_up_to_the_whole(windows, busy):
    times = OpenTimes(windows, busy, NOW, FIRST_EDITION)
    week = timedelta(days=7)
    paged = [s for n in range(9) for s in times.between(KIND, NOW + n * week, NOW + (n + 1) * week)]
    assert paged == list(times.between(KIND, NOW, NOW + 9 * week))


@pytest.mark.parametrize(
    ("now", "opens", "closes", "expected"),
    [
        # Midnight to 04:00 in New York is three hours long on 8 March 2026 ...
        ("2026-03-01 12:00", "2026-03-08 05:00", "2026-03-08 08:00",
         ["05:00", "05:30", "06:00", "06:30", "07:00"]),
        # ... and five hours on 1 November.
        ("2026-10-20 12:00", "2026-11-01 04:00", "2026-11-01 09:00",
         ["04:00", "04:30", "05:00", "05:30", "06:00", "06:30", "07:00", "07:30", "08:00"]),
        # 00:00 to 04:00 in Vienna on 25 October: 22:00 UTC on the day before until 03:00 UTC.
        ("2026-10-20 12:00", "2026-10-24 22:00", "2026-10-25 03:00",
         ["22:00", "22:30", "23:00", "23:30", "00:00", "00:30", "01:00", "01:30", "02:00"]),
    ],
)  # fmt: skip
def test_slots_across_a_change_of_the_clocks(now, opens, closes, expected):
    times = OpenTimes((Window(1, utc(opens), utc(closes)),), (), utc(now), FIRST_EDITION)
    assert [f"{at:%H:%M}" for at in starts(times.soonest(KIND, 50))] == expected


def test_notice_is_elapsed_time_across_a_change(clock):
    # 24 hours before Sunday 8 March 2026 12:00 EDT (16:00 UTC) it was Saturday 11:00 EST, not noon.
    times = (Window(1, utc("2026-03-08 16:00"), utc("2026-03-08 17:00")),)
    in_time, late = utc("2026-03-07 16:00"), utc("2026-03-07 16:01")
    assert OpenTimes(times, (), in_time, FIRST_EDITION).soonest(KIND, 1)
    assert not OpenTimes(times, (), late, FIRST_EDITION).soonest(KIND, 1)


def test_read_from_the_database(world):
    window(world.agent)
    window(world.manager, WEDNESDAY + timedelta(hours=1))
    booking(world.congress, world.agent, world.contact, WEDNESDAY + timedelta(hours=2))
    booking(world.fair, world.agent, world.contact, WEDNESDAY, state="cancelled", cancelled_at=NOW,
            uses_entitlement=False)  # fmt: skip
    found = open_times(FIRST_EDITION, NOW).between(KIND, NOW, NOW + timedelta(days=9))
    # The agent's session at 17:00 keeps 16:50 to 18:15; one at 15:30 would need until 16:45.
    assert [(slot.host_id == world.agent.id, f"{slot.starts_at:%H:%M}") for slot in found] == [
        (True, "15:00"), (True, "15:30"),
        (False, "16:00"), (False, "16:30"), (False, "17:00"), (False, "17:30"), (False, "18:00"),
    ]  # fmt: skip


def test_one_instant_is_read_as_the_whole_is(world):
    window(world.agent)
    booking(world.congress, world.agent, world.contact, WEDNESDAY + timedelta(hours=2))
    whole = open_times(FIRST_EDITION, NOW)
    for minutes in range(0, 240, 15):
        at = WEDNESDAY + timedelta(minutes=minutes)
        assert open_times(FIRST_EDITION, NOW, around=at).starting(KIND, at) == whole.starting(KIND, at)


def test_hours_of_who_is_no_longer_staff_are_not_offered(world):
    window(world.agent)
    window(world.manager, WEDNESDAY + timedelta(days=1))
    assert len(open_times(FIRST_EDITION, NOW).windows) == 2
    end_grant(db.session.scalar(db.select(Grant.id).where(Grant.person_id == world.agent.id)))
    db.session.get_one(Person, world.manager.id).disabled_at = NOW
    db.session.commit()
    assert open_times(FIRST_EDITION, NOW).windows == ()


def test_weeks_are_paged_by_the_days_of_the_reader(world, congress):
    window(world.agent, utc("2026-11-29 23:00"), 1)
    window(world.agent, utc("2026-12-10 15:00"), 1)
    found = overview(congress)
    # Sunday evening in New York is Monday in Vienna.
    week = found.week(KIND, "Europe/Vienna", None)
    assert (str(week.monday), week.earlier, str(week.later)) == ("2026-11-30", None, "2026-12-07")
    assert [day.day.day for day in week.days if day.parts] == [30]
    assert str(found.week(KIND, "America/New_York", None).monday) == "2026-11-23"
    later = found.week(KIND, "Europe/Vienna", week.later)
    assert (str(later.monday), str(later.earlier), later.later) == ("2026-12-07", "2026-11-30", None)


def test_a_day_on_which_the_clocks_change_has_two_parts_and_the_week_says_so(world, congress, clock):
    clock.move_to(utc("2026-10-20 12:00"))
    window(world.agent, utc("2026-11-01 04:00"), 5)
    week = overview(congress).week(KIND, "America/New_York", None)
    assert week.change == "Clocks change on Sunday 1 November 2026: UTC-4 becomes UTC-5."
    sunday = week.days[6]
    shown = [(part.offset, [time.clock for time in part.times]) for part in sunday.parts]
    assert shown == [
        ("UTC-4", ["00:00", "00:30", "01:00", "01:30"]), ("UTC-5", ["01:00", "01:30", "02:00", "02:30", "03:00"]),
    ]  # fmt: skip


def test_a_list_goes_on_from_where_it_ended(world, congress):
    for day in range(3):
        window(world.agent, WEDNESDAY + timedelta(days=7 + day), 10)
    found = overview(congress)
    first = found.listed(KIND, "UTC", None)
    rest = found.listed(KIND, "UTC", first.later)
    shown = [time.value for listed in (first, rest) for part in listed.days for time in part.times]
    assert (len(shown), len(set(shown)), rest.later) == (57, 57, None)
    assert shown == sorted(shown)

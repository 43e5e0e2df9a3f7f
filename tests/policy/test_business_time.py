"""HOW-3: business time, over every holiday and every change of clocks from 2024 to 2032."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.policy.decision import PolicyError
from portal.policy.edition import FIRST_EDITION, HoursRules
from portal.policy.hours import (
    add_business_days,
    add_business_minutes,
    business_minutes_between,
    business_time_between,
    closing,
    eastern_day,
    is_business_day,
    is_business_time,
    next_business_day,
    next_opening,
    opening,
    why_closed,
)
from tests.policy.moments import (
    ALL_CLOSED,
    EASTERN,
    FALL_BACK,
    SPRING_FORWARD,
    et,
    et_at,
    is_open,
    moments,
    whole_minutes,
)

HOURS = FIRST_EDITION.hours
DAY = 9 * 60
some = settings(max_examples=120, deadline=None)


@pytest.mark.parametrize(
    ("at", "is_inside"),
    [
        ("2026-06-02 07:59:59.999999", False),
        ("2026-06-02 08:00:00", True),
        ("2026-06-02 16:59:59.999999", True),
        ("2026-06-02 17:00:00", False),
        ("2026-06-06 12:00", False),
        ("2026-06-07 12:00", False),
        ("2026-06-19 12:00", False),
        ("2026-07-03 12:00", False),
        ("2026-07-06 12:00", True),
    ],
)
def test_the_edges_of_the_day(at: str, is_inside: bool) -> None:
    assert is_business_time(et(at), HOURS) is is_inside
    assert bool(why_closed(et(at), HOURS)) is not is_inside


@some
@given(moments)
def test_open_exactly_when_the_wall_clock_says_so(at: datetime) -> None:
    assert is_business_time(at, HOURS) is is_open(at)


@pytest.mark.parametrize("day", sorted(ALL_CLOSED))
def test_support_is_closed_all_through_each_holiday(day: date) -> None:
    opens, closes = et_at(day, "08:00"), et_at(day, "17:00")
    assert not is_business_time(opens, HOURS)
    assert not is_business_time(et_at(day, "12:00"), HOURS)
    assert business_minutes_between(opens, closes, HOURS) == 0
    assert next_opening(opens, HOURS) > closes


@pytest.mark.parametrize("sunday", [*SPRING_FORWARD, *FALL_BACK])
def test_a_change_of_clocks_neither_adds_nor_loses_business_time(sunday: date) -> None:
    friday, monday = sunday - timedelta(days=2), sunday + timedelta(days=1)
    assert business_minutes_between(et_at(friday, "16:00"), et_at(monday, "09:00"), HOURS) == 120
    assert add_business_minutes(et_at(friday, "16:00"), 120, HOURS) == et_at(monday, "09:00")
    assert add_business_days(et_at(friday, "10:30"), 1, HOURS) == et_at(monday, "10:30")
    assert opening(monday, HOURS) - opening(friday, HOURS) != timedelta(days=3)
    assert closing(monday, HOURS) - opening(monday, HOURS) == timedelta(hours=9)


@pytest.mark.parametrize("sunday", SPRING_FORWARD)
def test_monday_opens_an_hour_sooner_in_utc_after_the_spring_change(sunday: date) -> None:
    assert opening(sunday - timedelta(days=2), HOURS).time() == time(13)
    assert opening(sunday + timedelta(days=1), HOURS).time() == time(12)


@pytest.mark.parametrize("sunday", FALL_BACK)
def test_monday_opens_an_hour_later_in_utc_after_the_autumn_change(sunday: date) -> None:
    assert opening(sunday - timedelta(days=2), HOURS).time() == time(12)
    assert opening(sunday + timedelta(days=1), HOURS).time() == time(13)


@some
@given(whole_minutes, whole_minutes, whole_minutes)
def test_business_time_adds_up(a: datetime, b: datetime, c: datetime) -> None:
    through = business_time_between(a, b, HOURS) + business_time_between(b, c, HOURS)
    assert through == business_time_between(a, c, HOURS)
    minutes = business_minutes_between(a, b, HOURS) + business_minutes_between(b, c, HOURS)
    assert minutes == business_minutes_between(a, c, HOURS)


@some
@given(moments, st.integers(0, 8 * 96))
def test_business_time_is_the_open_quarters_counted_one_by_one(at: datetime, quarters: int) -> None:
    start = at.replace(minute=at.minute // 15 * 15, second=0)
    quarter = timedelta(minutes=15)
    counted = sum(is_open(start + quarter * n) for n in range(quarters))
    assert business_minutes_between(start, start + quarter * quarters, HOURS) == 15 * counted


@some
@given(moments, moments)
def test_backwards_is_the_negative_and_order_is_kept(a: datetime, b: datetime) -> None:
    assert business_minutes_between(a, b, HOURS) == -business_minutes_between(b, a, HOURS)
    assert (business_time_between(a, b, HOURS) >= timedelta()) is (
        a <= b or not business_time_between(a, b, HOURS)
    )


@some
@given(moments, st.integers(0, 30 * DAY))
def test_adding_business_minutes_is_undone_by_measuring(at: datetime, minutes: int) -> None:
    later = add_business_minutes(at, minutes, HOURS)
    assert business_minutes_between(at, later, HOURS) == minutes
    assert later >= at


@some
@given(moments, st.integers(1, 30 * DAY))
def test_adding_business_minutes_stops_at_the_first_instant_that_fits(at: datetime, minutes: int) -> None:
    later = add_business_minutes(at, minutes, HOURS)
    assert business_time_between(at, later - timedelta(microseconds=1), HOURS) < timedelta(minutes=minutes)


@some
@given(moments, st.integers(0, 2 * DAY), st.integers(0, 2 * DAY))
def test_adding_twice_is_adding_the_sum(at: datetime, first: int, second: int) -> None:
    once = add_business_minutes(at, first, HOURS)
    assert (
        add_business_minutes(once, second, HOURS) == add_business_minutes(at, first + second, HOURS)
        or not second
    )


@some
@given(moments)
def test_the_next_opening_is_the_first_open_instant(at: datetime) -> None:
    opens = next_opening(at, HOURS)
    assert opens >= at
    assert is_open(opens)
    assert business_time_between(at, opens, HOURS) == timedelta()
    assert (opens == at) is is_open(at)


@some
@given(moments, st.integers(1, 12))
def test_each_business_day_added_is_a_full_day_of_open_time(at: datetime, days: int) -> None:
    due = add_business_days(at, days, HOURS)
    assert business_time_between(at, due, HOURS) == timedelta(minutes=DAY * days)
    assert is_business_day(eastern_day(due), HOURS)
    assert opening(eastern_day(due), HOURS) <= due <= closing(eastern_day(due), HOURS)


@some
@given(moments, st.integers(1, 5))
def test_in_business_hours_the_clock_time_is_kept(at: datetime, days: int) -> None:
    due = add_business_days(at, days, HOURS)
    kept = at.astimezone(EASTERN).time() if is_open(at) else time(17)
    assert due.astimezone(EASTERN).time() == kept


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-06-02 08:00", "2026-06-02 17:00", 540),
        ("2026-06-02 16:30", "2026-06-03 08:30", 60),
        ("2026-07-02 16:00", "2026-07-06 09:00", 120),
        ("2027-12-23 16:59", "2027-12-27 08:01", 2),
        ("2027-12-30 16:00", "2028-01-03 09:00", 120),
        ("2026-06-06 00:00", "2026-06-08 00:00", 0),
        ("2026-06-02 10:00:30", "2026-06-02 10:02:00", 1),
        ("2026-01-01 00:00", "2027-01-01 00:00", 254 * 540),
    ],
)
def test_minutes_counted_by_hand(start: str, end: str, minutes: int) -> None:
    assert business_minutes_between(et(start), et(end), HOURS) == minutes


def test_a_full_day_ends_at_its_closing_and_nothing_is_the_instant_itself() -> None:
    assert add_business_minutes(et("2026-06-02 08:00"), 540, HOURS) == et("2026-06-02 17:00")
    assert add_business_minutes(et("2026-06-06 12:00"), 0, HOURS) == et("2026-06-06 12:00")
    assert add_business_minutes(et("2026-06-06 12:00"), 1, HOURS) == et("2026-06-08 08:01")


def test_the_next_business_day_leaves_out_the_long_weekend() -> None:
    assert next_business_day(date(2026, 7, 2), HOURS) == date(2026, 7, 6)
    assert next_business_day(date(2026, 7, 2), HOURS, 3) == date(2026, 7, 8)


def test_other_hours_and_days_are_followed() -> None:
    hours = HoursRules(opens=time(9, 30), closes=time(21), weekdays=(5, 6))
    assert is_business_time(et("2026-06-06 20:59"), hours)
    assert not is_business_time(et("2026-06-05 12:00"), hours)
    assert why_closed(et("2026-06-05 12:00"), hours) == "on Friday"
    assert business_minutes_between(et("2026-06-01 00:00"), et("2026-06-08 00:00"), hours) == 2 * 690


@pytest.mark.parametrize("sunday", [*SPRING_FORWARD, *FALL_BACK])
def test_a_sunday_of_changing_clocks_can_be_a_business_day(sunday: date) -> None:
    hours = HoursRules(opens=time(3), closes=time(12), weekdays=(6,))
    assert closing(sunday, hours) - opening(sunday, hours) == timedelta(hours=9)
    assert add_business_days(et_at(sunday, "03:15"), 1, hours) == et_at(sunday + timedelta(days=7), "03:15")


@pytest.mark.parametrize(
    "ask",
    [
        lambda at: is_business_time(at, HOURS),
        lambda at: next_opening(at, HOURS),
        lambda at: add_business_days(at, 1, HOURS),
        lambda at: add_business_minutes(at, 1, HOURS),
        lambda at: business_minutes_between(at, datetime(2026, 6, 2, tzinfo=UTC), HOURS),
        lambda at: business_minutes_between(datetime(2026, 6, 2, tzinfo=UTC), at, HOURS),
        lambda at: why_closed(at, HOURS),
        eastern_day,
    ],
)
def test_an_instant_without_a_time_zone_is_refused(ask: object) -> None:
    with pytest.raises(PolicyError):
        ask(datetime(2026, 6, 2, 10))  # type: ignore[operator]  # noqa: DTZ001


def test_nonsense_amounts_are_refused() -> None:
    for days in (0, -1):
        with pytest.raises(PolicyError):
            add_business_days(et("2026-06-02 10:00"), days, HOURS)
    with pytest.raises(PolicyError):
        add_business_minutes(et("2026-06-02 10:00"), -1, HOURS)


def test_the_end_of_the_calendar_is_an_error_not_an_endless_search() -> None:
    with pytest.raises(PolicyError):
        add_business_minutes(et("2098-12-30 10:00"), 10 * DAY, HOURS)


@some
@given(moments)
def test_answers_are_in_utc(at: datetime) -> None:
    local = at.astimezone(EASTERN)
    for answer in (
        next_opening(local, HOURS),
        add_business_days(local, 1, HOURS),
        add_business_minutes(local, 0, HOURS),
    ):
        assert answer.tzinfo is UTC

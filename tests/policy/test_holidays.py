"""HOW-3: the days on which support is closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal.policy.decision import PolicyError
from portal.policy.edition import FIRST_EDITION, AddedHoliday, HoursRules
from portal.policy.hours import KNOWN_HOLIDAYS, Holiday, holidays_of, is_business_day
from tests.policy.moments import CLOSED, closed_days_listed

HOURS = FIRST_EDITION.hours
YEARS = range(2024, 2033)


@pytest.mark.parametrize("year", YEARS)
def test_every_closed_day_is_the_one_in_the_calendar(year: int) -> None:
    assert [(h.date, h.observed) for h in holidays_of(year, HOURS)] == closed_days_listed(year)


def test_the_table_covers_every_year_asked_for() -> None:
    assert list(CLOSED) == list(YEARS)


@pytest.mark.parametrize("year", YEARS)
def test_the_seven_are_there_by_name(year: int) -> None:
    names = [h.name for h in holidays_of(year, HOURS) if not h.observed]
    assert names == list(HOURS.holidays)


@pytest.mark.parametrize("year", YEARS)
def test_a_holiday_on_a_weekend_is_observed_on_the_nearest_working_day(year: int) -> None:
    days = {h.date: h for y in (year, year + 1) for h in holidays_of(y, HOURS)}
    for holiday in holidays_of(year, HOURS):
        shift = {5: -1, 6: 1}.get(holiday.date.weekday(), 0)
        if shift and not holiday.observed:
            observed = days.get(holiday.date + timedelta(days=shift))
            # A Saturday January 1 is observed in the year before, which this year's list does not hold.
            if holiday.date + timedelta(days=shift) >= date(year, 1, 1):
                assert observed == Holiday(holiday.name, holiday.date + timedelta(days=shift), True)


def test_new_year_on_a_saturday_closes_the_last_day_of_the_old_year() -> None:
    assert holidays_of(2027, HOURS)[-1] == Holiday("New Year's Day", date(2027, 12, 31), True)
    assert not is_business_day(date(2027, 12, 31), HOURS)


@pytest.mark.parametrize(
    "day", [date(2026, 10, 12), date(2026, 11, 11), date(2026, 1, 19), date(2026, 2, 16)]
)
def test_support_works_on_the_holidays_that_are_not_listed(day: date) -> None:
    assert is_business_day(day, HOURS)


def test_staff_may_list_another_holiday_by_name() -> None:
    hours = replace(HOURS, holidays=(*HOURS.holidays, "Veterans Day"))
    assert Holiday("Veterans Day", date(2026, 11, 11)) in holidays_of(2026, hours)
    assert not is_business_day(date(2026, 11, 11), hours)


@pytest.mark.parametrize("name", KNOWN_HOLIDAYS)
def test_every_known_name_is_found_in_each_year(name: str) -> None:
    hours = replace(HOURS, holidays=(name,))
    for year in YEARS:
        assert [h.name for h in holidays_of(year, hours) if not h.observed] == [name]


def test_staff_may_close_a_day_and_open_one() -> None:
    hours = replace(
        HOURS, added=(AddedHoliday(date(2026, 12, 24), "Christmas Eve"),), removed=(date(2026, 7, 3),)
    )
    days = [h.date for h in holidays_of(2026, hours)]
    assert date(2026, 12, 24) in days
    assert date(2026, 7, 3) not in days
    assert is_business_day(date(2026, 7, 3), hours)
    assert [h for h in holidays_of(2027, hours) if h.name == "Christmas Eve"] == []


def test_a_day_added_on_a_holiday_that_falls_there_shows_the_name_staff_gave() -> None:
    hours = replace(HOURS, added=(AddedHoliday(date(2026, 12, 25), "Company closing"),))
    assert [h.name for h in holidays_of(2026, hours) if h.date == date(2026, 12, 25)] == ["Company closing"]


def test_removing_a_holiday_does_not_open_a_weekend() -> None:
    hours = replace(HOURS, removed=(date(2026, 7, 4),))
    assert not is_business_day(date(2026, 7, 4), hours)


@pytest.mark.parametrize("year", [1999, 2099])
def test_years_beyond_the_calendar_are_refused(year: int) -> None:
    with pytest.raises(PolicyError) as refusal:
        holidays_of(year, HOURS)
    assert refusal.value.rule == "HOW-3"


def test_observed_days_say_so() -> None:
    assert Holiday("Labor Day", date(2026, 9, 7)).label == "Labor Day"
    assert Holiday("Independence Day", date(2026, 7, 3), True).label == "Independence Day (observed)"


def test_no_holidays_at_all_is_possible() -> None:
    assert holidays_of(2026, HoursRules(holidays=())) == ()

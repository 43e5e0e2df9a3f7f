"""Who a ticket is offered to, and who gets it by load (HOW-1)."""

from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.policy.distribution import Colleague, audience, least_loaded, share_passed
from portal.policy.duty import duty_on, is_on_duty
from portal.policy.edition import FIRST_EDITION
from portal.policy.hours import business_minutes_between, reply_deadline
from tests.policy.moments import et, moments

HOURS = FIRST_EDITION.hours
MORNING = (time(8), time(12))


def one(key: int, *, duty: bool = True, skill: bool = True, load: int = 0, tickets: int = 0) -> Colleague:
    return Colleague(key, f"Agent {key}", duty, skill, load, tickets)


@pytest.mark.parametrize(
    ("team", "meant", "reason"),
    [
        ([one(1), one(2, skill=False), one(3, duty=False)], [1], "you are on duty and take this topic"),
        ([one(1, skill=False), one(2, skill=False), one(3, duty=False)], [1, 2],
         "you are on duty, and nobody on duty takes this topic"),
        ([one(1, duty=False), one(2, duty=False, skill=False)], [1, 2], "nobody is on duty"),
        ([], [], "nobody is on duty"),
    ],
)  # fmt: skip
def test_a_ticket_is_offered_to_the_narrowest_circle_that_has_somebody(
    team: list[Colleague], meant: list[int], reason: str
) -> None:
    found = audience(team)
    assert [colleague.id for colleague in found.colleagues] == meant
    assert found.reason == reason


def test_the_least_loaded_with_the_skill_gets_it_and_the_reason_says_so() -> None:
    team = [one(1, load=8, tickets=2), one(2, load=4, tickets=1), one(3, skill=False), one(4, duty=False)]
    choice = least_loaded(team)
    assert choice is not None
    assert choice.colleague.id == 2
    assert choice.reason == (
        "The least loaded of 2 on duty who take this topic: Agent 2 has 1 open ticket, weighed by priority."
    )


def test_without_the_skill_on_duty_it_goes_to_anybody_on_duty_and_off_duty_to_nobody() -> None:
    choice = least_loaded([one(1, skill=False, load=4, tickets=1), one(2, duty=False)])
    assert choice is not None
    assert choice.reason == "Agent 1 alone is on duty."
    assert least_loaded([one(1, duty=False)]) is None
    assert least_loaded([]) is None


COLLEAGUES = st.builds(
    one, st.integers(1, 9), duty=st.booleans(), skill=st.booleans(), load=st.integers(0, 40)
)


@settings(max_examples=60)
@given(st.lists(COLLEAGUES, max_size=8, unique_by=lambda each: each.id))
def test_nobody_on_duty_with_the_skill_has_less_than_who_was_chosen(team: list[Colleague]) -> None:
    choice = least_loaded(team)
    on_duty = [each for each in team if each.on_duty]
    assert (choice is None) == (not on_duty)
    if choice is not None:
        rivals = [each for each in on_duty if each.has_skill] or on_duty
        assert choice.colleague in rivals
        assert choice.colleague.load == min(each.load for each in rivals)
        assert choice == least_loaded(list(reversed(team)))


@pytest.mark.parametrize(
    ("since", "due", "percent", "passed"),
    [
        ("2026-06-02 10:00", "2026-06-03 10:00", 50, "2026-06-02 14:30"),
        ("2026-06-05 16:00", "2026-06-08 16:00", 50, "2026-06-08 11:30"),
        ("2026-06-02 10:00", "2026-06-03 10:00", 75, "2026-06-02 16:45"),
        ("2026-06-02 10:00", "2026-06-02 10:00", 50, "2026-06-02 10:00"),
        ("2026-06-02 10:00", "2026-06-01 10:00", 50, "2026-06-02 10:00"),
    ],
)
def test_a_share_of_the_response_time_is_counted_in_business_time(
    since: str, due: str, percent: int, passed: str
) -> None:
    assert share_passed(et(since), et(due), percent, HOURS) == et(passed)


@pytest.mark.parametrize(
    ("at", "week", "exceptions", "on_duty"),
    [
        ("2026-06-02 09:00", {}, {}, True),  # no hours at all: business hours
        ("2026-06-02 07:59", {}, {}, False),
        ("2026-06-06 09:00", {}, {}, False),
        ("2026-06-02 08:00", {1: MORNING}, {}, True),
        ("2026-06-02 12:00", {1: MORNING}, {}, False),  # the last minute is not part of it
        ("2026-06-03 09:00", {1: MORNING}, {}, False),  # a weekday without hours
        ("2026-06-06 09:00", {5: MORNING}, {}, True),  # a Saturday that was agreed
        ("2026-05-25 09:00", {0: MORNING}, {}, False),  # Memorial Day
        ("2026-05-25 09:00", {0: MORNING}, {date(2026, 5, 25): MORNING}, True),
        ("2026-06-02 09:00", {1: MORNING}, {date(2026, 6, 2): None}, False),
        ("2026-11-01 08:30", {6: MORNING}, {}, True),  # the day on which clocks go back
    ],
)
def test_when_somebody_is_on_duty(
    at: str,
    week: dict[int, tuple[time, time]],
    exceptions: dict[date, tuple[time, time] | None],
    on_duty: bool,
) -> None:
    assert is_on_duty(et(at), week, exceptions, HOURS) is on_duty


def test_other_hours_of_a_day_stand_in_for_those_of_its_weekday() -> None:
    short = (time(9), time(10))
    assert duty_on(date(2026, 6, 2), {1: MORNING}, {date(2026, 6, 2): short}, HOURS) == short
    assert duty_on(date(2026, 6, 9), {1: MORNING}, {date(2026, 6, 2): short}, HOURS) == MORNING


@pytest.mark.parametrize(
    ("received", "half"),
    [
        ("2026-06-02 08:00", "2026-06-02 12:30"),
        ("2026-06-02 14:00", "2026-06-03 09:30"),
        ("2026-06-06 12:00", "2026-06-08 12:30"),
        ("2026-07-02 16:00", "2026-07-06 11:30"),
    ],
)
def test_an_unclaimed_ticket_is_assigned_at_half_of_its_response_time(received: str, half: str) -> None:
    promise = reply_deadline(et(received), FIRST_EDITION)
    assert share_passed(promise.received_at, promise.due_at, 50, HOURS) == et(half)


@settings(max_examples=60)
@given(moments)
def test_half_of_the_response_time_is_half_of_the_open_time(received: datetime) -> None:
    promise = reply_deadline(received, FIRST_EDITION)
    half = share_passed(promise.received_at, promise.due_at, 50, HOURS)
    assert business_minutes_between(received, half, HOURS) == 270
    assert received < half < promise.due_at

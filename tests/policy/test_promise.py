"""HOW-1, HOW-2, HOW-4: by when support replies, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings

from portal.policy.channels import PREFERRED_CHANNEL, RequestChannel, may_request
from portal.policy.decision import PolicyError, WayOn
from portal.policy.edition import FIRST_EDITION, AddedHoliday
from portal.policy.hours import (
    StepKind,
    business_time_between,
    closing,
    eastern_day,
    is_business_day,
    opening,
    reply_deadline,
    reply_record,
)
from tests.policy.moments import et, is_open, moments

HOURS = FIRST_EDITION.hours
some = settings(max_examples=120, deadline=None)


@pytest.mark.parametrize(
    ("received", "due", "rule", "named"),
    [
        ("2026-06-02 10:15", "2026-06-03 10:15", "HOW-2", "in business hours"),
        ("2026-06-02 08:00", "2026-06-03 08:00", "HOW-2", "in business hours"),
        ("2026-06-02 16:59:59", "2026-06-03 16:59:59", "HOW-2", "in business hours"),
        ("2026-06-02 17:00", "2026-06-03 17:00", "HOW-4", "in the evening, after closing at 17:00 Eastern"),
        ("2026-06-02 20:00", "2026-06-03 17:00", "HOW-4", "in the evening"),
        ("2026-06-02 23:59", "2026-06-03 17:00", "HOW-4", "in the evening"),
        ("2026-06-02 06:00", "2026-06-02 17:00", "HOW-4", "before opening at 08:00 Eastern"),
        ("2026-06-05 12:30", "2026-06-08 12:30", "HOW-2", "leaving out the weekend"),
        ("2026-06-05 18:00", "2026-06-08 17:00", "HOW-4", "in the evening"),
        ("2026-06-06 12:00", "2026-06-08 17:00", "HOW-4", "at the weekend"),
        ("2026-09-04 12:30", "2026-09-08 12:30", "HOW-2", "leaving out the weekend and Labor Day"),
        ("2026-07-02 20:00", "2026-07-06 17:00", "HOW-4", "leaving out Independence Day (observed)"),
        ("2026-07-03 10:00", "2026-07-06 17:00", "HOW-4", "on Independence Day (observed)"),
        ("2026-11-26 09:00", "2026-11-27 17:00", "HOW-4", "on Thanksgiving Day"),
        ("2027-12-23 16:00", "2027-12-27 16:00", "HOW-2", "Christmas Day (observed)"),
        ("2027-12-31 09:00", "2028-01-03 17:00", "HOW-4", "on New Year's Day (observed)"),
        ("2026-03-06 16:00", "2026-03-09 16:00", "HOW-2", "leaving out the weekend"),
        ("2026-10-30 08:30", "2026-11-02 08:30", "HOW-2", "leaving out the weekend"),
    ],
)
def test_counted_by_hand(received: str, due: str, rule: str, named: str) -> None:
    promise = reply_deadline(et(received), FIRST_EDITION)
    assert promise.due_at == et(due)
    assert promise.rule == rule
    assert named in promise.reason
    assert promise.outside_hours is (rule == "HOW-4")


def test_the_reason_names_a_closure_once() -> None:
    assert reply_deadline(et("2026-06-06 12:00"), FIRST_EDITION).reason == (
        "It arrived at the weekend, so a reply is due by the close of the next business day."
    )


def test_what_arrives_early_is_due_at_the_close_of_that_day() -> None:
    assert reply_deadline(et("2026-06-02 06:00"), FIRST_EDITION).reason == (
        "It arrived before opening at 08:00 Eastern, so a reply is due by the close of the same day, at 17:00."
    )


@some
@given(moments)
def test_exactly_one_day_of_open_time_passes(received: datetime) -> None:
    promise = reply_deadline(received, FIRST_EDITION)
    assert promise.received_at == received < promise.due_at
    assert business_time_between(received, promise.due_at, HOURS) == timedelta(hours=9)
    assert promise.outside_hours is not is_open(received)


@some
@given(moments)
def test_due_within_the_bounds_of_a_business_day(received: datetime) -> None:
    due = reply_deadline(received, FIRST_EDITION).due_at
    assert is_business_day(eastern_day(due), HOURS)
    assert opening(eastern_day(due), HOURS) <= due <= closing(eastern_day(due), HOURS)


@some
@given(moments, moments)
def test_what_arrives_later_is_never_due_sooner(a: datetime, b: datetime) -> None:
    first, last = sorted((a, b))
    assert reply_deadline(first, FIRST_EDITION).due_at <= reply_deadline(last, FIRST_EDITION).due_at


@some
@given(moments)
def test_the_steps_tell_every_day_from_arrival_to_reply(received: datetime) -> None:
    promise = reply_deadline(received, FIRST_EDITION)
    kinds = [step.kind for step in promise.steps]
    assert kinds[0] is StepKind.RECEIVED
    assert kinds[-1] is StepKind.DUE
    assert kinds.count(StepKind.COUNTED) == 1
    assert all(is_business_day(s.day, HOURS) is (s.kind is StepKind.COUNTED) for s in promise.steps[1:-1])
    told = [step.day for step in promise.steps]
    assert sorted(told) == told
    assert len(set(told)) == (eastern_day(promise.due_at) - eastern_day(received)).days + 1


def test_the_steps_of_a_long_weekend_in_words() -> None:
    steps = reply_deadline(et("2026-09-04 12:30"), FIRST_EDITION).steps
    assert [step.text for step in steps] == [
        "Received on Friday 4 September 2026, 12:30 Eastern, in business hours.",
        "Saturday 5 September 2026: closed for the weekend.",
        "Sunday 6 September 2026: closed for the weekend.",
        "Monday 7 September 2026: closed for Labor Day.",
        "Tuesday 8 September 2026: a business day, it counts.",
        "A reply is due by Tuesday 8 September 2026, 12:30 Eastern.",
    ]
    assert steps[3].day == date(2026, 9, 7)


def test_a_reduced_level_counts_more_days_and_says_which() -> None:
    promise = reply_deadline(et("2026-06-02 10:15"), FIRST_EDITION, 3)
    assert promise.due_at == et("2026-06-05 10:15")
    assert "the same time on the 3rd business day from then" in promise.reason
    assert [s.kind for s in promise.steps].count(StepKind.COUNTED) == 3
    with pytest.raises(PolicyError):
        reply_deadline(et("2026-06-02 10:15"), FIRST_EDITION, 0)


def test_the_goal_and_the_closed_days_are_the_editions() -> None:
    hours = replace(HOURS, reply_business_days=2, added=(AddedHoliday(date(2026, 6, 3), "Team day"),))
    promise = reply_deadline(et("2026-06-02 10:15"), replace(FIRST_EDITION, hours=hours))
    assert promise.due_at == et("2026-06-05 10:15")
    assert "leaving out Team day" in promise.reason


def test_no_time_zone_is_refused() -> None:
    with pytest.raises(PolicyError):
        reply_deadline(datetime(2026, 6, 2, 10), FIRST_EDITION)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("minutes", "median", "ninetieth"),
    [
        ([7], 7, 7),
        ([1, 2], 1, 2),
        ([5, 1, 3], 3, 5),
        (list(range(1, 101)), 50, 90),
        ([60] * 9 + [600], 60, 60),
    ],
)
def test_the_record_of_replies(minutes: list[int], median: int, ninetieth: int) -> None:
    record = reply_record(minutes)
    assert record is not None
    assert (record.replies, record.median_minutes, record.ninetieth_minutes) == (
        len(minutes),
        median,
        ninetieth,
    )


def test_no_replies_is_no_record() -> None:
    assert reply_record([]) is None


@pytest.mark.parametrize("channel", RequestChannel)
def test_every_channel_is_open_in_business_hours(channel: RequestChannel) -> None:
    decision = may_request(channel, et("2026-06-02 10:00"), FIRST_EDITION)
    assert decision
    assert decision.rule == "HOW-1"


def test_at_night_write_but_do_not_ring() -> None:
    night = et("2026-06-02 22:00")
    assert may_request(RequestChannel.TICKET, night, FIRST_EDITION)
    assert may_request(RequestChannel.EMAIL, night, FIRST_EDITION)
    refusal = may_request(RequestChannel.PHONE, night, FIRST_EDITION)
    assert not refusal
    assert refusal.rule == "HOW-4"
    assert refusal.ways_on == (WayOn.ASK_IN_TICKET, WayOn.ORDER_AFTER_HOURS)
    assert PREFERRED_CHANNEL is RequestChannel.TICKET

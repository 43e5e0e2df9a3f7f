"""AFT-1: ordering, holding and cancelling windows, who could hold one, and the promise within one."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from portal.policy.after_hours_rules import AfterHoursRules
from portal.policy.channels import RequestChannel, may_request
from portal.policy.decision import PolicyError
from portal.policy.edition import FIRST_EDITION, EditionError
from portal.policy.goal_steps import Ending
from portal.policy.goals import GoalKind
from portal.policy.hours import reply_deadline
from portal.policy.readiness import DayKind, could_hold, day_kind
from portal.policy.terms import Channel
from portal.policy.window_promise import Coverage, window_clock, window_goal_steps, window_promise
from portal.policy.windows import hold_deadline, may_order_window, nobodys_refund, window_refund
from tests.policy.moments import et

START = et("2026-12-05 18:00")
HOURS = FIRST_EDITION.hours
EVENING = {DayKind.BUSINESS_DAY: (time(17), time(23))}
WHOLE_DAYS = dict.fromkeys(DayKind, (time(0), time(0)))


def test_a_window_is_ordered_neither_too_soon_nor_too_far_ahead() -> None:
    assert may_order_window(START, START - timedelta(hours=4), FIRST_EDITION)
    late = may_order_window(START, START - timedelta(hours=4) + timedelta(minutes=1), FIRST_EDITION)
    assert not late
    assert (late.rule, "4 hours" in late.reason, bool(late.ways_on)) == ("AFT-1", True, True)
    assert may_order_window(START, START - timedelta(days=180), FIRST_EDITION)
    assert not may_order_window(START, START - timedelta(days=180, minutes=1), FIRST_EDITION)


def test_a_window_is_held_two_hours_before_it_starts() -> None:
    assert hold_deadline(START, FIRST_EDITION) == et("2026-12-05 16:00")


@pytest.mark.parametrize(
    ("ahead", "cents", "percent"),
    [
        (timedelta(days=2), 12_345, 100),
        (timedelta(days=2) - timedelta(seconds=1), 6_173, 50),
        (timedelta(seconds=1), 6_173, 50),
        (timedelta(), 0, 0),
        (-timedelta(hours=1), 0, 0),
    ],
)
def test_what_a_cancellation_gives_back(ahead: timedelta, cents: int, percent: int) -> None:
    refund = window_refund(12_345, START, START - ahead, FIRST_EDITION)
    assert (refund.cents, refund.percent, refund.is_full) == (cents, percent, percent == 100)
    assert refund.reason


def test_support_that_cannot_hold_it_gives_everything_back() -> None:
    assert nobodys_refund(12_345).cents == 12_345


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"hold_by_minutes": 240}, "after_hours.hold_by_minutes"),
        ({"least_notice_minutes": 1440, "furthest_days": 1}, "after_hours.least_notice_minutes"),
        ({"late_refund_percent": 101}, "after_hours.late_refund_percent"),
    ],
)
def test_an_edition_whose_windows_could_not_be_held_cannot_stand(changes: dict[str, int], path: str) -> None:
    with pytest.raises(EditionError) as refusal:
        replace(FIRST_EDITION, after_hours=replace(AfterHoursRules(), **changes))
    assert path in [problem.field for problem in refusal.value.problems]


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2026-12-04 12:00", DayKind.BUSINESS_DAY),
        ("2026-12-05 12:00", DayKind.WEEKEND),
        ("2026-12-25 12:00", DayKind.HOLIDAY),
        ("2027-07-04 12:00", DayKind.HOLIDAY),
    ],
)
def test_what_a_day_is(day: str, kind: DayKind) -> None:
    assert day_kind(et(day).date(), HOURS) is kind


@pytest.mark.parametrize(
    ("start", "end", "ready", "holds"),
    [
        ("2026-12-03 17:00", "2026-12-03 23:00", EVENING, True),
        ("2026-12-03 17:00", "2026-12-03 23:01", EVENING, False),
        # Business hours need no statement of their own.
        ("2026-12-03 15:00", "2026-12-03 19:00", EVENING, True),
        ("2026-12-03 06:00", "2026-12-03 09:00", EVENING, False),
        ("2026-12-05 18:00", "2026-12-05 20:00", EVENING, False),
        # Through midnight, and over both changes of the clocks.
        ("2026-12-03 20:00", "2026-12-04 06:00", WHOLE_DAYS, True),
        ("2026-10-31 20:00", "2026-11-01 06:00", WHOLE_DAYS, True),
        ("2027-03-13 20:00", "2027-03-14 06:00", WHOLE_DAYS, True),
        ("2026-12-24 20:00", "2026-12-25 06:00", {DayKind.BUSINESS_DAY: (time(0), time(0))}, False),
    ],
)
def test_who_could_hold_a_window(
    start: str, end: str, ready: dict[DayKind, tuple[time, time]], holds: bool
) -> None:
    assert could_hold(et(start), et(end), ready, HOURS) is holds


WINDOW = Coverage("W-00007", "Ada", et("2026-12-05 22:00"), 30)


def test_what_is_sent_within_a_window_is_answered_under_its_promise() -> None:
    sent = et("2026-12-05 18:40")
    promise = window_promise(sent, reply_deadline(sent, FIRST_EDITION), WINDOW)
    assert (promise.rule, promise.due_at) == ("AFT-1", et("2026-12-05 19:10"))
    assert "W-00007" in promise.reason
    assert "Ada" in promise.reason
    assert promise.steps[0].text.startswith("Received on Saturday 5 December 2026, 18:40 Eastern")


def test_a_promise_within_a_window_says_how_else_its_holder_is_reached() -> None:
    sent = et("2026-12-05 18:40")
    usual = reply_deadline(sent, FIRST_EDITION)
    by_phone = replace(WINDOW, channel=Channel.PHONE, reach="+1 202 555 0199")
    assert window_promise(sent, usual, by_phone).reason.endswith("You can also call: +1 202 555 0199")
    assert "call" not in window_promise(sent, usual, replace(by_phone, channel=Channel.EMAIL)).reason


def test_a_window_never_makes_a_promise_later() -> None:
    sent = et("2026-12-03 16:50")
    usual = reply_deadline(sent, FIRST_EDITION)
    assert window_promise(sent, usual, replace(WINDOW, reply_minutes=480 * 60)) is usual


def test_its_clock_counts_real_minutes_over_a_change_of_clocks() -> None:
    since = et("2026-11-01 00:50")
    due = since + timedelta(minutes=60)
    clock = window_clock(since, due, FIRST_EDITION)
    assert (clock.allowed_minutes, clock.warn_at) == (60, since + timedelta(minutes=45))
    late = Ending(due + timedelta(minutes=5, seconds=1), met=True)
    steps = [each.text for each in window_goal_steps(GoalKind.FIRST_REPLY, since, clock, late, WINDOW)]
    assert "W-00007, held by Ada. Allowed: 1 h, day or night." in steps[0]
    assert "after 1 h 5 min: late by 5 min." in steps[-1]


def test_the_phone_is_answered_in_a_window_by_phone_alone() -> None:
    night = et("2026-12-05 18:40")
    assert may_request(RequestChannel.PHONE, night, FIRST_EDITION, Channel.PHONE).rule == "AFT-1"
    assert not may_request(RequestChannel.PHONE, night, FIRST_EDITION, Channel.EMAIL)
    assert may_request(RequestChannel.EMAIL, night, FIRST_EDITION, Channel.EMAIL).rule == "AFT-1"


def test_a_time_without_a_zone_is_no_instant() -> None:
    naive = START.replace(tzinfo=None)
    for ask in (
        lambda: may_order_window(naive, START, FIRST_EDITION),
        lambda: hold_deadline(naive, FIRST_EDITION),
        lambda: window_refund(1, naive, START, FIRST_EDITION),
        lambda: could_hold(naive, naive, EVENING, HOURS),
    ):
        with pytest.raises(PolicyError, match="AFT-1"):
            ask()

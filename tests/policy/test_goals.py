"""HOW-2: clocks of goals, in any order of stops and starts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.policy.edition import FIRST_EDITION, TicketRules
from portal.policy.goals import (
    GoalClock,
    is_late,
    may_reopen,
    minutes_taken,
    paused,
    reopens_until,
    resolution_due,
    resumed,
    started,
)
from portal.policy.hours import business_minutes_between, reply_deadline
from tests.policy.moments import et, whole_minutes

HOURS = FIRST_EDITION.hours
some = settings(max_examples=80, deadline=None)
# Up to a fortnight between one thing and the next.
gaps = st.lists(st.integers(0, 20_160), min_size=1, max_size=7)


def goal(at: datetime) -> GoalClock:
    return started(at, resolution_due(at, FIRST_EDITION), FIRST_EDITION)


@some
@given(whole_minutes)
def test_a_goal_of_five_business_days_allows_five_days_of_open_time(at: datetime) -> None:
    clock = goal(at)
    assert clock.allowed_minutes == clock.left_minutes == 5 * 540
    assert at <= clock.warn_at <= clock.due_at
    assert minutes_taken(clock, clock.due_at, HOURS) == 5 * 540


@some
@given(whole_minutes, gaps)
def test_time_passes_only_while_the_clock_runs(at: datetime, lengths: list[int]) -> None:
    clock, ran = goal(at), 0
    for turn, minutes in enumerate(lengths):
        later = at + timedelta(minutes=minutes)
        if turn % 2 == 0:
            ran += business_minutes_between(at, later, HOURS)
            clock = paused(clock, later, HOURS)
        else:
            clock = resumed(clock, later, FIRST_EDITION)
        at = later
    assert minutes_taken(clock, at, HOURS) == ran
    assert is_late(clock, at) is (ran > clock.allowed_minutes)


@some
@given(whole_minutes, st.integers(0, 20_000), st.integers(0, 20_000))
def test_what_was_left_is_what_is_left(at: datetime, first: int, stood: int) -> None:
    stopped = paused(goal(at), at + timedelta(minutes=first), HOURS)
    again_at = at + timedelta(minutes=first + stood)
    again = resumed(stopped, again_at, FIRST_EDITION)
    assert business_minutes_between(again_at, again.due_at, HOURS) == max(stopped.left_minutes, 0)
    assert again_at <= again.warn_at <= again.due_at


@some
@given(whole_minutes, st.integers(0, 2_000))
@example(datetime(2025, 1, 2, 13, tzinfo=UTC), 0)
def test_stopped_and_started_at_once_nothing_changes(at: datetime, later: int) -> None:
    clock, then = goal(at), at + timedelta(minutes=later)
    again = resumed(paused(clock, then, HOURS), then, FIRST_EDITION)
    if not is_late(clock, then) and again.left_minutes:
        assert again.due_at == clock.due_at
        assert again.warn_at == max(clock.warn_at, then)


@some
@given(whole_minutes, st.integers(0, 5_000), st.integers(0, 5_000), st.integers(0, 5_000))
def test_a_longer_stop_is_never_due_sooner(at: datetime, ran: int, short: int, more: int) -> None:
    stopped_at = at + timedelta(minutes=ran)
    stopped = paused(goal(at), stopped_at, HOURS)
    first, last = (
        resumed(stopped, stopped_at + timedelta(minutes=stood), FIRST_EDITION)
        for stood in (short, short + more)
    )
    assert first.due_at <= last.due_at


def test_stopping_or_starting_twice_changes_nothing() -> None:
    clock = goal(et("2026-06-02 10:00"))
    assert resumed(clock, et("2026-06-03 10:00"), FIRST_EDITION) == clock
    stopped = paused(clock, et("2026-06-02 12:00"), HOURS)
    assert paused(stopped, et("2026-06-02 15:00"), HOURS) == stopped


def test_what_was_stopped_when_late_is_due_at_once() -> None:
    stopped = paused(goal(et("2026-06-01 08:00")), et("2026-06-08 09:00"), HOURS)
    assert stopped.left_minutes == -60
    assert is_late(stopped, et("2026-06-30 09:00"))
    again = resumed(stopped, et("2026-06-15 10:00"), FIRST_EDITION)
    assert again.due_at == again.warn_at == et("2026-06-15 10:00")
    assert minutes_taken(again, et("2026-06-15 11:00"), HOURS) == 5 * 540 + 120


def test_the_team_is_warned_when_three_quarters_are_used() -> None:
    received = et("2026-06-02 08:00")
    clock = started(received, reply_deadline(received, FIRST_EDITION).due_at, FIRST_EDITION)
    # 540 minutes, three quarters of them are 405: 6 h 45 min after opening.
    assert clock.warn_at == et("2026-06-02 14:45")
    stopped = paused(clock, et("2026-06-02 10:00"), HOURS)
    # 120 minutes are used, 285 remain until the warning.
    assert resumed(stopped, et("2026-06-03 08:00"), FIRST_EDITION).warn_at == et("2026-06-03 12:45")
    half = replace(FIRST_EDITION, tickets=TicketRules(warning_percent=50))
    assert started(received, clock.due_at, half).warn_at == et("2026-06-02 12:30")


def test_a_closed_ticket_can_be_opened_again_for_a_while() -> None:
    closed = et("2026-06-02 10:00")
    assert reopens_until(closed, FIRST_EDITION) == et("2026-06-16 10:00")
    assert may_reopen(closed, et("2026-06-16 10:00"), FIRST_EDITION)
    refusal = may_reopen(closed, et("2026-06-16 10:01"), FIRST_EDITION)
    assert not refusal
    assert (refusal.rule, "14 days ago" in refusal.reason) == ("HOW-4", True)

"""USE-1 to USE-3: what is too much, when it may be said, and what may follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.policy.decision import PolicyError
from portal.policy.edition import FIRST_EDITION
from portal.policy.fair_use import (
    Measure,
    Usage,
    assess,
    free_period_ends,
    is_in_free_period,
    may_decide_measures,
    may_notify,
    may_take_measures,
    peers_in_band,
    reply_goal,
    usage_since,
)
from portal.policy.reply_record import at_percentile
from tests.policy.moments import et

some = settings(max_examples=100, deadline=None)
amounts = st.integers(0, 5_000)
usages = st.builds(Usage, amounts, st.integers(0, 60), st.integers(0, 10))
TICK = timedelta(microseconds=1)
TEN = [Usage(100, 10, 1)] * 10
NOTICE = et("2026-06-01 10:00")


def test_the_day_of_opening_is_the_first_of_thirty() -> None:
    ends = free_period_ends(date(2026, 6, 1))
    assert ends == et("2026-07-01 00:00")
    assert is_in_free_period(date(2026, 6, 1), ends - TICK)
    assert not is_in_free_period(date(2026, 6, 1), ends)


def test_the_free_days_end_at_midnight_across_a_change_of_clocks() -> None:
    assert free_period_ends(date(2026, 10, 20)) == et("2026-11-19 00:00")
    assert free_period_ends(date(2026, 2, 20)) == et("2026-03-22 00:00")


def test_usage_counts_over_thirty_days_of_24_hours() -> None:
    assert et("2026-11-15 10:00") - usage_since(et("2026-11-15 10:00")) == timedelta(days=30)


@pytest.mark.parametrize(
    ("own", "is_excessive"),
    [
        (Usage(200, 20, 2), False),
        (Usage(201, 0, 0), True),
        (Usage(0, 21, 0), True),
        (Usage(0, 0, 3), True),
        (Usage(0, 0, 0), False),
    ],
)
def test_more_than_twice_the_average_in_any_measure(own: Usage, is_excessive: bool) -> None:
    assessment = assess(own, TEN)
    assert assessment.comparable
    assert assessment.excessive is is_excessive
    assert assessment.rule == "USE-2"


def test_twice_the_average_is_not_enough_within_the_percentile() -> None:
    # Average 200, but one in twenty uses 1,900: their 95th percentile is theirs, the 19th of 20.
    peers = [Usage(100, 0, 0)] * 18 + [Usage(1_000, 0, 0)] * 2
    assert at_percentile([p.minutes for p in peers], 95) == 1_000
    assert not assess(Usage(1_000, 0, 0), peers).excessive
    assert assess(Usage(1_001, 0, 0), peers).excessive


def test_beyond_the_percentile_is_not_enough_within_twice_the_average() -> None:
    peers = [Usage(100, 0, 0)] * 20
    assert not assess(Usage(150, 0, 0), peers).excessive


def test_nine_others_are_too_few_to_compare() -> None:
    few = assess(Usage(10**6, 10**6, 10**6), TEN[:9])
    assert (few.comparable, few.excessive, few.peers, few.figures) == (False, False, 9, ())
    assert "10 other customers" in few.reason
    assert assess(Usage(10**6, 0, 0), TEN).excessive


def test_both_sides_see_the_same_figures() -> None:
    minutes, tickets, sessions = assess(Usage(250, 3, 1), [Usage(n, 0, 0) for n in range(1, 21)]).figures
    assert (minutes.measure, tickets.measure, sessions.measure) == ("minutes", "tickets", "sessions")
    assert (minutes.own, minutes.average, minutes.percentile, minutes.is_over) == (
        250,
        Fraction(21, 2),
        19,
        True,
    )
    assert "minutes" in assess(Usage(250, 0, 0), TEN).reason


@some
@given(usages, st.lists(usages, min_size=10, max_size=60))
def test_the_rule_as_it_is_written(own: Usage, peers: list[Usage]) -> None:
    over = []
    for measure in ("minutes", "tickets", "sessions"):
        mine, others = getattr(own, measure), sorted(getattr(p, measure) for p in peers)
        beyond = sum(other < mine for other in others) * 100 >= 95 * len(others)
        over.append(mine * len(others) > 2 * sum(others) and beyond)
    assert assess(own, peers).excessive is any(over)


@some
@given(st.lists(usages, min_size=10, max_size=60))
def test_nobody_who_uses_as_much_as_another_of_the_highest_is_excessive(peers: list[Usage]) -> None:
    highest = Usage(
        max(p.minutes for p in peers), max(p.tickets for p in peers), max(p.sessions for p in peers)
    )
    assessment = assess(highest, [*peers, *[highest] * len(peers)])
    assert not assessment.excessive


@some
@given(usages, usages, st.lists(usages, min_size=10, max_size=30))
def test_using_less_is_never_worse(a: Usage, b: Usage, peers: list[Usage]) -> None:
    less = Usage(min(a.minutes, b.minutes), min(a.tickets, b.tickets), min(a.sessions, b.sessions))
    assert assess(a, peers).excessive >= assess(less, peers).excessive


def test_what_significant_means_is_the_editions() -> None:
    rules = replace(FIRST_EDITION.fair_use, percent_of_average=300, least_peers=5)
    edition = replace(FIRST_EDITION, fair_use=rules)
    assert not assess(Usage(300, 0, 0), TEN[:5], edition).excessive
    assert assess(Usage(301, 0, 0), TEN[:5], edition).excessive


def test_only_the_others_of_the_same_size_are_compared() -> None:
    usage = [("a", "small", Usage(1, 1, 1)), ("b", "small", Usage(2, 2, 2)), ("c", "large", Usage(3, 3, 3))]
    assert peers_in_band("a", "small", usage) == (Usage(2, 2, 2),)
    assert peers_in_band("d", "small", usage) == (Usage(1, 1, 1), Usage(2, 2, 2))


@pytest.mark.parametrize("figures", [(-1, 0, 0), (0, -1, 0), (0, 0, -1)])
def test_negative_usage_is_refused(figures: tuple[int, int, int]) -> None:
    with pytest.raises(PolicyError):
        Usage(*figures)


@pytest.mark.parametrize(("values", "percentile"), [([], 95), ([1], 0), ([1], 101)])
def test_a_percentile_of_nothing_is_refused(values: list[int], percentile: int) -> None:
    with pytest.raises(PolicyError):
        at_percentile(values, percentile)


@pytest.mark.parametrize(("percentile", "value"), [(1, 1), (50, 10), (95, 19), (96, 20), (100, 20)])
def test_percentiles_by_nearest_rank(percentile: int, value: int) -> None:
    assert at_percentile(list(range(20, 0, -1)), percentile) == value


def test_a_notice_needs_excess_after_the_free_days() -> None:
    opened, excess, normal = date(2026, 6, 1), assess(Usage(999, 0, 0), TEN), assess(Usage(1, 0, 0), TEN)
    ends = free_period_ends(opened)
    assert may_notify(excess, account_opened_on=opened, now=ends)
    early = may_notify(excess, account_opened_on=opened, now=ends - TICK)
    assert (early.allowed, early.rule) == (False, "USE-1")
    assert "Wednesday 1 July 2026" in early.reason
    refusal = may_notify(normal, account_opened_on=opened, now=ends)
    assert (refusal.allowed, refusal.rule) == (False, "USE-2")


@pytest.mark.parametrize(
    ("notice_at", "still_above", "after", "allowed"),
    [
        (NOTICE, True, timedelta(days=14), True),
        (NOTICE, True, timedelta(days=14) - TICK, False),
        (NOTICE, False, timedelta(days=20), False),
        (None, True, timedelta(days=20), False),
    ],
)
def test_measures_follow_fourteen_days_after_a_notice(
    notice_at: datetime | None, still_above: bool, after: timedelta, allowed: bool
) -> None:
    decision = may_take_measures(notice_at, still_above, NOTICE + after)
    assert (decision.allowed, decision.rule) == (allowed, "USE-3")


def test_a_manager_decides_with_a_reason() -> None:
    assert may_decide_measures("manager", [Measure.NO_RENEWAL], "Three notices in a year.")
    assert not may_decide_measures("agent", [Measure.NO_RENEWAL], "Three notices in a year.")
    assert not may_decide_measures("manager", [], "Three notices in a year.")
    assert not may_decide_measures("manager", [Measure.NO_RENEWAL], "  ")


def test_only_a_reduced_level_changes_the_goal_for_a_reply() -> None:
    assert reply_goal([]) == 1
    assert reply_goal([Measure.RECOMMEND_TRAINING, Measure.RECOMMEND_SERVICES, Measure.NO_RENEWAL]) == 1
    assert reply_goal([Measure.REDUCED_LEVEL]) == 3
    slow = replace(FIRST_EDITION, hours=replace(FIRST_EDITION.hours, reply_business_days=5))
    assert reply_goal([Measure.REDUCED_LEVEL], slow) == 5


def test_no_time_zone_is_refused() -> None:
    naive = datetime(2026, 6, 1)  # noqa: DTZ001
    for ask in (
        lambda: is_in_free_period(date(2026, 6, 1), naive),
        lambda: usage_since(naive),
        lambda: may_take_measures(naive, True, NOTICE),
        lambda: may_take_measures(NOTICE, True, naive),
    ):
        with pytest.raises(PolicyError):
            ask()

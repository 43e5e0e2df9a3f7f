"""WISH-2: usefulness is counted by customer, and ranked with care for small numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.policy.usefulness import (
    EPOCH,
    HALF_LIFE,
    Tally,
    customer_since,
    planning_score,
    stand_of,
    trend,
    trend_now,
)
from portal.policy.wishes import Stand

U, N, A = Stand.USEFUL, Stand.NEUTRAL, Stand.NOT_FOR_US
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("present", "former", "stand"),
    [
        ([], [], None), ([U], [], U), ([U, U, A], [], U), ([U, A], [], N), ([N, A, A], [], A),
        ([U, U, N, A, A], [], N), ([U, N], [], N), ([U, N, A], [], N),
        ([], [A], A), ([U], [A, A, A], U), ([], [U, A], N),
    ],
)  # fmt: skip
def test_an_organisation_says_what_most_of_its_people_say(
    present: list[Stand], former: list[Stand], stand: Stand | None
) -> None:
    assert stand_of(present, former) is stand


@pytest.mark.parametrize(
    ("useful", "answered", "concerned", "score"),
    [
        # Nobody: nothing is known to be useful to anybody.
        (0, 0, 31, 0.0), (0, 20, 31, 0.0), (0, 0, 0, 0.0),
        # Everybody answered: nothing is left to estimate.
        (31, 31, 31, 1.0), (12, 31, 31, 12 / 31), (1, 1, 1, 1.0), (1, 2, 2, 0.5),
        # All that answered find it useful: n / (n + v), v = 3.8416 * 19/30 = 2.43301: 12 / 14.43301.
        (12, 12, 31, 0.831427),
        # One of 31, v = 3.8416: 1 / 4.8416.
        (1, 1, 31, 0.206543),
        # p = 0.5, n = 20, v = 3.8416 * 11/30 = 1.408587: (0.535215 - sqrt(0.018847)) / 1.070429.
        (10, 20, 31, 0.371747),
        # p = 0.8, n = 10, v = 3.8416 * 90/99 = 3.492364: (0.974618 - sqrt(0.086369)) / 1.349236.
        (8, 10, 100, 0.504531),
        # Two of three are known to find it useful, more than the interval dares to say.
        (2, 2, 3, 2 / 3),
    ],
)  # fmt: skip
def test_the_score_as_counted_by_hand(useful: int, answered: int, concerned: int, score: float) -> None:
    assert planning_score(useful, answered, concerned) == pytest.approx(score, abs=2e-6)
    assert Tally(useful, answered - useful, 0, concerned).score == planning_score(useful, answered, concerned)


@pytest.mark.parametrize("counts", [(2, 1, 3), (-1, 0, 3), (1, 4, 3)])
def test_counts_that_cannot_be_are_refused(counts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="customers"):
        planning_score(*counts)


def test_for_up_to_25_customers_more_useful_never_ranks_lower_and_less_never_higher() -> None:
    for concerned in range(1, 26):
        for useful, others in product(range(concerned + 1), repeat=2):
            answered = useful + others
            if answered >= concerned:
                continue
            score = planning_score(useful, answered, concerned)
            assert useful / concerned <= score <= 1
            assert planning_score(useful + 1, answered + 1, concerned) >= score - 1e-12
            assert planning_score(useful, answered + 1, concerned) <= score + 1e-12
            assert planning_score(useful, answered, concerned + 1) <= score + 1e-12
            assert useful == answered or planning_score(useful + 1, answered, concerned) > score


def test_few_enthusiasts_rank_below_many() -> None:
    assert planning_score(3, 3, 200) < planning_score(30, 33, 200) < planning_score(120, 130, 200)


@settings(max_examples=60)
@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 5000))
def test_the_score_is_a_share(useful: int, others: int, silent: int) -> None:
    concerned = useful + others + silent
    assert 0 <= planning_score(useful, useful + others, concerned) <= 1 + 1e-9


def test_a_trend_halves_in_fourteen_days() -> None:
    kept = trend([NOON])
    assert trend_now(kept, NOON) == pytest.approx(1)
    assert trend_now(kept, NOON + HALF_LIFE) == pytest.approx(0.5)
    assert trend_now(trend([NOON, NOON - HALF_LIFE, NOON - 2 * HALF_LIFE]), NOON) == pytest.approx(1.75)
    assert trend([]) == trend([EPOCH - timedelta(days=100)]) == trend_now(0.0, NOON) == 0.0


def test_the_order_of_trends_is_the_same_at_every_moment() -> None:
    fresh, old = trend([NOON, NOON]), trend([NOON - 3 * HALF_LIFE] * 10)
    assert fresh > old
    for later in (timedelta(), timedelta(days=400)):
        assert trend_now(fresh, NOON + later) > trend_now(old, NOON + later)


def test_a_customer_counts_for_a_year_after_its_last_event() -> None:
    assert customer_since(date(2026, 11, 24)) == date(2025, 11, 24)

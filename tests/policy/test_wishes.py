"""WISH-1 to WISH-4: who may add, how usefulness is counted, who decides."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.policy.wishes import (
    Role,
    WishStatus,
    instructions,
    may_add_wish,
    may_decide,
    may_moderate,
    may_set_status,
    shown_date,
    usefulness,
)


@pytest.mark.parametrize("role", Role)
def test_everyone_may_add_a_wish(role: Role) -> None:
    assert may_add_wish(role)
    assert may_set_status(role, WishStatus.SUBMITTED)


def test_a_role_that_does_not_exist_may_not() -> None:
    with pytest.raises(ValueError, match="passer-by"):
        may_add_wish("passer-by")


@pytest.mark.parametrize("role", Role)
def test_only_managers_plan_and_finish(role: Role) -> None:
    for status in (WishStatus.PLANNED, WishStatus.DONE):
        decision = may_set_status(role, status)
        assert decision.allowed is may_decide(role).allowed is (role is Role.MANAGER)
        assert decision.rule == "WISH-3"


@pytest.mark.parametrize("role", Role)
def test_moderators_and_managers_look_after_the_list(role: Role) -> None:
    for status in (WishStatus.PUBLISHED, WishStatus.DECLINED, WishStatus.MERGED):
        is_moderating = role in (Role.MODERATOR, Role.MANAGER)
        assert may_set_status(role, status).allowed is may_moderate(role).allowed is is_moderating


def test_a_date_shows_only_when_a_manager_published_it() -> None:
    day = date(2027, 1, 4)
    assert shown_date(day, published_by="manager") == day
    assert shown_date(day, published_by=None) is None
    assert shown_date(day, published_by="moderator") is None
    assert shown_date(None, published_by="manager") is None


def test_a_customer_counts_once_however_many_vote() -> None:
    assert usefulness([(1, "a"), (1, "b"), (1, "c"), (2, "d")]) == 2
    assert usefulness([]) == 0


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 99))))
def test_usefulness_is_between_none_and_the_number_of_votes(votes: list[tuple[int, int]]) -> None:
    assert usefulness(votes) == len({customer for customer, _ in votes}) <= len(votes)
    assert usefulness(votes + votes) == usefulness(votes)


def test_instructions_are_the_video_or_the_page() -> None:
    assert instructions("/media/wishes.mp4").video == "/media/wishes.mp4"
    assert instructions(None).video is None
    assert instructions("  ").video is None
    assert instructions(None).rule == "WISH-4"

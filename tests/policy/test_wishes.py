"""WISH-1 to WISH-4: who may add, who looks after the list, who decides."""

from __future__ import annotations

from datetime import date

import pytest

from portal.policy.wishes import (
    Role,
    instructions,
    may_add_wish,
    may_decide,
    may_moderate,
    shown_date,
)


@pytest.mark.parametrize("role", Role)
def test_everyone_may_add_a_wish(role: Role) -> None:
    assert may_add_wish(role)


def test_a_role_that_does_not_exist_may_not() -> None:
    with pytest.raises(ValueError, match="passer-by"):
        may_add_wish("passer-by")


@pytest.mark.parametrize("role", Role)
def test_only_managers_decide(role: Role) -> None:
    decision = may_decide(role)
    assert (decision.allowed, decision.rule) == (role is Role.MANAGER, "WISH-3")


@pytest.mark.parametrize("role", Role)
def test_moderators_and_managers_look_after_the_list(role: Role) -> None:
    assert may_moderate(role).allowed is (role in (Role.MODERATOR, Role.MANAGER))


def test_a_date_shows_only_when_a_manager_published_it() -> None:
    day = date(2027, 1, 4)
    assert shown_date(day, published_by="manager") == day
    assert shown_date(day, published_by=None) is None
    assert shown_date(day, published_by="moderator") is None
    assert shown_date(None, published_by="manager") is None


def test_instructions_are_the_video_or_the_page() -> None:
    assert instructions("/media/wishes.mp4").video == "/media/wishes.mp4"
    assert instructions(None).video is None
    assert instructions("  ").video is None
    assert instructions(None).rule == "WISH-4"

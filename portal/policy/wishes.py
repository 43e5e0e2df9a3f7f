"""The wish list: who may add, how usefulness is counted, who decides (WISH-1 to WISH-4)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.policy.decision import Decision, WayOn, granted, refused
from portal.policy.terms import Role

__all__ = [
    "Instructions",
    "Role",
    "WishStatus",
    "instructions",
    "may_add_wish",
    "may_decide",
    "may_moderate",
    "may_set_status",
    "shown_date",
    "usefulness",
]


class WishStatus(StrEnum):
    """Where a wish stands (WISH-3)."""

    SUBMITTED = "submitted"
    PUBLISHED = "published"
    MERGED = "merged"
    DECLINED = "declined"
    PLANNED = "planned"
    DONE = "done"


_DECIDED = frozenset({WishStatus.PLANNED, WishStatus.DONE})
_MODERATING = frozenset({Role.MODERATOR, Role.MANAGER})


def may_add_wish(role: str) -> Decision:
    """WISH-1: whether someone may add a wish: all users, and staff on a customer's behalf.

    Raises ValueError for a text that is no role.
    """
    Role(role)
    return granted("WISH-1", "Ideas from all users are welcome.")


def usefulness(votes: Iterable[tuple[Hashable, Hashable]]) -> int:
    """WISH-2: how many customers find a wish useful, from (customer, person) of each vote.

    A customer counts once, however many of its people vote.
    """
    return len({customer for customer, _ in votes})


def may_moderate(role: str) -> Decision:
    """WISH-1: whether someone may publish, reword, merge, decline or answer wishes: moderators, managers."""
    if role in _MODERATING:
        return granted("WISH-1", "Moderators look after the wish list.")
    return refused("WISH-1", "The wish list is looked after by its moderators.", WayOn.ASK_MANAGER)


def may_decide(role: str) -> Decision:
    """WISH-3: whether someone may decide if and when a wish is carried out: managers only."""
    if role == Role.MANAGER:
        return granted("WISH-3", "Management and the development team decide.")
    reason = "Whether and when a wish is carried out is decided by management and the development team."
    return refused("WISH-3", reason, WayOn.ASK_MANAGER)


def may_set_status(role: str, status: WishStatus) -> Decision:
    """WISH-3: whether someone may give a wish a status: planned and done are a manager's to set."""
    if status is WishStatus.SUBMITTED:
        return may_add_wish(role)
    return may_decide(role) if status in _DECIDED else may_moderate(role)


def shown_date(planned_for: date | None, *, published_by: str | None) -> date | None:
    """WISH-3: the date to show for a wish: none unless someone who may decide published it."""
    return planned_for if published_by is not None and may_decide(published_by) else None


@dataclass(frozen=True, slots=True)
class Instructions:
    """WISH-4: how the wish list is explained: a captioned video's address, or the illustrated page."""

    rule: str
    video: str | None


def instructions(video: str | None) -> Instructions:
    """WISH-4: the video that is configured, or the page of illustrated instructions (None) in its stead."""
    return Instructions("WISH-4", video.strip() or None if video else None)

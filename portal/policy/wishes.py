"""The wish list: who may add, how one stands, who decides (WISH-1 to WISH-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.policy.decision import Decision, WayOn, granted, refused
from portal.policy.terms import Role

__all__ = [
    "Frequency",
    "Instructions",
    "Role",
    "Stand",
    "WishDecision",
    "WishModule",
    "WishState",
    "instructions",
    "may_add_wish",
    "may_decide",
    "may_moderate",
    "shown_date",
    "wish_word",
]


class WishState(StrEnum):
    """Where a wish is with its moderators (WISH-1). Only what is published is on the list."""

    SUBMITTED = "submitted"
    ASKED_BACK = "asked_back"
    PUBLISHED = "published"
    DECLINED = "declined"
    HIDDEN = "hidden"
    MERGED = "merged"


class WishDecision(StrEnum):
    """What management decided on a published wish (WISH-3); a question of its own beside moderation."""

    OPEN = "open"
    UNDER_CONSIDERATION = "under_consideration"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DECLINED = "declined"


class Stand(StrEnum):
    """What somebody says of a wish, for their organisation (WISH-2)."""

    USEFUL = "useful"
    NEUTRAL = "neutral"
    NOT_FOR_US = "not_for_us"


class WishModule(StrEnum):
    """The licensed part that a wish concerns; without one it concerns every customer (WISH-2)."""

    VIRTUAL_EVENT = "virtual_event"
    EXHIBITORS = "exhibitors"
    ATTENDANCE_APP = "attendance_app"
    PREMIUM = "premium"


class Frequency(StrEnum):
    """How often the problem comes up (WISH-1)."""

    EVERY_DAY = "every_day"
    EVERY_WEEK = "every_week"
    EVERY_EVENT = "every_event"
    NOW_AND_THEN = "now_and_then"


# By kind and value: `declined` is one thing of moderators, and another of management.
_WORDS: dict[tuple[type[StrEnum], str], str] = {
    (WishState, "submitted"): "with the moderators",
    (WishState, "asked_back"): "back with its author",
    (WishDecision, "declined"): "decided against",
    (Stand, "useful"): "useful to us",
    (WishModule, "virtual_event"): "Virtual Event package",
    (WishModule, "exhibitors"): "Exhibitor package",
    (WishModule, "attendance_app"): "attendance app",
    (WishModule, "premium"): "Premium licence",
}
_MODERATING = frozenset({Role.MODERATOR, Role.MANAGER})


def wish_word(term: StrEnum) -> str:
    """A term of the wish list as it is shown to people (WISH-1 to WISH-3)."""
    return _WORDS.get((type(term), term.value), term.value.replace("_", " "))


def may_add_wish(role: str) -> Decision:
    """WISH-1: whether someone may add a wish: all users, and staff on a customer's behalf.

    Raises ValueError for a text that is no role.
    """
    Role(role)
    return granted("WISH-1", "Ideas from all users are welcome.")


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

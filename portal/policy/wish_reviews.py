"""How soon moderators read what is written on the wish list, and how much of it an organisation may write (WISH-1)."""

from __future__ import annotations

from datetime import datetime

from portal.policy.business_time import add_business_days
from portal.policy.decision import Decision, WayOn, granted, refused
from portal.policy.edition_shape import Edition
from portal.policy.goals import GoalClock, started

WITHIN_HOURS = 24


def review_clock(at: datetime, edition: Edition) -> GoalClock:
    """WISH-1: the clock of the goal to read what was written at an instant; raises PolicyError without a zone.

    It stops while its author is asked, as a ticket's does (`goals.paused`, `goals.resumed`).
    """
    return started(at, add_business_days(at, edition.wishes.review_business_days, edition.hours), edition)


def may_add_wishes(written: int, edition: Edition) -> Decision:
    """WISH-1: whether an organisation that wrote so many wishes within 24 hours may add another."""
    most = edition.wishes.wishes_a_day
    if written < most:
        return granted("WISH-1", "Ideas from all users are welcome.")
    return refused(
        "WISH-1",
        f"Your organisation has added {written:,} wishes within {WITHIN_HOURS} hours, and {most:,} is the limit. "
        "Add this one later, or tell your case on a wish that is there already.",
        WayOn.WAIT,
    )


def may_add_attendees_wishes(written: int, edition: Edition) -> Decision:
    """WISH-1: whether another attendee's wish may come through the pages of an organisation's events."""
    if written < edition.wishes.wishes_a_day:
        return granted("WISH-1", "Ideas from all users are welcome.")
    return refused(
        "WISH-1",
        f"Many wishes came through this page within {WITHIN_HOURS} hours. Send yours again later.",
        WayOn.WAIT,
    )


def may_comment(written: int, edition: Edition) -> Decision:
    """WISH-1: whether an organisation that wrote so many comments within 24 hours may add another."""
    most = edition.wishes.comments_a_day
    if written < most:
        return granted("WISH-1", "Comments from all users are welcome.")
    return refused(
        "WISH-1",
        f"Your organisation has added {written:,} comments within {WITHIN_HOURS} hours, and {most:,} is the limit. "
        "Add this one later; saying that a wish is useful to you counts at any time.",
        WayOn.WAIT,
    )

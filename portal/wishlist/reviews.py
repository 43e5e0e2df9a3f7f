"""The clock of what waits for a moderator (WISH-1). Takes part in the caller's transaction."""

from datetime import datetime

from sqlalchemy import ColumnElement, select

from portal.clock import now
from portal.db import db
from portal.editions.queries import edition_in_force, edition_numbered
from portal.policy.edition import Edition
from portal.policy.goals import GoalClock, is_late, paused, resumed
from portal.policy.wish_reviews import review_clock
from portal.wishlist.models import Wish
from portal.wishlist.models_moderation import WishComment, WishQuestion, WishReview, WishVersion


def await_wish(wish: Wish) -> WishReview:
    """Have a new wish wait for a moderator from the time it was submitted."""
    return _begin("wish", wish.id, wish.submitted_at)


def await_edit(version: WishVersion) -> WishReview:
    """Have an edit of a published wish wait for a moderator."""
    return _begin("edit", version.wish_id, version.written_at, version_id=version.id)


def await_comment(comment: WishComment) -> WishReview:
    """Have a comment wait for a moderator."""
    return _begin("comment", comment.wish_id, comment.written_at, comment_id=comment.id)


def open_review(*what: ColumnElement[bool]) -> WishReview | None:
    """The review that meets `what` and has not ended, as it is now."""
    waiting = select(WishReview).where(WishReview.ended_at.is_(None), *what)
    return db.session.scalar(waiting.execution_options(populate_existing=True))


def of_waiting_wish(wish: Wish) -> tuple[WishReview | None, WishQuestion | None]:
    """The review of a wish that waits, and what its author was asked and has not answered. One query."""
    asked = (WishQuestion.wish_id == WishReview.wish_id) & WishQuestion.closed_at.is_(None)
    found = select(WishReview, WishQuestion).outerjoin(WishQuestion, asked)
    row = db.session.execute(found.where(WishReview.ended_at.is_(None), *of_wish(wish.id))).first()
    return (row[0], row[1]) if row else (None, None)


def of_wish(wish_id: int) -> tuple[ColumnElement[bool], ...]:
    """What is true of the review of a new wish."""
    return WishReview.wish_id == wish_id, WishReview.kind == "wish"


def stop(wish_id: int) -> None:
    """Stop the clock of a new wish: its author is asked, or it is merged into another."""
    review = open_review(*of_wish(wish_id))
    if review is not None and review.runs_since is not None:
        at = now()
        _set(review, paused(clock_of(review), at, _edition_of(review).hours))
        review.paused_at = at


def run_again(wish_id: int) -> None:
    """Run the clock of a new wish with what was left when it was stopped."""
    review = open_review(*of_wish(wish_id))
    if review is not None and review.runs_since is None:
        _set(review, resumed(clock_of(review), now(), _edition_of(review)))
        review.paused_at = None


def end(*what: ColumnElement[bool], settled: bool = True) -> None:
    """End the review that meets `what`; one that nobody settled, since it was replaced, counts as neither in time nor late."""
    review = open_review(*what)
    if review is not None:
        review.ended_at = now()
        review.in_time = not is_late(clock_of(review), review.ended_at) if settled else None


def clock_of(review: WishReview) -> GoalClock:
    """A review's clock, for the policy to count with."""
    return GoalClock(
        review.allowed_minutes, review.left_minutes, review.runs_since, review.due_at, review.warn_at
    )


def _begin(kind: str, wish_id: int, at: datetime, **what: int) -> WishReview:
    edition = edition_in_force()
    review = WishReview(kind=kind, wish_id=wish_id, started_at=at, policy_edition=edition.number, **what)
    _set(review, review_clock(at, edition))
    db.session.add(review)
    return review


def _set(review: WishReview, clock: GoalClock) -> None:
    review.allowed_minutes, review.left_minutes = clock.allowed_minutes, clock.left_minutes
    review.runs_since, review.due_at, review.warn_at = clock.runs_since, clock.due_at, clock.warn_at


def _edition_of(review: WishReview) -> Edition:
    return edition_numbered(review.policy_edition) or edition_in_force()

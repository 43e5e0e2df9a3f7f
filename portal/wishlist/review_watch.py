"""Warning moderators before what waits for them is late (WISH-1)."""

from sqlalchemy import Select, select, update

from portal.accounts.actor import NOWHERE, Actor
from portal.accounts.permissions import Role
from portal.accounts.queries import staff_with
from portal.clock import now
from portal.db import db, use_case
from portal.mail.post import post
from portal.policy.wishes import WishState
from portal.wishlist import reviews
from portal.wishlist.models import Wish
from portal.wishlist.models_moderation import WishReview
from portal.wishlist.review_queue import waiting_reviews, waits

AT_ONCE = 200


@use_case
def watch_reviews(actor: Actor) -> int:
    """Tell moderators, once and in one mail, what has used up most of its time to be read; how much that was.

    First it has wait what nobody had: wishes of an older portal. Each is taken by a compare-and-set, so that two
    workers tell of it once. For the portal itself; raises Forbidden for a person without `wish:moderate`.
    """
    actor.require("wish:moderate", NOWHERE)
    for wish in db.session.scalars(_unwatched()).all():
        reviews.await_wish(wish)
    db.session.flush()
    near = waiting_reviews().where(WishReview.warned_at.is_(None), WishReview.warn_at <= now())
    found = db.session.scalars(near.order_by(WishReview.due_at, WishReview.id).limit(AT_ONCE)).all()
    told = [review for review in found if _taken(review)]
    if told:
        _write(told)
    return len(told)


def _unwatched() -> Select[Wish]:
    waiting = select(WishReview.id).where(
        WishReview.wish_id == Wish.id, WishReview.kind == "wish", WishReview.ended_at.is_(None)
    )
    without = select(Wish).where(Wish.state == WishState.SUBMITTED, ~waiting.exists()).order_by(Wish.id)
    return without.limit(AT_ONCE).with_for_update(key_share=True, skip_locked=True)


def _taken(review: WishReview) -> bool:
    mine = update(WishReview).where(WishReview.id == review.id, WishReview.warned_at.is_(None), *waits())
    return db.session.scalar(mine.values(warned_at=now()).returning(WishReview.id)) is not None


def _write(told: list[WishReview]) -> None:
    cause = f"wish-reviews-due:{min(review.id for review in told)}"
    for person in staff_with(Role.MODERATOR) or staff_with(Role.MANAGER):
        post(person, "wish_reviews_due", cause=cause, permission="wish:moderate", reviews=told)

"""Settling several things that wait for a moderator at once: each that cannot be settled is told (WISH-1).

One transaction for all of them, their wishes locked in the order of their keys, so that two such changes take turns.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from portal.accounts.actor import NOWHERE, Actor
from portal.db import db, use_case
from portal.errors import Invalid
from portal.wishlist import comments, moderation, versions
from portal.wishlist.models import Wish
from portal.wishlist.models_moderation import WishReview

AT_ONCE = 100


@dataclass(frozen=True)
class Outcome:
    """What became of one thing that waited: `problem` says why it stays as it is, None when it is settled."""

    review_id: int
    title: str
    problem: str | None = None


@use_case
def settle_reviews(
    actor: Actor, review_ids: Collection[int], *, publish: bool, reason: str = ""
) -> list[Outcome]:
    """Publish what was chosen, or decline all of it with one reason, which each author is sent (WISH-1).

    What somebody settled meanwhile stays as it is. Raises Invalid (`reviews`, `reason`), Forbidden.
    """
    actor.require("wish:moderate", NOWHERE)
    if not review_ids:
        raise Invalid(reviews="Choose at least one.")
    if not publish and not reason:
        raise Invalid(reason="Give the reason: each author receives it.")
    chosen = select(WishReview.wish_id).where(WishReview.id.in_(list(review_ids)[:AT_ONCE]))
    held = select(Wish).where(Wish.id.in_(chosen)).order_by(Wish.id).with_for_update(key_share=True)
    db.session.execute(held.execution_options(populate_existing=True)).all()
    still = select(WishReview).where(WishReview.id.in_(list(review_ids)[:AT_ONCE])).order_by(WishReview.id)
    found = db.session.scalars(still.execution_options(populate_existing=True)).all()
    return [_settle(actor, review, publish, reason) for review in found]


def _settle(actor: Actor, review: WishReview, publish: bool, reason: str) -> Outcome:
    wish = review.wish
    if review.ended_at is not None or review.runs_since is None:
        return Outcome(review.id, wish.title, "was settled meanwhile")
    if review.comment is not None and publish:
        comments.publish(actor, review.comment, wish)
    elif review.comment is not None:
        comments.decline(actor, review.comment, wish, reason)
    elif review.version_id is not None and publish:
        versions.accept(actor, wish, review.version_id)
    elif review.version_id is not None:
        versions.refuse(actor, wish, review.version_id, reason)
    elif publish:
        moderation.publish(actor, wish)
    else:
        moderation.decline(actor, wish, reason)
    return Outcome(review.id, wish.title)

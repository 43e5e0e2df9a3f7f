"""Following a wish: who does hears what management decides on it (WISH-3)."""

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.db import db, use_case
from portal.wishlist.models import Wish, WishFollower
from portal.wishlist.models_decisions import DecisionRecord
from portal.wishlist.queries import locked_wish, of_root


@use_case
def follow_wish(actor: Actor, wish_id: int) -> Wish:
    """Follow a wish from now on. Doing so twice is no error. Raises NotFound for one the actor may not know of."""
    wish = locked_wish(actor, wish_id)
    actor.require("wish:read")
    if begin_to_follow(wish, actor.id):
        record(actor, "wish.followed", wish)
    return wish


@use_case
def unfollow_wish(actor: Actor, wish_id: int) -> Wish:
    """Follow a wish no more, nor any that was merged into it. Raises NotFound as `follow_wish` does."""
    wish = locked_wish(actor, wish_id)
    own = delete(WishFollower).where(
        WishFollower.wish_id.in_(of_root(wish)), WishFollower.person_id == actor.id
    )
    if db.session.scalars(own.returning(WishFollower.id)).all():
        record(actor, "wish.unfollowed", wish)
    return wish


def begin_to_follow(wish: Wish, person_id: int) -> bool:
    """Let somebody follow a wish, in the caller's transaction; whether they did not before.

    What was decided until now they can read: they are told of what comes.
    """
    decided = select(func.max(DecisionRecord.id)).where(DecisionRecord.wish_id.in_(of_root(wish)))
    latest = func.coalesce(decided.scalar_subquery(), 0)
    new = insert(WishFollower).values(wish_id=wish.id, person_id=person_id, told_through=latest)
    return db.session.scalar(new.on_conflict_do_nothing().returning(WishFollower.id)) is not None

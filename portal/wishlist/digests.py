"""Telling who follows a wish what management decided: one mail each, about all that was decided meanwhile (WISH-3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select

from portal.accounts.actor import SYSTEM, Actor
from portal.accounts.models import Person
from portal.accounts.queries import actor_for
from portal.clock import now
from portal.db import db, use_case
from portal.mail.post import post
from portal.wishlist.models import Wish, WishFollower
from portal.wishlist.models_decisions import DecisionRecord
from portal.wishlist.queries import own_place, visible_wishes

# So long a manager may think better of it before anybody is told.
SETTLED_AFTER = timedelta(minutes=30)


@dataclass(frozen=True)
class News:
    """A wish on which something was decided, with the decision that holds."""

    wish: Wish
    made: DecisionRecord


def send_digests() -> int:
    """Mail everybody who follows a wish that was decided on since they were told last; how many were written to.

    Each person is a transaction of their own: what is told is marked with its mail, so that no change is told twice.
    """
    return sum(tell_follower(SYSTEM, person_id) for person_id in _followers_to_tell(now() - SETTLED_AFTER))


@use_case
def tell_follower(actor: Actor, person_id: int) -> bool:
    """Write one person's digest; whether there was one to write.

    Nobody is told of a wish that they may not see any more, nor of what they decided themselves.
    """
    held = _held(person_id)
    for follower, made in held:
        follower.told_through = max(follower.told_through, made.id)
    reader, news = actor_for(person_id), dict[int, DecisionRecord]()
    for _, made in held:
        if made.decided_by_id != person_id:
            news[made.wish_id] = made
    if reader is None or not news:
        return False
    seen = visible_wishes(reader).where(Wish.id.in_(news)).order_by(Wish.title, Wish.id)
    told = [News(wish, news[wish.id]) for wish in db.session.scalars(seen)]
    if not told:
        return False
    post(
        db.session.get_one(Person, person_id), "wish_digest", cause=f"wish-digest:{max(each.made.id for each in told)}",
        permission="wish:read", scope=own_place(reader), news=told,
    )  # fmt: skip
    return True


def _followers_to_tell(before: datetime) -> list[int]:
    people = _untold(before).with_only_columns(WishFollower.person_id).distinct()
    return list(db.session.scalars(people.order_by(WishFollower.person_id)))


def _held(person_id: int) -> list[tuple[WishFollower, DecisionRecord]]:
    """What a person is to be told, the oldest first; held, so that another worker finds nothing left to tell."""
    own = _untold(now() - SETTLED_AFTER).where(WishFollower.person_id == person_id)
    own = own.order_by(DecisionRecord.id).with_for_update(of=WishFollower)
    return [(follower, made) for follower, made in db.session.execute(own)]


def _untold(before: datetime) -> Select[WishFollower, DecisionRecord]:
    """Who follows a wish, with each decision on its root that they were not told of."""
    return (
        select(WishFollower, DecisionRecord)
        .join(Wish, Wish.id == WishFollower.wish_id)
        .join(DecisionRecord, DecisionRecord.wish_id == Wish.root_id)
        .where(DecisionRecord.id > WishFollower.told_through, DecisionRecord.decided_at <= before)
    )

"""Mail about what moderators did with a wish. Takes part in the caller's transaction."""

from typing import Any

from sqlalchemy import select

from portal.accounts.actor import NOWHERE, Actor
from portal.accounts.models import Person
from portal.accounts.queries import actor_for
from portal.db import db, use_case
from portal.jobs.queue import enqueue
from portal.mail.post import post
from portal.wishlist.models import Wish, WishFollower
from portal.wishlist.models_moderation import WishComment, WishMerge
from portal.wishlist.queries import own_place


def tell_author(actor: Actor, wish: Wish, template: str, what: str, **context: Any) -> None:
    """Write to the author of a wish, unless it was they who did it; an attendee's wish has none."""
    if wish.author_id is not None:
        _write(actor, wish.author_id, template, f"wish:{wish.id}:{what}", wish=wish, **context)


def tell_commenter(actor: Actor, comment: WishComment, template: str, what: str, **context: Any) -> None:
    """Write to who commented on a wish, unless it was they who did it."""
    cause = f"wish-comment:{comment.id}:{what}"
    _write(actor, comment.author_id, template, cause, wish=comment.wish, comment=comment, **context)


def tell_of_merge(actor: Actor, merge: WishMerge) -> None:
    """Write to the author of a wish that it is part of another now; a job writes to who follows it, who may be many."""
    db.session.flush()
    if merge.wish.author_id is not None:
        _write_of_merge(actor, merge.wish.author_id, merge)
    enqueue("tell_followers_of_merge", queue="mail", merge_id=merge.id)


@use_case
def tell_followers_of_merge(actor: Actor, merge_id: int) -> None:
    """Write to who follows a merged wish, or one that stands alone again; whoever was written to is not again.

    For the portal itself; raises Forbidden for a person without `wish:moderate`.
    """
    actor.require("wish:moderate", NOWHERE)
    merge = db.session.get_one(WishMerge, merge_id)
    done_by = merge.undone_by_id or merge.merged_by_id
    following = select(WishFollower.person_id).where(WishFollower.wish_id == merge.wish_id)
    for person_id in db.session.scalars(following.order_by(WishFollower.person_id)).all():
        if person_id != done_by:
            _write_of_merge(actor, person_id, merge)


def _write_of_merge(actor: Actor, person_id: int, merge: WishMerge) -> None:
    if merge.undone_at is None:
        _write(actor, person_id, "wish_merged", f"wish-merge:{merge.id}", wish=merge.wish, into=merge.into)
    else:
        _write(actor, person_id, "wish_unmerged", f"wish-unmerge:{merge.id}", wish=merge.wish)


def _write(actor: Actor, person_id: int, template: str, cause: str, **context: Any) -> None:
    reader = actor_for(person_id)
    if reader is None or person_id == actor.person_id:
        return
    to = db.session.get_one(Person, person_id)
    post(to, template, cause=cause, permission="wish:read", scope=own_place(reader), **context)

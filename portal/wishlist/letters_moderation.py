"""Mail about what moderators did with a wish. Takes part in the caller's transaction."""

from typing import Any

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.accounts.queries import actor_for
from portal.db import db
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


def tell_of_merge(actor: Actor, wish: Wish, into: Wish, merge: WishMerge) -> None:
    """Write to the author and the followers of a wish that it is part of another now."""
    db.session.flush()
    for person_id in _concerned(wish):
        _write(actor, person_id, "wish_merged", f"wish-merge:{merge.id}", wish=wish, into=into, merge=merge)


def tell_of_unmerge(actor: Actor, wish: Wish, root: Wish, merge_id: int) -> None:
    """Write to the author and the followers of a wish that it stands alone again."""
    for person_id in _concerned(wish):
        _write(actor, person_id, "wish_unmerged", f"wish-unmerge:{merge_id}", wish=wish, root=root)


def _concerned(wish: Wish) -> list[int]:
    # Who follows a wish that was never published is its author.
    followers = select(WishFollower.person_id).where(WishFollower.wish_id == wish.id)
    return sorted({*db.session.scalars(followers), *([wish.author_id] if wish.author_id else [])})


def _write(actor: Actor, person_id: int, template: str, cause: str, **context: Any) -> None:
    reader = actor_for(person_id)
    if reader is None or person_id == actor.person_id:
        return
    to = db.session.get_one(Person, person_id)
    post(to, template, cause=cause, permission="wish:read", scope=own_place(reader), **context)

"""Wishes and comments as moderators left them, made by the same use cases as in the portal."""

import uuid
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from portal.db import db
from portal.wishlist import comments, moderation, versions
from portal.wishlist.models import Wish
from portal.wishlist.models_moderation import WishComment, WishReview, WishVersion
from portal.wishlist.queries import wish_for
from tests.people import World
from tests.wishlist.wishes import add, published


def edited(world: World, wish: Wish, who: str = "organiser", **changes: Any) -> Wish:
    """A wish after its author changed it."""
    actor = world.actor(who)
    wish = wish_for(actor, wish.id)
    texts = replace(versions.texts_of(wish), **changes)
    mark = versions.wordings(actor, wish).mark
    return versions.edit_wish(actor, wish.id, texts, seen=mark)


def reworded(world: World, wish: Wish, **changes: Any) -> Wish:
    """A wish after a moderator reworded it."""
    actor = world.actor("moderator")
    wish = wish_for(actor, wish.id)
    mark = versions.wordings(actor, wish).mark
    return versions.reword_wish(actor, wish.id, replace(versions.texts_of(wish), **changes), seen=mark)


def asked_back(world: World, title: str = "A wish to explain", who: str = "organiser") -> Wish:
    """A wish whose author is asked."""
    wish = add(world.actor(who), title)
    return moderation.ask_author(world.actor("moderator"), wish.id, question="Which badges do you mean?")


def hidden(world: World, title: str = "A hidden wish", who: str = "organiser") -> Wish:
    """A wish that was taken from the list."""
    return moderation.hide_wish(
        world.actor("moderator"), published(world, title, who).id, reason="It names a person."
    )


def commented(world: World, wish: Wish, who: str = "contact", body: str = "For us as well.") -> WishComment:
    """A comment that waits, or of staff one that stands."""
    return comments.add_comment(world.actor(who), wish.id, body=body, form_key=str(uuid.uuid4()))


def reviews(*, ended: bool = False) -> list[WishReview]:
    """What waits for a moderator, or no longer does."""
    db.session.rollback()
    found = select(WishReview).where(
        WishReview.ended_at.is_not(None) if ended else WishReview.ended_at.is_(None)
    )
    return list(db.session.scalars(found.order_by(WishReview.id)))


def version(wish: Wish, state: str) -> WishVersion:
    """The newest version of a wish in a state."""
    db.session.rollback()
    found = select(WishVersion).where(WishVersion.wish_id == wish.id, WishVersion.state == state)
    return db.session.scalars(found.order_by(WishVersion.number.desc())).first()

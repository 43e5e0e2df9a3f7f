"""Reading what was written on a wish. Nobody learns of another customer's who wrote it, or for whom (WISH-2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import joinedload

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.db import db
from portal.errors import NotFound
from portal.events.models import Event
from portal.wishlist.models import Wish
from portal.wishlist.models_moderation import WishComment, WishQuestion

SHOWN_MOST = 100
SUPPORT, SOMEBODY = "Conference Tracker Support", "A customer"


@dataclass(frozen=True)
class ShownComment:
    """A comment as its reader may know it: `who` is a name to its own organisation and to staff, else no more than a side.

    `merged_title` is that of the wish it was written on, where that was merged into the one that is read.
    """

    comment: WishComment
    who: str
    is_own: bool
    merged_title: str


def visible_comments(actor: Actor) -> Select[WishComment]:
    """The comments `actor` may know of, on wishes that they may know of: published ones, and their own.

    Those that wait, were declined or are hidden are their author's and the moderators'.
    """
    own = WishComment.author_id == actor.person_id if actor.is_signed_in else false()
    if actor.may("wish:moderate", NOWHERE):
        return select(WishComment)
    return select(WishComment).where(or_(WishComment.state == "published", own))


def discussion(actor: Actor, wish: Wish) -> list[ShownComment]:
    """What was written on a visible wish and on all that is merged into it: the latest SHOWN_MOST, oldest first.

    One query.
    """
    found = (
        visible_comments(actor)
        .join(Wish, Wish.id == WishComment.wish_id)
        .where(Wish.root_id == wish.root_id)
        .options(joinedload(WishComment.author), joinedload(WishComment.organisation))
        .add_columns(_is_colleagues(actor), Wish.id, Wish.title)
        .order_by(WishComment.id.desc())
        .limit(SHOWN_MOST)
    )
    shown = [
        ShownComment(
            comment,
            _who(actor, comment, of_colleague),
            comment.author_id == actor.person_id,
            "" if on == wish.id else title,
        )
        for comment, of_colleague, on, title in db.session.execute(found)
    ]
    return shown[::-1]


def comment_scope(actor: Actor, comment_id: int) -> Scope | None:
    """Where a moderator's rights over a comment hold; None for everybody else, who has no page of it."""
    if not actor.may("wish:moderate", NOWHERE):
        return None
    return NOWHERE if db.session.scalar(select(WishComment.id).where(WishComment.id == comment_id)) else None


def comment_for(actor: Actor, comment_id: int) -> WishComment:
    """A comment with its wish and whoever wrote it, for moderators. Raises NotFound, Forbidden."""
    actor.require("wish:moderate", NOWHERE)
    whole = joinedload(WishComment.author), joinedload(WishComment.organisation), joinedload(WishComment.wish)
    found = db.session.scalar(visible_comments(actor).where(WishComment.id == comment_id).options(*whole))
    if found is None:
        raise NotFound
    return found


def open_question(actor: Actor, wish: Wish) -> WishQuestion | None:
    """What the author of a wish was asked and has not answered; for the author and the moderators."""
    is_author = actor.is_signed_in and wish.author_id == actor.person_id
    if not is_author and not actor.may("wish:moderate", NOWHERE):
        return None
    asked = select(WishQuestion).where(WishQuestion.wish_id == wish.id, WishQuestion.closed_at.is_(None))
    return db.session.scalar(asked)


def questions(actor: Actor, wish: Wish) -> Sequence[WishQuestion]:
    """Everything that the author of a wish was asked, oldest first; for moderators."""
    actor.require("wish:moderate", NOWHERE)
    asked = (
        select(WishQuestion).where(WishQuestion.wish_id == wish.id).options(joinedload(WishQuestion.asked_by))
    )
    return db.session.scalars(asked.order_by(WishQuestion.id)).all()


def _who(actor: Actor, comment: WishComment, of_colleague: bool) -> str:
    if actor.is_staff:
        return comment.author.name
    if comment.from_staff:
        return (
            SUPPORT if comment.organisation_id is None or not of_colleague else f"{SUPPORT}, on your behalf"
        )
    if comment.author_id == actor.person_id:
        return "You"
    return comment.author.name if of_colleague else SOMEBODY


def _is_colleagues(actor: Actor) -> ColumnElement[bool]:
    if not actor.is_signed_in:
        return false()
    theirs = select(Event.organisation_id).where(Event.id.in_(actor.contact_event_ids))
    return or_(
        WishComment.organisation_id.in_(actor.organisation_ids),
        WishComment.organisation_id.in_(theirs),
        false(),
    )

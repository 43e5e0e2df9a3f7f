"""The moderators' queue: what they have to read, the longest overdue first (WISH-1)."""

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.orm import joinedload

from portal.accounts.actor import NOWHERE, Actor
from portal.db import db
from portal.paging import Page, page_of
from portal.policy.wishes import WishState
from portal.wishlist.models import Wish
from portal.wishlist.models_moderation import WishComment, WishReview, WishVersion

KINDS = {"all": None, "wishes": "wish", "edits": "edit", "comments": "comment"}
STATES = {"asked": WishState.ASKED_BACK, "hidden": WishState.HIDDEN, "declined": WishState.DECLINED}


def reviews_page(actor: Actor, kind: str | None, cursor: str | None = None) -> Page[WishReview]:
    """What waits for a moderator, of a kind or all, by when it is due: the longest overdue first."""
    actor.require("wish:moderate", NOWHERE)
    waiting = select(WishReview).where(*waits()).options(*_WHOLE)
    if kind is not None:
        waiting = waiting.where(WishReview.kind == kind)
    return page_of(waiting, [WishReview.due_at, WishReview.id], cursor)


def wishes_in(actor: Actor, state: str, cursor: str | None = None) -> Page[Wish]:
    """The wishes in a state that customers do not see, newest first; for moderators."""
    actor.require("wish:moderate", NOWHERE)
    found = select(Wish).where(Wish.state == state)
    return page_of(
        found.options(joinedload(Wish.author), joinedload(Wish.organisation)),
        [Wish.id],
        cursor,
        descending=True,
    )


def waiting_counts(actor: Actor) -> dict[str, int]:
    """How much waits for moderators, by the names of KINDS, and how many wishes are with their authors."""
    actor.require("wish:moderate", NOWHERE)
    of_kind = select(WishReview.kind, func.count()).where(*waits()).group_by(WishReview.kind)
    stands = select(literal("asked"), func.count()).select_from(WishReview).join(WishReview.wish)
    asked = stands.where(WishReview.ended_at.is_(None), Wish.state == WishState.ASKED_BACK)
    found = {kind: number for kind, number in db.session.execute(union_all(of_kind, asked))}  # noqa: C416 - rows are not pairs to mypy
    by_name = {name: found.get(kind, 0) for name, kind in KINDS.items() if kind}
    return by_name | {"all": sum(by_name.values()), "asked": found.get("asked", 0)}


def waiting_reviews() -> Select[WishReview]:
    """What waits for a moderator, with its wish, for whoever may read it."""
    return select(WishReview).where(*waits()).options(*_WHOLE)


def waits() -> tuple[ColumnElement[bool], ...]:
    """What is true of a review whose clock runs."""
    return WishReview.ended_at.is_(None), WishReview.runs_since.is_not(None)


_WHOLE = (
    joinedload(WishReview.wish).joinedload(Wish.author),
    joinedload(WishReview.wish).joinedload(Wish.organisation),
    joinedload(WishReview.version).joinedload(WishVersion.written_by),
    joinedload(WishReview.comment).joinedload(WishComment.author),
    joinedload(WishReview.comment).joinedload(WishComment.organisation),
)

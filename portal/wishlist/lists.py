"""The wish list as pages show it: by order and by decision, what is coming, what was done, and the reader's own."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, false, func, literal_column, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.sql.elements import ColumnElement

from portal.accounts.actor import Actor
from portal.db import db
from portal.paging import Page, page_of
from portal.policy.wishes import WishDecision, WishModule
from portal.wishlist.models import Wish, WishFollower, WishStand
from portal.wishlist.models_decisions import DecisionRecord
from portal.wishlist.queries import ENGLISH, listed_with, visible_wishes

# Written out, so that the indexes of what is listed are used whatever the plan.
ON_LIST: ColumnElement[bool] = literal_column("wish.state = 'published'")
COMING = (WishDecision.IN_PROGRESS, WishDecision.PLANNED, WishDecision.UNDER_CONSIDERATION)
IN_A_COLUMN = 12


class Order(StrEnum):
    """How the list is ordered: by usefulness as it is planned by, by what is talked about, or by age."""

    USEFUL = "useful"
    TRENDING = "trending"
    NEWEST = "newest"


KEYS = {
    Order.USEFUL: (Wish.score, Wish.id),
    Order.TRENDING: (Wish.trend, Wish.id),
    Order.NEWEST: (Wish.published_at, Wish.id),
}


class Mine(StrEnum):
    """Why a wish is the reader's own: they wrote it, follow it, or said how useful it is."""

    WRITTEN = "written"
    FOLLOWED = "followed"
    ANSWERED = "answered"


@dataclass(frozen=True)
class Wanted:
    """What of the list is asked for; what is empty or None narrows nothing."""

    order: Order = Order.USEFUL
    decision: WishDecision | None = None
    module: WishModule | None = None
    words: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether less than the whole list is asked for."""
        return bool(self.decision or self.module or self.words)


def wishes_page(actor: Actor, wanted: Wanted, cursor: str | None = None) -> Page[Wish]:
    """The wishes that every reader sees, narrowed and ordered as wanted, best or newest first (WISH-2)."""
    listed = visible_wishes(actor).where(ON_LIST)
    if wanted.decision:
        listed = listed.where(Wish.decision == wanted.decision)
    if wanted.module:
        listed = listed.where(Wish.module == wanted.module)
    if wanted.words:
        listed = listed.where(listed_with(func.websearch_to_tsquery(ENGLISH, wanted.words)))
    return page_of(listed, KEYS[wanted.order], cursor, descending=True)


def own_wishes_page(actor: Actor, kind: Mine, cursor: str | None = None) -> Page[Wish]:
    """The wishes that the actor wrote, follows or answered, newest first, in any state that they may know of."""
    own = visible_wishes(actor).where(_is_own(actor, kind))
    return page_of(own, [Wish.submitted_at, Wish.id], cursor, descending=True)


def coming_wishes(actor: Actor) -> dict[WishDecision, list[Wish]]:
    """The roadmap: what is in progress, planned and under consideration, the most useful of each first (WISH-3)."""
    place = func.row_number().over(partition_by=Wish.decision, order_by=(Wish.score.desc(), Wish.id))
    ranked = visible_wishes(actor).where(ON_LIST, Wish.decision.in_(COMING))
    numbered = ranked.with_only_columns(Wish.id, place.label("place")).subquery()
    first = select(Wish).join(numbered, numbered.c.id == Wish.id).where(numbered.c.place <= IN_A_COLUMN + 1)
    found = db.session.scalars(first.order_by(numbered.c.place)).all()
    return {stage: [wish for wish in found if wish.decision == stage] for stage in COMING}


def done_wishes_page(actor: Actor, cursor: str | None = None) -> Page[Wish]:
    """What was done, the latest first (WISH-3)."""
    done = visible_wishes(actor).where(
        ON_LIST, Wish.decision == WishDecision.DONE, Wish.decided_at.is_not(None)
    )
    return page_of(done, [Wish.decided_at, Wish.id], cursor, descending=True)


def latest_decisions(wishes: Collection[Wish]) -> dict[int, DecisionRecord]:
    """The decision that holds on each of `wishes`, by the wish's key; of wishes without one, none."""
    made = (
        select(DecisionRecord)
        .where(DecisionRecord.wish_id.in_([wish.id for wish in wishes]))
        .ext(distinct_on(DecisionRecord.wish_id))
        .order_by(DecisionRecord.wish_id, DecisionRecord.number.desc())
    )
    return {each.wish_id: each for each in db.session.scalars(made)} if wishes else {}


@dataclass(frozen=True)
class News:
    """A wish that came on the list, or that `made` was decided on."""

    wish: Wish
    made: DecisionRecord | None = None

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.made.decided_at if self.made else self.wish.published_at or self.wish.submitted_at


def lately_changed(actor: Actor, limit: int) -> list[News]:
    """What came on the list or was decided last, the latest first, for the feed (WISH-3)."""
    listed = visible_wishes(actor).where(ON_LIST)
    published = listed.order_by(Wish.published_at.desc(), Wish.id.desc()).limit(limit)
    decided = (
        listed.add_columns(DecisionRecord)
        .join(DecisionRecord, DecisionRecord.wish_id == Wish.id)
        .order_by(DecisionRecord.decided_at.desc(), DecisionRecord.id.desc())
        .limit(limit)
    )
    news = [News(wish) for wish in db.session.scalars(published)]
    news += [News(wish, made) for wish, made in db.session.execute(decided)]
    return sorted(news, key=lambda each: each.at, reverse=True)[:limit]


def _is_own(actor: Actor, kind: Mine) -> ColumnElement[bool]:
    if not actor.is_signed_in:
        return false()
    if kind is Mine.WRITTEN:
        return Wish.author_id == actor.person_id
    return Wish.id.in_(_roots(WishFollower if kind is Mine.FOLLOWED else WishStand, actor))


def _roots(of: type[WishFollower] | type[WishStand], actor: Actor) -> Select[int]:
    """The wishes as they count now: what was merged counts as the wish it was merged into."""
    counted = select(Wish.root_id).join(of, of.wish_id == Wish.id)
    return counted.where(of.person_id == actor.person_id)

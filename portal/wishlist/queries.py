"""Reading the wish list: every reading starts from what the actor may see."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, false, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased, joinedload, with_expression
from sqlalchemy.sql.elements import ColumnElement

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.accounts.models import Organisation
from portal.db import db
from portal.errors import NotFound
from portal.events.models import Event
from portal.policy.wishes import WishState
from portal.wishlist.models import LISTED, Wish, WishFollower
from portal.wishlist.models_images import WishImage
from portal.wishlist.models_moderation import WishReview, WishVersion
from portal.wishlist.models_words import WishWords

ENGLISH: ColumnElement[str] = literal_column("'english'")
_BLANK: ColumnElement[str] = literal_column("' '")
WITH_MODERATORS = frozenset({WishState.SUBMITTED, WishState.ASKED_BACK, WishState.HIDDEN, WishState.MERGED})
WORDS = func.to_tsvector(ENGLISH, Wish.title + _BLANK + Wish.problem + _BLANK + Wish.idea)


def visible_wishes(actor: Actor) -> Select[Wish]:
    """The wishes `actor` may know of.

    Published ones are everybody's, and so are those that were merged into them; those that wait or are hidden are
    their author's and the moderators'; declined ones are their author's and staff's.
    """
    own = Wish.author_id == actor.person_id if actor.is_signed_in else false()
    seen = [Wish.state.in_(LISTED), own, _merged_into_listed()]
    if actor.may("wish:moderate", NOWHERE):
        seen.append(Wish.state.in_(WITH_MODERATORS))
    if actor.is_staff or actor.is_system:
        seen.append(Wish.state == WishState.DECLINED)
    return select(Wish).where(or_(*seen))


def _merged_into_listed() -> ColumnElement[bool]:
    root = aliased(Wish)
    listed = select(root.id).where(root.id == Wish.root_id, root.state.in_(LISTED))
    # What was never published is its author's and the moderators' alone, also as a part of another.
    return and_(Wish.state == WishState.MERGED, Wish.published_at.is_not(None), listed.exists())


def of_root(wish: Wish) -> Select[int]:
    """The keys of a root and of every wish that is merged into it."""
    return select(Wish.id).where(Wish.root_id == wish.id)


def wish_scope(actor: Actor, wish_id: int) -> Scope | None:
    """Where the actor's rights over a wish hold; None when they may not know of it.

    The wish list belongs to every customer alike, so the rights hold from any place that is the actor's.
    """
    found = db.session.scalar(visible_wishes(actor).where(Wish.id == wish_id).with_only_columns(Wish.id))
    return own_place(actor) if found else None


def own_place(actor: Actor) -> Scope:
    """A place where the actor holds a role: one of their events and one of their organisations."""
    return Scope(
        event_id=min(actor.contact_event_ids, default=None),
        organisation_id=min(actor.organisation_ids, default=None),
    )


def wish_for(actor: Actor, wish_id: int) -> Wish:
    """A wish with the people and the customer behind it, and whether the actor follows it.

    Raises NotFound when the actor may not know of it.
    """
    known = visible_wishes(actor).where(Wish.id == wish_id)
    known = known.options(
        *_WHOLE, with_expression(Wish.is_followed, _followed_by(actor)),
        with_expression(Wish.shown_kind, _shown_kind()), with_expression(Wish.pictures, _pictures()),
    )  # fmt: skip
    return _found(db.session.scalar(known.execution_options(populate_existing=True)))


def _followed_by(actor: Actor) -> ColumnElement[bool]:
    """Whether somebody follows a wish, or one that was merged into it."""
    merged = aliased(Wish)
    own = select(WishFollower.id).join(merged, merged.id == WishFollower.wish_id)
    return own.where(merged.root_id == Wish.id, WishFollower.person_id == actor.person_id).exists()


def _shown_kind() -> ColumnElement[str | None]:
    accepted = select(WishVersion.kind).where(WishVersion.wish_id == Wish.id, WishVersion.state == "accepted")
    return accepted.order_by(WishVersion.number.desc()).limit(1).scalar_subquery()


def _pictures() -> ColumnElement[Any]:
    """The pictures of a wish in the order they were added; None where it has none."""
    shown = func.json_build_object(
        "id", WishImage.id, "alt", WishImage.alt, "width", WishImage.width, "height", WishImage.height
    )
    ordered = aggregate_order_by(shown, WishImage.id)
    return select(func.json_agg(ordered)).where(WishImage.wish_id == Wish.id).scalar_subquery()


def locked_wish(actor: Actor, wish_id: int) -> Wish:
    """A wish as it is now, held against other writers until the transaction closes.

    Raises NotFound when the actor may not know of it.
    """
    held = visible_wishes(actor).where(Wish.id == wish_id).with_for_update(key_share=True)
    return _found(db.session.scalar(held.execution_options(populate_existing=True)))


def waiting_wishes_count() -> int:
    """How many wishes, edits and comments wait for a moderator."""
    waiting = select(func.count()).select_from(WishReview)
    waiting = waiting.where(WishReview.ended_at.is_(None), WishReview.runs_since.is_not(None))
    return db.session.scalar(waiting) or 0


def customer_ids(actor: Actor) -> frozenset[int]:
    """The customers the actor belongs to: those they organise for, and those of the events they are a contact of."""
    if not actor.contact_event_ids:
        return actor.organisation_ids
    theirs = select(Event.organisation_id).where(Event.id.in_(actor.contact_event_ids))
    return actor.organisation_ids | frozenset(db.session.scalars(theirs))


def own_customers_of(actor: Actor) -> ColumnElement[bool]:
    """That an organisation is one of `customer_ids`, for a query that reads organisations."""
    theirs = select(Event.organisation_id).where(Event.id.in_(actor.contact_event_ids))
    return or_(Organisation.id.in_(actor.organisation_ids), Organisation.id.in_(theirs))


def customers_to_speak_for(actor: Actor) -> Sequence[Organisation]:
    """The customers in whose name the actor may add a wish: any for staff, their own for others; by name."""
    customers = select(Organisation).order_by(Organisation.name)
    if not actor.is_staff:
        customers = customers.where(Organisation.id.in_(customer_ids(actor)))
    return db.session.scalars(customers).all()


def listed_with(query: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a wish of the list matches a text search query, by its words or the titles of those merged into it.

    By the words that are kept: taking texts apart anew for each row cost a list with a middling word 300 ms.
    """
    kept = select(WishWords.wish_id).where(WishWords.words.op("@@", is_comparison=True)(query))
    return Wish.id.in_(kept)


def unlisted_with(query: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a wish that is not on the list, and no part of another, matches a text search query."""
    off_list = Wish.state.not_in([*LISTED, WishState.MERGED]), WORDS.op("@@", is_comparison=True)(query)
    return Wish.id.in_(select(Wish.id).where(*off_list).correlate(None))


def _found(wish: Wish | None) -> Wish:
    if wish is None:
        raise NotFound
    return wish


_WHOLE = (
    joinedload(Wish.author), joinedload(Wish.organisation), joinedload(Wish.moderated_by),
    joinedload(Wish.answered_by), joinedload(Wish.decided_by),
)  # fmt: skip

"""Two wishes that ask for the same are made one, and apart again, with nothing lost either way (WISH-2).

Stands, comments and followers stay on the wish that they were given to; whatever counts goes by `root_id`. Who is
merged into whom is a forest of merges that are not undone: undoing any of them takes that branch out as it was.
"""

from sqlalchemy import or_, select, update
from sqlalchemy.orm import joinedload

from portal.accounts.actor import NOWHERE, Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid, Link
from portal.policy.wishes import WishState
from portal.wishlist import reviews
from portal.wishlist.counting import recount
from portal.wishlist.letters_moderation import tell_of_merge
from portal.wishlist.models import Wish
from portal.wishlist.models_moderation import WishMerge
from portal.wishlist.queries import locked_wish, visible_wishes

MERGEABLE = frozenset({WishState.SUBMITTED, WishState.ASKED_BACK, WishState.PUBLISHED})


@use_case
def merge_wishes(actor: Actor, wish_id: int, into_id: int, *, reason: str = "") -> Wish:
    """Make a wish part of a published one, which is left and counts for both (WISH-2).

    What was merged into it before goes along. Its address leads to the other; its author is told at once, its followers by a job.
    Raises Invalid (`into`), Conflict when either was settled otherwise meanwhile, NotFound, Forbidden.
    """
    if wish_id == into_id:
        raise Invalid(into="A wish cannot be merged into itself.")
    wish, into = _both(actor, wish_id, into_id)
    if into.state != WishState.PUBLISHED:
        raise Invalid(into="Choose a wish that is on the list.")
    if wish.state not in MERGEABLE:
        raise Conflict(f"“{wish.title}” is {wish.state} already.", links=(_to(wish.id),))
    merge = WishMerge(
        wish_id=wish.id, into_id=into.id, state=wish.state, reason=reason, merged_by_id=actor.id
    )
    db.session.add(merge)
    reviews.stop(wish.id)
    _move(wish, WishState.MERGED, into.id)
    recount(into)
    before, after = {"state": merge.state}, {"state": WishState.MERGED, "merged_into": into.id}
    record(actor, "wish.merged", wish, before=before, after=after | _if_any(reason=reason), scope=wish.scope)
    record(actor, "wish.merged_in", into, after={"wish": wish.id}, scope=into.scope)
    tell_of_merge(actor, merge)
    return into


@use_case
def unmerge_wish(actor: Actor, wish_id: int) -> Wish:
    """Take a merged wish out again, with what was merged into it: it is what it was before (WISH-2).

    Raises Conflict when it is not merged any more, or where it leads changed meanwhile; NotFound, Forbidden.
    """
    root_id = _root_of(actor, wish_id)
    wish, root = _both(actor, wish_id, root_id)
    undone = update(WishMerge).where(WishMerge.wish_id == wish_id, WishMerge.undone_at.is_(None))
    changed = undone.values(undone_at=now(), undone_by_id=actor.id)
    key = db.session.scalar(changed.returning(WishMerge.id)) if wish.root_id == root_id else None
    if key is None:
        raise Conflict("Somebody changed where this wish leads meanwhile.", links=(_to(wish_id),))
    merge = db.session.get_one(WishMerge, key, populate_existing=True)
    state = merge.state
    _move(wish, WishState(state), wish.id)
    if state == WishState.SUBMITTED:
        reviews.run_again(wish.id)
    recount(root)
    recount(wish)
    before = {"state": WishState.MERGED, "merged_into": root.id}
    record(actor, "wish.unmerged", wish, before=before, after={"state": state}, scope=wish.scope)
    record(actor, "wish.unmerged_from", root, after={"wish": wish.id}, scope=root.scope)
    tell_of_merge(actor, merge)
    return wish


def leads_to(actor: Actor, wish: Wish) -> int | None:
    """The wish that a merged one is part of, where the actor may know of it; None for a wish that is no part of another."""
    if wish.state != WishState.MERGED:
        return None
    return db.session.scalar(visible_wishes(actor).where(Wish.id == wish.root_id).with_only_columns(Wish.id))


def merges_of(actor: Actor, wish: Wish) -> list[WishMerge]:
    """Every merge that a wish, or what is part of it, ever took part in, oldest first; for moderators."""
    actor.require("wish:moderate", NOWHERE)
    members = select(Wish.id).where(Wish.root_id == wish.id)
    about = or_(WishMerge.wish_id.in_(members), WishMerge.into_id == wish.id, WishMerge.wish_id == wish.id)
    whole = (
        joinedload(WishMerge.wish), joinedload(WishMerge.into), joinedload(WishMerge.merged_by),
        joinedload(WishMerge.undone_by),
    )  # fmt: skip
    return list(db.session.scalars(select(WishMerge).where(about).options(*whole).order_by(WishMerge.id)))


def _root_of(actor: Actor, wish_id: int) -> int:
    seen = db.session.scalar(visible_wishes(actor).where(Wish.id == wish_id))
    if seen is None or seen.state != WishState.MERGED:
        locked_wish(actor, wish_id)
        raise Conflict("This wish is not merged into another.", links=(_to(wish_id),))
    return seen.root_id


def _both(actor: Actor, wish_id: int, other_id: int) -> tuple[Wish, Wish]:
    # Always in the same order, so that two merges that cross do not wait for each other.
    held = {key: locked_wish(actor, key) for key in sorted((wish_id, other_id))}
    actor.require("wish:moderate", NOWHERE)
    return held[wish_id], held[other_id]


def _move(wish: Wish, state: WishState, root_id: int) -> None:
    """Give a wish its state, and it with its whole branch the root that they count at."""
    branch = select(WishMerge.wish_id).where(WishMerge.into_id == wish.id, WishMerge.undone_at.is_(None))
    below = branch.cte("branch", recursive=True)
    further = select(WishMerge.wish_id).join(below, WishMerge.into_id == below.c.wish_id)
    below = below.union_all(further.where(WishMerge.undone_at.is_(None)))
    db.session.flush()
    theirs = update(Wish).where(Wish.id.in_(select(below.c.wish_id))).values(root_id=root_id)
    db.session.execute(theirs, execution_options={"synchronize_session": False})
    own = update(Wish).where(Wish.id == wish.id).values(state=state, root_id=root_id)
    db.session.execute(own, execution_options={"synchronize_session": False})
    db.session.refresh(wish)


def _if_any(**texts: str) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}


def _to(wish_id: int) -> Link:
    return Link("See the wish", "moderation.show", {"wish_id": wish_id})

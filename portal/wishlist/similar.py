"""Wishes that say the same: offered before another one is added, so that usefulness is counted in one place (WISH-1).

Candidates are what shares telling notions with what was typed (`asked_for`); the closest of them are those that share
most of what was named, where a title tells more than a text, and whose own title says little else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations
from typing import Any

from sqlalchemy import Select, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from portal.accounts.actor import Actor
from portal.db import db
from portal.wishlist.asked_for import AskedFor, Part, asked_for
from portal.wishlist.models import LISTED, Wish
from portal.wishlist.models_words import WishWords
from portal.wishlist.queries import ENGLISH, visible_wishes

SHOWN = 5
WEIGHED = 60
READ_MOST = 3_000
# Tuned on the half of the labelled pairs that is there for it; see `bench/similar_wishes.py`.
IN_TEXT, OF_DESCRIPTION, OF_OWN_TITLE = 0.8, 0.4, 0.3
ONE_WORD = 0.8
CLOSE_ENOUGH, BESIDE_THE_CLOSEST = 0.35, 0.7


@dataclass(frozen=True)
class _Near:
    wish: Wish
    closeness: float


def similar_wishes(
    actor: Actor, title: str, description: str = "", *, but: int | None = None
) -> Sequence[Wish]:
    """The wishes on the list that say the same as a title and its description, the closest first, five at most.

    Done ones and those decided against are among them, with their answers. A wish is found by the titles of those
    merged into it as by its own. What the actor may not see is not found. Two queries to five.
    """
    asked = asked_for(title, description)
    if not asked.parts:
        return []
    rows = db.session.execute(_candidates(actor, asked).where(Wish.id != (but or 0)))
    near = sorted(
        (_Near(wish, _closeness(asked, shared, titles)) for wish, shared, titles in rows),
        key=lambda each: (-each.closeness, -each.wish.score, each.wish.id),
    )
    least = max(CLOSE_ENOUGH, near[0].closeness * BESIDE_THE_CLOSEST) if near else 0
    return [each.wish for each in near[:SHOWN] if each.closeness >= least]


def _candidates(actor: Actor, asked: AskedFor) -> Select[Any]:
    """The wishes that share most, each with the weight of what it shares and the stems of its titles."""
    shared = sum((_share_of(part) for part in asked.parts), start=literal(0.0)).label("shared")
    merged = aliased(Wish)
    stems = func.array_to_string(func.tsvector_to_array(func.to_tsvector(ENGLISH, merged.title)), " ")
    # What was never published tells nobody anything, also by how close something is.
    known = merged.root_id == Wish.id, merged.published_at.is_not(None)
    titles = select(func.array_agg(stems)).where(*known).correlate(Wish).scalar_subquery()
    return (
        visible_wishes(actor)
        .join(WishWords, WishWords.wish_id == Wish.id)
        .where(Wish.state.in_(LISTED), _holds(_worth_reading(asked.parts)))
        .add_columns(shared, titles)
        .order_by(shared.desc(), Wish.id)
        .limit(WEIGHED)
    )


def _share_of(part: Part) -> ColumnElement[Any]:
    return case((_holds(part.in_titles), part.weight), (_holds(part.query), part.weight * IN_TEXT), else_=0.0)


def _holds(query: str) -> ColumnElement[bool]:
    return WishWords.words.op("@@", is_comparison=True)(cast(query, TSQUERY))


def _worth_reading(parts: Sequence[Part]) -> str:
    """A query for what is worth weighing: any of the rarest parts, as far as they stand in few wishes; else any two.

    The rest counts for those alone. So a list of any length is asked for a few thousand rows at most by common words.
    """
    rarest = sorted(parts, key=lambda part: part.found)
    sums = accumulate(part.found for part in rarest)
    few = [part for part, total in zip(rarest, sums, strict=True) if total <= READ_MOST]
    if few or len(parts) < 2:
        return " | ".join(f"({part.query})" for part in few or rarest)
    return " | ".join(f"(({one.query}) & ({other.query}))" for one, other in combinations(rarest[:4], 2))


def _closeness(asked: AskedFor, shared: float, titles: Sequence[str]) -> float:
    named = asked.of_title + OF_DESCRIPTION * asked.of_text
    covered = max(_covered(title.split(), asked.stems) for title in titles)
    return float(shared) / named + OF_OWN_TITLE * covered


def _covered(stems: Sequence[str], asked: frozenset[str]) -> float:
    """How much of a title was asked for; of a title of one word that is no more than a hint."""
    if not stems:
        return 0.0
    share = sum(stem in asked for stem in stems) / len(stems)
    return share if len(stems) > 1 else share * ONE_WORD

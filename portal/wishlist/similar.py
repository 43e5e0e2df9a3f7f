"""Wishes that say something similar: shown before another one is added, so that votes are not scattered."""

import re
from collections.abc import Sequence
from itertools import combinations

from sqlalchemy import func, select

from portal.accounts.actor import Actor
from portal.db import db
from portal.wishlist.models import LISTED, Wish
from portal.wishlist.queries import ENGLISH, WORDS, matches, visible_wishes

SHOWN = 5
READ = 12
PLAIN_WORD = re.compile(r"\w+")


def similar_wishes(actor: Actor, title: str, *, but: int | None = None) -> Sequence[Wish]:
    """Published wishes that share at least two words with a title (its only word, if it has one), closest first.

    Words are compared by their stems, and the small ones of the language do not count.
    """
    asked = _two_of(_stems(title))
    if not asked:
        return []
    query = func.websearch_to_tsquery("simple", asked)
    near = visible_wishes(actor).where(Wish.state.in_(LISTED), Wish.id != (but or 0), matches(query))
    closest = func.ts_rank(WORDS, query).desc()
    return db.session.scalars(near.order_by(closest, Wish.score.desc(), Wish.id).limit(SHOWN)).all()


def _stems(title: str) -> list[str]:
    stems = func.tsvector_to_array(func.to_tsvector(ENGLISH, title))
    found: list[str] = db.session.scalar(select(stems)) or []
    return [stem for stem in found if PLAIN_WORD.fullmatch(stem) and stem != "or"][:READ]


def _two_of(stems: list[str]) -> str:
    pairs = combinations(stems, 2) if len(stems) > 1 else [(stem,) for stem in stems]
    return " or ".join(" ".join(pair) for pair in pairs)

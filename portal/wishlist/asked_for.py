"""What somebody is about to wish for, as the database looks for it: notions, each with how much it tells."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from sqlalchemy import text

from portal.db import db
from portal.wishlist.near_words import mended
from portal.wishlist.synonyms import Notion, notions_of, says_nothing, words_of

TITLE_WORDS, TEXT_WORDS = 24, 80
NOTIONS_MOST = 24
COUNTED_MOST = 1_000
# How much a notion counts that stands in the description alone; tuned with `bench/similar_wishes.py`.
OF_TEXT = 0.7
STEM = re.compile(r"'((?:[^']|'')*)'")

# Each notion with all ways of writing it as one query, and in how many wishes it stands, counted up to a limit.
_COUNTED = text(
    f"""
    WITH written AS (
      SELECT number, phraseto_tsquery('english', phrase) AS query
      FROM unnest(CAST(:numbers AS int[]), CAST(:phrases AS text[])) AS given (number, phrase)
    ), notion AS (
      SELECT number, string_agg('(' || query::text || ')', ' | ')::tsquery AS query
      FROM written WHERE numnode(query) > 0 GROUP BY number
    )
    SELECT number, query::text,
      (SELECT count(*) FROM (SELECT FROM wish_words WHERE words @@ query LIMIT {COUNTED_MOST}) AS found),
      (SELECT count(*) FROM (SELECT FROM wish_words LIMIT 50000) AS kept)
    FROM notion ORDER BY number
    """  # noqa: S608 - the one number in it is ours
)


@dataclass(frozen=True)
class Part:
    """One notion as a text search query, in how many wishes it stands, and how much it tells: rare ones tell more."""

    query: str
    found: int
    weight: float

    @property
    def in_titles(self) -> str:
        """The same query, for what stands in titles only."""
        return STEM.sub(r"'\1':A", self.query)


@dataclass(frozen=True)
class AskedFor:
    """What is looked for: the parts that stand in some wish, and the weight of all that was named, in the title and in
    the description. `stems` are the stems that would be the same as one of the title's.
    """

    parts: tuple[Part, ...]
    of_title: float
    of_text: float
    stems: frozenset[str]


def asked_for(title: str, description: str) -> AskedFor:
    """Read a title and a description: synonyms taken together, slips in the title mended. One query to four."""
    named = words_of(title)[:TITLE_WORDS]
    from_title = _counted(_telling(named))
    slips = mended(notion.typed for notion, part in from_title if not part.found and not notion.is_kept)
    if slips:
        from_title = _counted(_telling([slips.get(word, word) for word in named]))
    seen = {part.query for _, part in from_title}
    from_text = [part for _, part in _counted(_telling(words_of(description)[:TEXT_WORDS]), OF_TEXT)]
    further = [part for part in from_text if part.query not in seen]
    titles = [part for _, part in from_title]
    known = sorted((part for part in (*titles, *further) if part.found), key=lambda part: -part.weight)
    return AskedFor(
        parts=tuple(known[:NOTIONS_MOST]),
        of_title=sum(part.weight for part in titles), of_text=sum(part.weight for part in further),
        stems=frozenset(stem for part in titles for stem in STEM.findall(part.query)),
    )  # fmt: skip


def _telling(words: Sequence[str]) -> list[Notion]:
    return [notion for notion in notions_of(words) if not says_nothing(notion.typed)]


def _counted(notions: Sequence[Notion], share: float = 1.0) -> list[tuple[Notion, Part]]:
    if not notions:
        return []
    pairs = [(number, phrase) for number, notion in enumerate(notions) for phrase in notion.written]
    numbers, phrases = zip(*pairs, strict=True)
    rows = db.session.execute(_COUNTED, {"numbers": list(numbers), "phrases": list(phrases)})
    return [
        (notions[number], Part(query, found, share * _telling_of(found, every)))
        for number, query, found, every in rows
    ]


def _telling_of(found: int, every: int) -> float:
    """How much a notion tells that stands in `found` of `every` wishes: the inverse document frequency of BM25."""
    return log(1 + (max(every, found) - found + 0.5) / (found + 0.5))

"""Words typed with a slip: each replaced by the known word that it is nearest to."""

from collections.abc import Collection, Iterable

from rapidfuzz.distance import OSA
from sqlalchemy import ColumnElement, and_, func, or_, select

from portal.db import db
from portal.wishlist.models_words import WishWord
from portal.wishlist.synonyms import kept_words

SHORTEST, LONGEST = 4, 24
TWO_SLIPS_FROM = 6
MENDED_MOST = 8


def mended(words: Iterable[str]) -> dict[str, str]:
    """For each unknown word that is a slip or two away from a known one, that word. One query, or none.

    A letter too many, too few, wrong, or two that changed places is one slip; shorter words may have one, words of
    six letters and more two. Known are the words of wishes and those of the kept list of synonyms.
    """
    unknown = [word for word in words if SHORTEST <= len(word) <= LONGEST and word.isalpha()][:MENDED_MOST]
    if not unknown:
        return {}
    known = _near_in_spelling(unknown) | kept_words()
    found = {word: _nearest(word, known) for word in unknown}
    return {word: near for word, near in found.items() if near}


def _near_in_spelling(words: Collection[str]) -> frozenset[str]:
    # The first letter is seldom wrong, but it may have changed places with the second.
    alike = [
        and_(
            or_(*(_begins_with(letter) for letter in {word[0], word[1]})),
            func.length(WishWord.word).between(len(word) - _slips(word), len(word) + _slips(word)),
        )
        for word in words
    ]
    return frozenset(db.session.scalars(select(WishWord.word).where(or_(*alike))))


def _begins_with(letter: str) -> ColumnElement[bool]:
    return and_(WishWord.word >= letter, WishWord.word < chr(ord(letter) + 1))


def _nearest(word: str, known: Collection[str]) -> str | None:
    most = _slips(word)
    near = (
        (OSA.distance(word, each, score_cutoff=most), each[0] != word[0], each)
        for each in known
        if abs(len(each) - len(word)) <= most and each[0] in word[:2] and len(each) >= SHORTEST
    )
    distance, _, found = min(near, default=(most + 1, True, ""))
    return found if distance <= most else None


def _slips(word: str) -> int:
    return 2 if len(word) >= TWO_SLIPS_FROM else 1

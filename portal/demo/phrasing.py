"""Texts with places to fill: `{room}` takes a value, `[Hello|Hi]` takes one of its alternatives.

A value at the beginning of a sentence gets a capital. Customers write British spelling except those
of the United States.
"""

import random
import re
from collections.abc import Mapping
from functools import lru_cache

PLACE = re.compile(r"\{(\w+)\}|\[([^\]]*\|[^\]]*)\]")
ENDS_SENTENCE = (".", "!", "?", "\n")

AMERICAN = {
    "programme": "program",
    "organisation": "organization",
    "organiser": "organizer",
    "organised": "organized",
    "colour": "color",
    "centre": "center",
    "cheques": "checks",
    "practise": "practice",
    "cancelled": "canceled",
    "learnt": "learned",
    "favourite": "favorite",
    "recognise": "recognize",
    "telephoned": "called",
    "half-way": "halfway",
    "should like": "would like",
}
BRITISH_WORD = re.compile(r"\b(" + "|".join(AMERICAN) + r")", re.IGNORECASE)

Piece = str | tuple[str, bool] | tuple["Phrase", ...]


class Phrase:
    """A text that was taken apart once, to be filled many times."""

    def __init__(self, text: str) -> None:
        self.pieces: list[Piece] = []
        self.slots = set(re.findall(r"\{(\w+)\}", text))
        position = 0
        for place in PLACE.finditer(text):
            self.pieces.append(text[position : place.start()])
            self.pieces.append(self._piece(place, text[: place.start()]))
            position = place.end()
        self.pieces.append(text[position:])

    def filled(self, values: Mapping[str, str], chance: random.Random) -> str:
        """The text with its places filled. Raises KeyError for a value that is missing."""
        return "".join([self._said(piece, values, chance) for piece in self.pieces])

    @staticmethod
    def _piece(place: re.Match[str], before: str) -> Piece:
        if place[1]:
            return place[1], not before.strip(" ") or before.rstrip(" ").endswith(ENDS_SENTENCE)
        return tuple(Phrase(alternative) for alternative in place[2].split("|"))

    @staticmethod
    def _said(piece: Piece, values: Mapping[str, str], chance: random.Random) -> str:
        if isinstance(piece, str):
            return piece
        if isinstance(piece[0], Phrase):
            return chance.choice(piece).filled(values, chance)
        value = values[piece[0]]
        return value[:1].upper() + value[1:] if piece[1] else value


@lru_cache(maxsize=4096)
def phrase(text: str, *, american: bool = False) -> Phrase:
    """`text` ready to be filled, in the spelling of its writer."""
    return Phrase(BRITISH_WORD.sub(_american, text) if american else text)


def _american(word: re.Match[str]) -> str:
    other = AMERICAN[word[0].lower()]
    return other.capitalize() if word[0][0].isupper() else other

"""Words of the field that mean the same: a list that is kept beside this file, and finding them in what somebody typed."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

KEPT_IN = Path(__file__).with_name("synonyms.toml")
WORD = re.compile(r"[^\W_]+")
LONGEST_PHRASE = 4
ENDINGS = (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("e", ""))
SHORTEST_ROOT = 3


@dataclass(frozen=True)
class Notion:
    """One thing that somebody named: as it was typed, and each way of writing it. `is_kept`: the list knows it."""

    typed: str
    written: tuple[str, ...]
    is_kept: bool


def words_of(text: str) -> list[str]:
    """The words of a text in small letters, in their order; what joins them, as in `e-mail`, takes them apart."""
    return WORD.findall(text.lower().replace("’", "'").replace("'s", ""))


def notions_of(words: Sequence[str]) -> list[Notion]:
    """What a row of words names, each once: the longest phrases of the kept list that stand in it, and single words."""
    found: dict[str, Notion] = {}
    at = 0
    while at < len(words):
        length, written = _longest_at(words, at)
        typed = " ".join(words[at : at + length])
        found.setdefault(typed, Notion(typed, tuple(dict.fromkeys((typed, *written))), bool(written)))
        at += length
    return list(found.values())


def says_nothing(word: str) -> bool:
    """Whether a word stands in wishes of any kind, such as `please`: the list keeps these too."""
    return word in _quiet()


@cache
def kept_words() -> frozenset[str]:
    """Each word of the list, as it is written there."""
    return frozenset(word for group in _groups() for phrase in group for word in words_of(phrase))


@cache
def root_of(word: str) -> str:
    """A word without the endings of number and tense: enough to know it again in the list, no more."""
    for ending, instead in ENDINGS:
        root = word.removesuffix(ending) + instead
        if word.endswith(ending) and len(root) >= SHORTEST_ROOT and not word.endswith("ss"):
            doubled = len(root) > SHORTEST_ROOT and root[-1] == root[-2] and root[-1] not in "lse"
            return root_of(root[:-1] if doubled else root)
    return word


def _longest_at(words: Sequence[str], at: int) -> tuple[int, tuple[str, ...]]:
    for length in range(min(LONGEST_PHRASE, len(words) - at), 0, -1):
        same = _same_as().get(tuple(root_of(word) for word in words[at : at + length]))
        if same:
            return length, same
    return 1, ()


@cache
def _groups() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(group) for group in _kept()["groups"])


@cache
def _quiet() -> frozenset[str]:
    return frozenset(_kept()["quiet"])


@cache
def _kept() -> Mapping[str, Any]:
    return tomllib.loads(KEPT_IN.read_text())


@cache
def _same_as() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    found: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
    for group in _groups():
        for phrase in group:
            found[tuple(root_of(word) for word in words_of(phrase))].update(dict.fromkeys(group))
    return {roots: tuple(same) for roots, same in found.items()}

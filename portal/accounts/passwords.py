"""Passwords: how they are kept, compared and chosen.

A password counts to the byte: nothing is trimmed, cut or changed. What is asked of a new one is its
length and that it cannot be guessed; no mixture of signs, and no change after a time.
"""

import re
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from portal.errors import Invalid

SHORTEST, LONGEST = 12, 256
LEAST_GUESSES_LOG10 = 8
ESTIMATED_UP_TO = 72
LEAST_BESIDE_OWN_WORDS = 8
RULES = (
    f"At least {SHORTEST} characters; any signs, blanks and languages. Not one of the passwords that many"
    " people use, and not built from your name, your address or ours. Four unusual words do well."
)
COMMON = frozenset(FREQUENCY_LISTS["passwords"])
PRODUCT_WORDS = ("conference", "tracker", "support", "portal")


def hash_password(password: str) -> str:
    """What is stored in place of a password: argon2id with a salt of its own."""
    return _hasher(_memory()).hash(password.encode())


def matches(stored: str | None, typed: str) -> bool:
    """Whether `typed` is the password behind `stored`. Takes as long when there is none to compare with."""
    unknown = _nobodys(_memory())
    comparable = stored is not None and len(typed) <= LONGEST
    try:
        _hasher(_memory()).verify(stored if stored and comparable else unknown, typed[:LONGEST].encode())
    except (VerificationError, InvalidHashError):
        return False
    return comparable


def is_outdated(stored: str) -> bool:
    """Whether `stored` was made with other parameters than today's."""
    return _hasher(_memory()).check_needs_rehash(stored)


def check_new(password: str, about: Iterable[str]) -> None:
    """Raise Invalid (field `password`) unless it is long and hard to guess. `about`: the person's name and e-mail."""
    if problem := _problem(password, _own_words(about)):
        raise Invalid(password=problem)


def _problem(password: str, own: list[str]) -> str | None:
    lowered = password.casefold()
    if len(password) < SHORTEST:
        return f"Choose a password of at least {SHORTEST} characters."
    if len(password) > LONGEST:
        return f"Choose a password of at most {LONGEST} characters."
    if lowered in COMMON:
        return "This is one of the passwords that many people use. Choose another."
    if _mostly(lowered, own):
        return "This password is built from your name, your address or ours. Choose another."
    if zxcvbn(lowered[:ESTIMATED_UP_TO], user_inputs=own)["guesses_log10"] < LEAST_GUESSES_LOG10:
        return "This password is easy to guess. Make it longer, or choose words that do not belong together."
    return None


def _mostly(lowered: str, own: list[str]) -> bool:
    rest = lowered
    for word in own:
        rest = rest.replace(word, "")
    return rest != lowered and len(re.sub(r"[\W_]", "", rest)) < LEAST_BESIDE_OWN_WORDS


def _own_words(about: Iterable[str]) -> list[str]:
    found = {word for text in about for word in re.split(r"[\W_]+", text.casefold()) if len(word) > 3}
    return sorted(found | set(PRODUCT_WORDS), key=len, reverse=True)


def _memory() -> int:
    return int(current_app.extensions["settings"].argon2_memory_kib)


@cache
def _hasher(memory_kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=memory_kib, parallelism=1)


@cache
def _nobodys(memory_kib: int) -> str:
    return _hasher(memory_kib).hash("the password of nobody")

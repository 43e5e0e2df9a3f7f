"""Chance with a fixed seed: the same question is always answered alike."""

import random
from collections.abc import Hashable
from functools import lru_cache

from faker import Faker

SEED = "conference tracker demo, first edition"


def dice(*about: Hashable) -> random.Random:
    """A source of chance for one subject. It depends on nothing that was drawn before it."""
    return random.Random(":".join(map(str, (SEED, *about))))  # noqa: S311 - made-up data, not secrets


@lru_cache(maxsize=32)
def _faker(locale: str) -> Faker:
    return Faker(locale)


def full_name(locale: str, chance: random.Random, *, woman: bool | None = None) -> str:
    """A name as people of that locale have it, without titles."""
    names = _faker(locale)
    names.seed_instance(chance.getrandbits(64))
    if chance.random() < 0.5 if woman is None else woman:
        return f"{names.first_name_female()} {names.last_name_female()}"
    return f"{names.first_name_male()} {names.last_name_male()}"

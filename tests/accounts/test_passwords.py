"""What a password must be, and that it counts to the byte."""

import pytest
from argon2 import PasswordHasher
from flask import Flask

from portal.accounts.passwords import check_new, hash_password, is_outdated, matches
from portal.db import db
from portal.errors import Invalid
from tests.accounts.secrets import give_password, sign_in
from tests.people import World
from tests.signing_in import PortalClient

ABOUT = ("Ada Byron-Lovelace", "ada.lovelace@analytical.example")

REFUSED = [
    ("short", "elevenchars"),
    ("empty", ""),
    ("too long", "wxyz4 " * 43),
    ("on the list of common ones", "123456789012"),
    ("on the list, in capitals", "PASSWORDPASSWORD"),
    ("a common one, made longer", "password1234"),
    ("one sign repeated", "aaaaaaaaaaaaaaaa"),
    ("a row of the keyboard", "qwertyuiop12"),
    ("counting", "1234567890123456"),
    ("the name", "ada.byron-lovelace"),
    ("the name with a year", "Lovelace2026"),
    ("the address", "analytical-ada"),
    ("the product", "ConferenceTracker1"),
    ("a few signs repeated", "abcabcabcabcabc"),
]

TAKEN = [
    "marmalade tram orbit",
    "four unusual words do well",
    " leading and trailing blanks ",
    "пароль из кириллицы сойдёт",
    "一段很长而且没人用的中文口令呢",
    "🦊🦊 the fox \u0000 and the NUL",
    "Zq8$" + "m" * 3 + "kT!9vLw2",
    "lovelace visits the rainy harbour",
    "x9 Kq2 vB7 pL4" * 18,
]


@pytest.mark.parametrize(("why", "password"), REFUSED, ids=[why for why, _ in REFUSED])
def test_refused(app: Flask, context: None, why: str, password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_new(password, ABOUT)
    assert list(refused.value.fields) == ["password"]


@pytest.mark.parametrize("password", TAKEN)
def test_taken(app: Flask, context: None, password: str) -> None:
    check_new(password, ABOUT)


@pytest.mark.parametrize("at", [12, 256])
def test_both_ends_of_the_length_are_taken(app: Flask, context: None, at: int) -> None:
    check_new(("Vq7 wombat;x9" * 20)[:at], ())


LONG = "x9 Kq2 vB7 pL4 " * 8


@pytest.mark.parametrize(
    ("password", "other"),
    [
        (LONG, LONG + "x"),
        (LONG[:80] + "a", LONG[:80] + "b"),
        ("ends with a blank ", "ends with a blank"),
        ("Zoe\u0308 is decomposed", "Zo\u00eb is decomposed"),
        ("Case Matters Here", "case matters here"),
        ("before\u0000after the NUL", "before\u0000after the nul"),
        ("before\u0000after the NUL", "before"),
        ("tab\tand newline\n", "tab and newline"),
    ],
)
def test_every_byte_counts(app: Flask, context: None, password: str, other: str) -> None:
    stored = hash_password(password)
    assert matches(stored, password)
    assert not matches(stored, other)


@pytest.mark.parametrize("password", [" a blank at each end ", LONG, "пароль 🦊 и ещё слова"])
def test_the_sign_in_form_changes_nothing(client: PortalClient, world: World, password: str) -> None:
    give_password(world.contact, password)
    assert sign_in(client, world.contact, password.strip() + "!") == 422
    assert sign_in(client, world.contact, password) == 303


def test_what_is_stored_is_argon2id_with_a_salt(app: Flask, context: None) -> None:
    one, two = hash_password("marmalade tram orbit"), hash_password("marmalade tram orbit")
    assert one.startswith("$argon2id$v=19$m=64,t=2,p=1$")
    assert one != two
    assert "marmalade" not in one


def test_nobody_matches_nothing(app: Flask, context: None) -> None:
    assert not matches(None, "the password of nobody")
    assert not matches("not a hash", "marmalade tram orbit")
    assert not matches(hash_password("a" * 300), "a" * 300)


def test_a_hash_of_older_parameters_is_renewed_by_the_next_sign_in(
    client: PortalClient, world: World
) -> None:
    older = PasswordHasher(time_cost=1, memory_cost=32, parallelism=1).hash("marmalade tram orbit")
    world.contact.password_hash = older
    db.session.commit()
    assert is_outdated(older)
    assert sign_in(client, world.contact, "marmalade tram orbit") == 303
    db.session.expire_all()
    stored = db.session.get_one(type(world.contact), world.contact.id).password_hash
    assert stored
    assert not is_outdated(stored)
    assert matches(stored, "marmalade tram orbit")

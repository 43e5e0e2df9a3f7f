"""Guessing is held back: by address, by account, and whatever way the account's address is written."""

from datetime import timedelta

import pytest
import time_machine

from portal.accounts.links import Purpose
from portal.clock import now
from tests.accounts.secrets import OTHER, PASSWORD, give_password, link_for
from tests.people import World
from tests.signing_in import PortalClient


def tried(
    browser: PortalClient, email: str, password: str = "wrong wrong wrong", address: str = "10.0.0.1"
) -> int:
    origin = {"REMOTE_ADDR": address}
    typed = {"email": email, "password": password}
    return browser.post("/sign-in", typed, environ_base=origin).status_code


@pytest.mark.parametrize("email", ["contact@people.example", "unknown@people.example"])
def test_the_eleventh_guess_at_an_account_is_refused(
    counting: PortalClient, world: World, email: str
) -> None:
    spellings = [email, email.upper(), f" {email}", email.replace("@", "＠")]
    answers = [tried(counting, spellings[n % 4], address=f"10.0.0.{n}") for n in range(11)]
    assert answers == [422] * 10 + [429]


def test_the_right_password_is_held_back_too_until_the_time_is_over(
    counting: PortalClient, world: World
) -> None:
    give_password(world.contact)
    with time_machine.travel(now(), tick=False) as clock:
        for n in range(10):
            tried(counting, world.contact.email, address=f"10.0.0.{n}")
        assert tried(counting, world.contact.email, PASSWORD) == 429
        assert tried(counting, world.organiser.email) == 422
        clock.shift(timedelta(minutes=15, seconds=1))
        assert tried(counting, world.contact.email, PASSWORD) == 303


def test_a_sign_in_that_succeeds_is_no_guess(counting: PortalClient, world: World) -> None:
    give_password(world.contact)
    for n in range(12):
        assert tried(counting, world.contact.email, PASSWORD, address=f"10.0.1.{n}") == 303


def test_the_twenty_first_try_from_an_address_in_a_minute_is_refused(
    counting: PortalClient, world: World
) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        answers = [tried(counting, f"somebody{n}@people.example") for n in range(21)]
        assert answers == [422] * 20 + [429]
        assert tried(counting, "somebody@people.example", address="10.9.9.9") == 422
        clock.shift(timedelta(seconds=61))
        assert tried(counting, "somebody@people.example") == 422


def test_what_a_held_back_person_reads(counting: PortalClient, world: World) -> None:
    for n in range(10):
        tried(counting, world.contact.email, address=f"10.0.0.{n}")
    answer = counting.post("/sign-in", {"email": world.contact.email, "password": PASSWORD})
    assert answer.status_code == 429
    assert "Retry-After" in answer.headers
    assert "Please wait" in answer.text


def test_reading_the_form_is_never_counted(counting: PortalClient, world: World) -> None:
    assert {counting.get("/sign-in").status_code for _ in range(30)} == {200}


@pytest.mark.usefixtures("outbox")
def test_links_are_asked_for_five_times_an_hour(counting: PortalClient, world: World) -> None:
    typed = {"email": "unknown@people.example"}
    assert [counting.post("/password-reset", typed).status_code for _ in range(6)] == [303] * 5 + [429]


def test_guessing_at_links_is_held_back(counting: PortalClient, world: World) -> None:
    path = link_for(world.nobody, Purpose.RESET)
    guesses = [
        counting.post("/password-reset/guess", {"password": OTHER}, form_at="/sign-in") for _ in range(21)
    ]
    assert [answer.status_code for answer in guesses] == [410] * 20 + [429]
    assert counting.get(path).status_code == 200


def test_guessing_the_present_password_is_held_back(counting: PortalClient, world: World) -> None:
    give_password(world.contact)
    browser = counting.as_(world.contact)
    typed = {"current_password": "wrong wrong wrong", "password": OTHER}
    answers = [browser.post("/account/password", typed, form_at="/account").status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]

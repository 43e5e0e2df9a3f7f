"""Answers that come in at once: a customer counts once, and no customer is lost (WISH-2)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from portal.accounts.actor import SYSTEM, Actor
from portal.accounts.permissions import Role
from portal.db import db
from portal.errors import Conflict
from portal.policy.wishes import Stand, WishDecision
from portal.wishlist import deciding, digests, stands
from portal.wishlist.deciding import Deciding
from portal.wishlist.models import Wish
from portal.wishlist.queries import visible_wishes
from tests.people import actor_of, contact, event, grant, organisation, person
from tests.wishlist.wishes import counted, decided, heads, published

pytestmark = pytest.mark.usefixtures("outbox")

AT_ONCE = 8
ROUNDS = 3
FINE = [None] * AT_ONCE


def at_once(app: Flask, actors: list[Actor], act: Callable[[Actor], object]) -> list[BaseException | None]:
    """Let every actor act at the same moment, each in a transaction of its own; what each raised, or None."""
    start = Barrier(len(actors))

    def run(actor: Actor) -> None:
        with app.app_context():
            start.wait()
            act(actor)

    with ThreadPoolExecutor(len(actors)) as pool:
        return [each.exception() for each in [pool.submit(run, actor) for actor in actors]]


def colleagues(world) -> list[Actor]:
    people = [person(f"Colleague {number}") for number in range(AT_ONCE)]
    event = world.congress
    for number, each in enumerate(people):
        if number < 2:
            contact(event, each)
        else:
            grant(each, Role.ORGANISER, organisation_id=world.society.id)
    db.session.commit()
    return [actor_of(each) for each in people]


def strangers() -> list[Actor]:
    people = [person(f"Stranger {number}") for number in range(AT_ONCE)]
    for number, each in enumerate(people):
        customer = organisation(f"Customer {number}")
        event(customer, f"Event {number}", attendees=50)
        grant(each, Role.ORGANISER, organisation_id=customer.id)
    db.session.commit()
    return [actor_of(each) for each in people]


def useful(wish: Wish) -> Callable[[Actor], object]:
    return lambda actor: stands.take_stand(actor, wish.id, Stand.USEFUL)


def test_one_person_at_once_is_one_row(app, world):
    wish = published(world, who="agent")
    for _ in range(ROUNDS):
        actors = [world.actor("contact")] * AT_ONCE
        assert at_once(app, actors, useful(wish)) == FINE
        assert (counted(wish), heads(wish)) == (1, 1)
        assert at_once(app, actors, lambda actor: stands.take_stand(actor, wish.id, None)) == FINE
        assert (counted(wish), heads(wish)) == (0, 0)


def test_one_customers_people_at_once_are_one_customer(app, world):
    wish, actors = published(world, who="agent"), colleagues(world)
    assert at_once(app, actors, useful(wish)) == FINE
    assert (counted(wish), heads(wish)) == (1, AT_ONCE)


def test_customers_at_once_all_count(app, world):
    wish, actors = published(world, who="agent"), strangers()
    assert at_once(app, actors, useful(wish)) == FINE
    assert (counted(wish), heads(wish)) == (AT_ONCE, AT_ONCE)


def test_control_without_the_lock_customers_are_lost(app, world, monkeypatch):
    def unlocked(actor: Actor, wish_id: int) -> Wish:
        return db.session.scalars(visible_wishes(actor).where(Wish.id == wish_id)).one()

    monkeypatch.setattr(stands, "locked_wish", unlocked)
    actors, lost = strangers(), 0
    for number in range(ROUNDS * 2):
        wish = published(world, f"Wish {number}", who="agent")
        assert at_once(app, actors, useful(wish)) == FINE
        assert heads(wish) == AT_ONCE
        lost += AT_ONCE - counted(wish)
    assert lost > 0


def decide(wish: Wish) -> Callable[[Actor], object]:
    return lambda actor: deciding.decide_wish(actor, wish.id, Deciding(WishDecision.PLANNED), seen=0)


def managers(world) -> list[Actor]:
    return [world.actor(who) for who in ("manager", "second_manager")] * 4


def test_managers_at_once_decide_once_and_the_others_are_told(app, world):
    for number in range(ROUNDS):
        wish = published(world, f"Wish {number}", who="agent")
        answers = at_once(app, managers(world), decide(wish))
        assert answers.count(None) == 1
        assert sum(isinstance(each, Conflict) for each in answers) == AT_ONCE - 1


def test_control_without_the_lock_managers_meet_the_unique_number(app, world, monkeypatch):
    def unlocked(actor: Actor, wish_id: int) -> Wish:
        return db.session.scalars(visible_wishes(actor).where(Wish.id == wish_id)).one()

    monkeypatch.setattr(deciding, "locked_wish", unlocked)
    met = 0
    for number in range(ROUNDS * 2):
        wish = published(world, f"Wish {number}", who="agent")
        answers = at_once(app, managers(world), decide(wish))
        assert answers.count(None) == 1
        met += sum(isinstance(each, IntegrityError) for each in answers)
    assert met > 0


def test_workers_at_once_write_one_digest(app, world, outbox, monkeypatch):
    wish = published(world)
    decided(world, wish, WishDecision.PLANNED)
    monkeypatch.setattr(digests, "SETTLED_AFTER", timedelta(0))
    answers = at_once(app, [SYSTEM] * AT_ONCE, lambda actor: digests.tell_follower(actor, world.organiser.id))
    assert answers == FINE
    assert sum("you follow" in mail.subject for mail in outbox.all()) == 1

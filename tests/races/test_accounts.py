"""Links used at once, administrators who end each other, and a password changed while somebody signs in."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, true

from portal.accounts import links, people, recovery, service
from portal.accounts.actor import ANONYMOUS, Actor
from portal.accounts.links import Purpose, make_link
from portal.accounts.models import Grant, Person, Session
from portal.accounts.permissions import Role
from portal.accounts.sessions import Browser
from portal.clock import now
from portal.db import db
from portal.errors import PortalError
from tests.accounts.secrets import OTHER, PASSWORD, give_password
from tests.people import World, actor_of, grant, person

pytestmark = pytest.mark.usefixtures("outbox")

CLIENTS = 8
ROUNDS = 5


def at_once(app: Flask, works: list[Callable[[], Any]]) -> list[Any]:
    """What each piece of work gave, or the refusal it met, all of them starting together."""
    start = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        with app.app_context():
            start.wait(timeout=10)
            try:
                return work()
            except PortalError as refusal:
                return refusal
            finally:
                db.session.remove()

    db.session.remove()
    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


def uses(app: Flask, who: Person) -> int:
    """How many of eight clients set a password with the same link at once."""
    token, _ = make_link(who, Purpose.RESET)
    db.session.commit()

    def use(number: int) -> bool:
        recovery.reset_password(ANONYMOUS, token=token, password=f"{PASSWORD} {number}")
        return True

    results = at_once(app, [lambda number=number: use(number) for number in range(CLIENTS)])
    assert all(isinstance(result, recovery.LinkUsedUp) for result in results if result is not True)
    return results.count(True)


def test_a_link_is_used_once_however_many_try(app: Flask, world: World) -> None:
    assert [uses(app, world.nobody) for _ in range(ROUNDS)] == [1] * ROUNDS


def test_without_the_compare_and_set_a_link_is_used_again(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "still_unused", true)
    assert max(uses(app, world.nobody) for _ in range(ROUNDS)) > 1


def admins_left(app: Flask, one: Actor, two: Actor) -> int:
    """How many administrators there are after two of them ended each other's role at once."""
    keys = dict(db.session.execute(
        select(Grant.person_id, Grant.id).where(Grant.role == Role.ADMIN, Grant.ended_at.is_(None))
    ).all())  # fmt: skip
    at_once(app, [
        lambda: people.end_role(one, two.id, keys[two.id]),
        lambda: people.end_role(two, one.id, keys[one.id]),
    ])  # fmt: skip
    left = select(func.count()).where(Grant.role == Role.ADMIN, Grant.ended_at.is_(None))
    return db.session.scalar(left) or 0


def two_admins(world: World) -> tuple[Actor, Actor]:
    db.session.execute(db.update(Grant).where(Grant.role == Role.ADMIN).values(ended_at=now()))
    pair = person(f"One {now().isoformat()}"), person(f"Two {now().isoformat()}")
    for admin in pair:
        grant(admin, Role.ADMIN)
    db.session.commit()
    return actor_of(pair[0]), actor_of(pair[1])


def test_two_administrators_cannot_end_each_other(app: Flask, world: World) -> None:
    assert [admins_left(app, *two_admins(world)) for _ in range(3)] == [1] * 3


def test_without_the_locks_nobody_would_be_left(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_have_looked, look = Barrier(2), people._leave_an_admin

    def look_and_wait(actor: Actor, who: Person) -> None:
        look(actor, who)
        both_have_looked.wait(timeout=10)

    monkeypatch.setattr("portal.accounts.queries.renewed", lambda actor: actor)
    monkeypatch.setattr(people, "_hold", lambda *_: None)
    monkeypatch.setattr(people, "_leave_an_admin", look_and_wait)
    assert admins_left(app, *two_admins(world)) == 0


def signed_in_with_the_old_password(app: Flask, who: Person, monkeypatch: pytest.MonkeyPatch) -> int:
    """Sessions left when the password is changed between comparing it and opening the session."""
    give_password(who)
    compared, changed, compare = threading.Event(), threading.Event(), service.matches

    def compare_and_wait(stored: str | None, typed: str) -> bool:
        found = compare(stored, typed)
        if threading.current_thread() is not main:
            compared.set()
            assert changed.wait(timeout=10)
        return found

    def sign_in() -> None:
        with app.app_context():
            service.sign_in(ANONYMOUS, email=who.email, password=PASSWORD, browser=Browser())
            db.session.remove()

    main = threading.current_thread()
    monkeypatch.setattr(service, "matches", compare_and_wait)
    with ThreadPoolExecutor(1) as threads:
        done = threads.submit(sign_in)
        assert compared.wait(timeout=10)
        service.change_password(actor_of(who), session_id=0, current=PASSWORD, password=OTHER)
        changed.set()
        done.result(timeout=10)
    db.session.remove()
    open_ones = select(func.count()).where(Session.person_id == who.id, Session.ended_at.is_(None))
    return db.session.scalar(open_ones) or 0


def test_a_password_changed_meanwhile_opens_no_session(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert signed_in_with_the_old_password(app, world.contact, monkeypatch) == 0


def test_without_looking_again_it_would(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_unchanged", lambda person_id, _: db.session.get(Person, person_id))
    assert signed_in_with_the_old_password(app, world.contact, monkeypatch) == 1


def test_the_same_new_person_registered_eight_times_is_one(app: Flask, world: World) -> None:
    admin = world.actor("admin")

    def register() -> int:
        return people.create_person(admin, email="Ada@new.example", name="Ada Byron").id

    made = [result for result in at_once(app, [register] * CLIENTS) if isinstance(result, int)]
    assert len(made) == 1
    assert db.session.scalar(select(func.count()).where(Person.email == "ada@new.example")) == 1

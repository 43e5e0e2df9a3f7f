"""Answers on one wish at the same moment: one person's, one organisation's people's, many customers'; with the control.

    .venv/bin/python -m bench.stands [--trials 20] [--clients 50]

In a database of its own, thrown away afterwards. Each client is a thread with a transaction of its own that takes a
stand, through the same service as a page does. Afterwards there must be one row a person and organisation, and the
figures on the wish must be those of counting everything anew. The control is the same without the lock on the wish.
Ends with 1 when a guarded trial was wrong, somebody was refused, or the control never went wrong.
"""

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import func, select

from bench.processor import busy_elsewhere
from portal import create_app, embedded
from portal.accounts.actor import Actor
from portal.accounts.models import Organisation
from portal.accounts.permissions import Role
from portal.clock import now
from portal.config import load_settings
from portal.db import db
from portal.policy.wishes import Stand
from portal.wishlist import stands
from portal.wishlist.counting import recount
from portal.wishlist.models import Wish, WishStand
from portal.wishlist.queries import visible_wishes
from tests.people import actor_of, event, grant, organisation, person


@dataclass
class Contest:
    """Who answers, how many rows and how many customers there must be then."""

    title: str
    actors: list[Actor]
    rows: int
    useful: int


def main() -> int:
    """Run the races and print a table; the exit status."""
    parser = argparse.ArgumentParser(description="Answers on one wish at the same moment.")
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--clients", type=int, default=50)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            app = _app(Path(folder), arguments.clients)
            with app.app_context():
                flask_migrate.upgrade()
                contests = _contests(arguments.clients)
                right, wrong = _run(app, contests, arguments.trials)
                db.engine.dispose()
        finally:
            embedded.stop(Path(folder))
    print(busy_elsewhere())
    return 0 if right == 0 and wrong > 0 else 1


def _app(folder: Path, clients: int) -> Flask:
    address = embedded.start(folder, durable=False).replace("postgresql+psycopg", "postgresql")
    settings = load_settings({}, database_url=address, instance_dir=folder, database_pool=clients + 2)
    return create_app(settings)


def _contests(clients: int) -> list[Contest]:
    own = _customer("One customer")
    people = [person(f"Colleague {number}") for number in range(clients)]
    for each in people:
        grant(each, Role.ORGANISER, organisation_id=own.id)
    strangers = [person(f"Stranger {number}") for number in range(clients)]
    for number, each in enumerate(strangers):
        grant(each, Role.ORGANISER, organisation_id=_customer(f"Customer {number}").id)
    db.session.commit()
    return [
        Contest("one person", [actor_of(people[0])] * clients, 1, 1),
        Contest("one organisation's people", [actor_of(each) for each in people], clients, 1),
        Contest("as many customers", [actor_of(each) for each in strangers], clients, clients),
    ]


def _customer(name: str) -> Organisation:
    made = organisation(name)
    event(made, f"Event of {name}", attendees=50)
    return made


def _run(app: Flask, contests: list[Contest], trials: int) -> tuple[int, int]:
    print(
        "| side | who answers at once | trials | wrong | refused | ms a trial, median |\n|---|---|---|---|---|---|"
    )
    right = sum(_series(app, "guarded", contest, trials) for contest in contests)
    locked = stands.locked_wish
    stands.locked_wish = _unlocked
    try:
        return right, sum(_series(app, "control", contest, trials) for contest in contests)
    finally:
        stands.locked_wish = locked


def _series(app: Flask, side: str, contest: Contest, trials: int) -> int:
    wrong, refused, times = 0, 0, []
    for _ in range(trials):
        wish_id = _wish()
        began = time.perf_counter()
        refused += _at_once(app, contest.actors, wish_id)
        times.append(time.perf_counter() - began)
        wrong += _is_wrong(contest, wish_id)
    median = sorted(times)[len(times) // 2] * 1000
    print(f"| {side} | {contest.title} | {trials} | {wrong} | {refused} | {median:.0f} |", flush=True)
    return wrong + (refused if side == "guarded" else 0)


def _at_once(app: Flask, actors: list[Actor], wish_id: int) -> int:
    start = Barrier(len(actors))

    def answer(actor: Actor) -> Any:
        with app.app_context():
            start.wait()
            return stands.take_stand(actor, wish_id, Stand.USEFUL)

    with ThreadPoolExecutor(len(actors)) as pool:
        return sum(each.exception() is not None for each in [pool.submit(answer, actor) for actor in actors])


def _wish() -> int:
    made = Wish(title="A wish", problem="A problem", state="published", published_at=now())
    db.session.add(made)
    db.session.commit()
    return made.id


def _is_wrong(contest: Contest, wish_id: int) -> bool:
    db.session.rollback()
    wish = db.session.get_one(Wish, wish_id, populate_existing=True)
    rows = db.session.scalar(select(func.count()).select_from(WishStand).where(WishStand.wish_id == wish_id))
    kept = (wish.tally, wish.score)
    counted = (recount(wish), wish.score)
    db.session.rollback()
    return kept != counted or rows != contest.rows or kept[0].useful != contest.useful


def _unlocked(actor: Actor, wish_id: int) -> Wish:
    return db.session.scalars(visible_wishes(actor).where(Wish.id == wish_id)).one()


if __name__ == "__main__":
    sys.exit(main())

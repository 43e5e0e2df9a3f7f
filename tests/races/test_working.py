"""Support and contacts at the same moment: help that is under way once, and merges that cross."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.clock import now
from portal.db import db
from portal.events.queries import event_for
from portal.tickets import after_event, merging
from portal.tickets.models import Ticket
from portal.tickets.models_work import AfterEventHelp
from portal.tickets.queries import ticket_for
from tests.people import World
from tests.races.contest import at_once, kinds
from tests.tickets.scenes import asked

pytestmark = pytest.mark.usefixtures("outbox")

CLIENTS = 8


def requests(app: Flask, world: World) -> int:
    """How many lines two contacts made who asked for the same help, four times each, at once."""
    world.congress.starts_on = world.congress.ends_on = now().date() - timedelta(days=3)
    db.session.commit()
    event, actors = world.congress.id, [world.actor("contact"), world.actor("other_contact")]

    def ask(number: int) -> Any:
        actor = actors[number % 2]
        return after_event.ask_after_event(actor, event, kind="export", body="All.", form_key=str(uuid4()))

    at_once(app, [lambda number=number: ask(number) for number in range(CLIENTS)])  # type: ignore[misc]
    return db.session.scalars(select(func.count(AfterEventHelp.id))).one()


def test_the_same_help_is_under_way_once(app: Flask, world: World) -> None:
    assert requests(app, world) == 1


def test_without_the_lock_it_is_asked_for_more_often(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(after_event, "locked_event", event_for)
    assert requests(app, world) > 1


def crossed(app: Flask, world: World) -> tuple[dict[str, int], int]:
    """What became of two merges of the same two tickets, each the other way round, and how many are merged."""
    (first, second), actor = (asked(world).id, asked(world).id), world.actor("agent")
    ways = [(first, second), (second, first)]
    answers = at_once(app, [lambda way=way: merging.merge_tickets(actor, *way) for way in ways])  # type: ignore[misc]
    merged = select(func.count(Ticket.id)).where(
        Ticket.id.in_([first, second]), Ticket.merged_into_id.is_not(None)
    )
    return kinds(answers), db.session.scalars(merged).one()


def test_of_two_merges_that_cross_one_wins(app: Flask, world: World) -> None:
    assert crossed(app, world) == ({"Conflict": 1, "Ticket": 1}, 1)


def test_without_the_locks_each_ticket_leads_to_the_other(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unheld(actor: Any, ticket_id: int) -> Ticket:
        found = ticket_for(actor, ticket_id)
        db.session.execute(select(func.pg_sleep(0.1)))
        return found

    monkeypatch.setattr(merging, "locked_ticket", unheld)
    # They must meet between reading and writing, which a busy machine does not give them each time.
    assert 2 in (crossed(app, world)[1] for _ in range(5))

"""Two workers that share out the same tickets, and colleagues who hand the same ticket on, at the same moment (HOW-1)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, true

from portal.accounts.actor import SYSTEM
from portal.accounts.models import Person
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.mail.models import OutboundMail
from portal.tickets import holders
from portal.tickets.assignment import hand_ticket
from portal.tickets.models import Ticket
from portal.tickets.sharing_out import pass_on_if_needed
from tests.duty.rota import agent
from tests.people import World, actor_of
from tests.policy.moments import et
from tests.races.contest import at_once, kinds
from tests.tickets.scenes import asked

pytestmark = pytest.mark.usefixtures("outbox")

WORKERS = 8
ROUNDS = 4
WORKDAY = et("2026-06-02 10:00")


@pytest.fixture
def team(world: World) -> Iterator[list[Person]]:
    """Agents on duty, on a workday at ten."""
    with time_machine.travel(WORKDAY, tick=False):
        yield [agent(f"Agent Number {number}") for number in range(WORKERS)]


def overdue(world: World) -> int:
    """A ticket that nobody has claimed in half of its time, as far as the clock is asked; its key."""
    ticket = asked(world)
    db.session.get_one(Ticket, ticket.id).awaiting_since = now() - timedelta(days=30)
    db.session.commit()
    return ticket.id


def shared_out(app: Flask, world: World) -> tuple[int, int, int]:
    """How many workers say they assigned one ticket, how many audit rows and how many mails that made."""
    key = overdue(world)
    answers = at_once(app, [lambda: pass_on_if_needed(SYSTEM, key)] * WORKERS)
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    entries = select(func.count()).where(AuditEntry.action == "ticket.assigned", AuditEntry.subject_id == key)
    mails = select(func.count()).where(OutboundMail.cause.startswith(f"ticket-assigned:{key}:"))
    return sum(answers), db.session.scalar(entries) or 0, db.session.scalar(mails) or 0


def test_of_eight_workers_one_assigns_a_ticket(app: Flask, world: World, team: list[Person]) -> None:
    assert [shared_out(app, world) for _ in range(ROUNDS)] == [(1, 1, 1)] * ROUNDS


def test_without_the_compare_and_set_several_assign_it(
    app: Flask, world: World, team: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holders, "as_seen", lambda *_: (true(),))
    assert max(shared_out(app, world)[0] for _ in range(ROUNDS)) > 1


def handed_on(app: Flask, world: World, team: list[Person]) -> dict[str, int]:
    """What came of all the team taking a ticket that nobody had, each having seen that nobody had it."""
    key = asked(world).id
    actors = [actor_of(each) for each in team]

    def takes(actor: Any) -> Any:
        return lambda: hand_ticket(actor, key, to_id=actor.id, seen_id=None)

    return kinds(at_once(app, [takes(actor) for actor in actors]))


def test_of_eight_who_take_it_one_gets_it(app: Flask, world: World, team: list[Person]) -> None:
    results = [handed_on(app, world, team) for _ in range(ROUNDS)]
    assert results == [{"Conflict": WORKERS - 1, "Ticket": 1}] * ROUNDS


def test_without_the_compare_and_set_several_get_it(
    app: Flask, world: World, team: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holders, "as_seen", lambda *_: (true(),))
    assert max(handed_on(app, world, team).get("Ticket", 0) for _ in range(ROUNDS)) > 1

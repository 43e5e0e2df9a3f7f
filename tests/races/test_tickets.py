"""Agents who claim the same ticket at once, and forms that arrive at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, true

from portal.accounts.actor import Actor
from portal.accounts.permissions import Role
from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Conflict
from portal.mail.models import OutboundMail
from portal.tickets import service
from portal.tickets.models import Message, Ticket
from tests.people import World, actor_of, grant, person
from tests.tickets.scenes import as_stored, asked

pytestmark = pytest.mark.usefixtures("outbox")

CLIENTS = 8
ROUNDS = 5


def at_once(app: Flask, work: Callable[[int], Any]) -> list[Any]:
    """What each of CLIENTS threads gave, or the conflict it met, all of them starting together."""
    start = Barrier(CLIENTS)

    def run(number: int) -> Any:
        with app.app_context():
            start.wait(timeout=10)
            try:
                return work(number)
            except Conflict as conflict:
                return conflict
            finally:
                db.session.remove()

    db.session.remove()
    with ThreadPoolExecutor(CLIENTS) as threads:
        return list(threads.map(run, range(CLIENTS)))


@pytest.fixture
def agents(world: World) -> list[Actor]:
    """As many agents as there are clients."""
    people = [person(f"Agent Number {number}") for number in range(CLIENTS)]
    for agent in people:
        grant(agent, Role.AGENT)
    db.session.commit()
    return [actor_of(agent) for agent in people]


def claims(app: Flask, world: World, agents: list[Actor]) -> int:
    """How many of the agents won one ticket that all of them claimed at once."""
    ticket = asked(world)
    results = at_once(app, lambda number: service.claim_ticket(agents[number], ticket.id).assignee_id)
    winners = [result for result in results if not isinstance(result, Conflict)]
    holder = as_stored(ticket).assignee
    if len(winners) == 1:
        assert holder is not None
        assert winners == [holder.id]
        lost = {str(result) for result in results if isinstance(result, Conflict)}
        assert lost == {f"{holder.name} has this ticket already."}
    return len(winners)


def test_one_of_eight_agents_wins_and_the_others_are_told_who(
    app: Flask, world: World, agents: list[Actor]
) -> None:
    assert [claims(app, world, agents) for _ in range(ROUNDS)] == [1] * ROUNDS
    claimed = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "ticket.claimed")
    assert db.session.scalar(claimed) == ROUNDS


def test_without_the_compare_and_set_several_win(
    app: Flask, world: World, agents: list[Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "unclaimed", true)
    assert max(claims(app, world, agents) for _ in range(ROUNDS)) > 1


def test_one_form_sent_eight_times_at_once_is_one_ticket_with_its_mail(app: Flask, world: World) -> None:
    actor, key = world.actor("contact"), str(uuid4())

    def send(_: int) -> int:
        return service.open_ticket(
            actor, world.congress.id, topic="problem", subject="Once", body="Only once.", form_key=key
        ).id

    assert len(set(at_once(app, send))) == 1
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 1
    assert db.session.scalar(select(func.count()).select_from(OutboundMail)) == 2


def test_of_eight_answers_written_at_once_one_is_sent(app: Flask, world: World, agents: list[Actor]) -> None:
    ticket = asked(world)
    seen = db.session.scalar(select(func.max(Message.id)))

    def answer(number: int) -> int:
        try:
            return service.reply_to_ticket(
                agents[number], ticket.id, body=f"Answer {number}", form_key=str(uuid4()), seen=seen or 0
            ).id
        except service.Invalid:
            return 0

    assert len([sent for sent in at_once(app, answer) if sent]) == 1
    turns = select(func.count()).select_from(Message).where(Message.ticket_id == ticket.id)
    assert db.session.scalar(turns) == 2

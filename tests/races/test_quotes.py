"""A quote is decided once and ordered once, though two people click at the same moment.

The control takes the guards away: what is accepted is then ordered as often as it is clicked.
"""

import uuid
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from portal.clock import now
from portal.db import db
from portal.documents.discrepancies import discrepancies
from portal.errors import Conflict
from portal.orders.models import Order
from portal.quotes import drafting, queries, service
from portal.quotes.lines import OfferedLine
from portal.quotes.models import Quote
from tests.people import World, grant, person
from tests.races.contest import at_once

CLIENTS = 8

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture
def quote(world: World) -> Quote:
    grant(person("Second Organiser"), "organiser", organisation_id=world.society.id)  # type: ignore[arg-type]
    db.session.commit()
    asked = service.ask_for_quote(
        world.actor("contact"), world.congress.id, subject="on_site", title="Help at the venue",
        asked_for="Two days.", form_key=str(uuid.uuid4()),
    )  # fmt: skip
    drafting.save_draft(
        world.actor("agent"), asked.id, lines=[OfferedLine("A day", 2, 90_000)], words="", terms="",
        last_day=(now() + timedelta(days=9)).date(),
    )  # fmt: skip
    return drafting.send_quote(world.actor("manager"), asked.id, number=1)


def orders() -> int:
    db.session.rollback()
    return db.session.scalars(select(func.count()).select_from(Order)).one()


def test_accepting_at_once_orders_once(app: Flask, world: World, quote: Quote) -> None:
    organiser = world.actor("organiser")
    answers = at_once(app, [lambda: service.accept_quote(organiser, quote.id, version=1)] * CLIENTS)
    assert orders() == 1
    assert {answer.order_id for answer in answers} == {answers[0].order_id}
    assert discrepancies(db.session.connection()) == []


def test_accepting_and_declining_at_once_decides_once(app: Flask, world: World, quote: Quote) -> None:
    organiser = world.actor("organiser")
    answers = at_once(
        app,
        [
            lambda: service.accept_quote(organiser, quote.id, version=1),
            lambda: service.decline_quote(organiser, quote.id, version=1, reason="No."),
        ]
        * (CLIENTS // 2),
    )
    stored = db.session.get_one(Quote, quote.id, populate_existing=True)
    assert stored.state in ("accepted", "declined")
    assert orders() == (stored.state == "accepted")
    assert sum(isinstance(answer, Conflict) for answer in answers) >= CLIENTS // 2


def test_control_without_its_guards_it_is_ordered_again_and_again(
    app: Flask, world: World, quote: Quote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "locked_quote", queries.quote_for)
    monkeypatch.setattr(service, "offered", lambda _version: Quote.id.is_not(None))
    organiser = world.actor("organiser")
    at_once(app, [lambda: service.accept_quote(organiser, quote.id, version=1)] * CLIENTS)
    assert orders() > 1
    db.session.execute(text("SELECT 1"))

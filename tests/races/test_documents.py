"""Numbers without gaps, whoever confirms at once and whatever is rolled back; with the control that has gaps."""

import random
import threading

import pytest
from flask import Flask
from sqlalchemy import select, text

from portal.accounts.actor import SYSTEM
from portal.db import db, in_transaction
from portal.documents.discrepancies import discrepancies
from portal.documents.issue import issue_credit_note, issue_invoice, left_to_credit
from portal.documents.models import Document, DocumentSeries
from portal.errors import Conflict
from portal.orders.models import Order, OrderLine
from tests.people import World
from tests.races.test_roster import at_once, kinds

CLIENTS = 16
EACH = 6

pytestmark = pytest.mark.usefixtures("outbox")


class Broken(Conflict):
    """What makes a transaction roll back here."""


def orders(world: World, count: int) -> list[int]:
    made = [
        Order(
            organisation_id=event.organisation_id, event_id=event.id, total_cents=50_000, policy_edition=1,
            placed_by_id=world.organiser.id,
            lines=[OrderLine(item="extra_contact", description="Contact", quantity=1, unit_cents=50_000, total_cents=50_000, rule="WHO-4")],
        )
        for event, _ in zip([world.congress, world.workshop] * count, range(count), strict=False)
    ]  # fmt: skip
    db.session.add_all(made)
    db.session.commit()
    return [order.id for order in made]


def invoiced(order_id: int, *, fails: bool = False) -> int:
    def work() -> int:
        document = issue_invoice(SYSTEM, db.session.get_one(Order, order_id))
        if fails:
            raise Broken("rolled back after the number was taken")
        return document.number

    return in_transaction(work)


def numbers() -> list[int]:
    return sorted(db.session.scalars(select(Document.number).where(Document.series == "INV")))


def test_sixteen_confirm_at_once_and_some_are_rolled_back(app: Flask, world: World) -> None:
    dice, keys = random.Random(4), orders(world, CLIENTS * EACH)
    plans = [[(key, dice.random() < 0.4) for key in keys[n::CLIENTS]] for n in range(CLIENTS)]

    def confirm(plan: list[tuple[int, bool]]) -> int:
        kept = 0
        for key, fails in plan:
            try:
                invoiced(key, fails=fails)
                kept += 1
            except Broken:
                pass
        return kept

    answers = at_once(app, [lambda plan=plan: confirm(plan) for plan in plans])
    assert kinds(answers) == {"int": CLIENTS}
    assert 0 < sum(answers) < len(keys)
    assert numbers() == list(range(1, sum(answers) + 1))
    assert db.session.get_one(DocumentSeries, "INV").next_number == sum(answers) + 1
    assert discrepancies(db.session.connection()) == []


def test_sixteen_confirm_one_order(app: Flask, world: World) -> None:
    [key] = orders(world, 1)
    answers = at_once(app, [lambda: invoiced(key)] * CLIENTS)
    assert answers == [1] * CLIENTS
    assert numbers() == [1]


def test_sixteen_credit_one_invoice(app: Flask, world: World) -> None:
    [key] = orders(world, 1)
    invoiced(key)
    [invoice_id] = db.session.scalars(select(Document.id))

    def credit(number: int) -> int:
        def work() -> int:
            invoice = db.session.get_one(Document, invoice_id)
            return issue_credit_note(
                SYSTEM, invoice, cents=20_000, reason="", cause=f"refund:{number}"
            ).number

        return in_transaction(work)

    answers = at_once(app, [lambda n=n: credit(n) for n in range(CLIENTS)])
    assert kinds(answers) == {"Conflict": CLIENTS - 2, "int": 2}
    assert left_to_credit(db.session.get_one(Document, invoice_id)) == 10_000
    assert db.session.get_one(DocumentSeries, "CN").next_number == 3


def test_control_a_sequence_leaves_gaps(app: Flask, world: World) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("CREATE SEQUENCE scratch_number"))
        connection.execute(text("CREATE TABLE scratch_document (number int)"))

    def confirm(number: int) -> None:
        with db.engine.begin() as connection:
            connection.execute(text("INSERT INTO scratch_document SELECT nextval('scratch_number')"))
            if number % 3 == 0:
                raise Broken("rolled back after the number was taken")

    try:
        at_once(app, [lambda n=n: confirm(n) for n in range(CLIENTS)])
        with db.engine.connect() as connection:
            kept = sorted(connection.execute(text("SELECT number FROM scratch_document")).scalars())
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("DROP TABLE scratch_document; DROP SEQUENCE scratch_number"))
    assert len(kept) == CLIENTS - 6
    assert kept != list(range(1, len(kept) + 1))


def test_control_counting_gives_the_same_number_twice(app: Flask, world: World) -> None:
    together = threading.Barrier(CLIENTS // 2)
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE scratch_document (number int)"))

    def confirm() -> int:
        with db.engine.begin() as connection:
            top = connection.execute(text("SELECT coalesce(max(number), 0) FROM scratch_document"))
            number = int(top.scalar_one()) + 1
            together.wait(timeout=10)
            connection.execute(text("INSERT INTO scratch_document VALUES (:number)"), {"number": number})
            return number

    try:
        answers = at_once(app, [confirm] * (CLIENTS // 2))
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("DROP TABLE scratch_document"))
    assert answers == [1] * (CLIENTS // 2)

"""Money counts once though everybody tells of it at once; an order is placed once; money goes back once.

Each race has a control on a scratch table in which the guard is taken away: it then counts more than once.
"""

import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from portal.accounts.actor import SYSTEM
from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Conflict, Invalid
from portal.orders import paying, refunds, service
from portal.orders.models import Order
from portal.orders.sums import check_orders
from portal.payments import trial
from portal.payments.models import Payment, PaymentEvent, Refund
from portal.payments.service import take_in_event
from portal.roster.models import Seat
from tests.people import World
from tests.races.contest import at_once, kinds

CLIENTS = 12
ROUNDS = range(3)

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture(autouse=True)
def trial_offered(app: Flask, context: None, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = app.extensions["settings"].model_copy(update={"trial_payments": True})
    monkeypatch.setitem(app.extensions, "settings", settings)


def place(world: World, quantity: int = 2, key: str | None = None) -> Order:
    return service.order_extra_contact(
        world.actor("organiser"), world.workshop.id, quantity=quantity, method="trial",
        form_key=key or str(uuid.uuid4()),
    )  # fmt: skip


def count(kind: Any, *where: Any) -> int:
    return db.session.scalars(select(func.count()).select_from(kind).where(*where)).one()


def fresh(order: Order) -> Order:
    return db.session.get_one(Order, order.id, populate_existing=True)


@pytest.mark.parametrize("_round", ROUNDS)
def test_confirm_and_webhooks_at_once(app: Flask, world: World, _round: int) -> None:
    order = place(world)
    payment = paying.start(world.actor("organiser"), order.id, "trial")
    before = count(Seat, Seat.event_id == world.workshop.id)
    trial.turn(payment.reference or "", "paid")

    def webhook() -> Any:
        event = {"kind": "paid", "subject": payment.reference or ""}
        is_new = take_in_event(SYSTEM, "trial", "evt-1", **event)
        paying.handle_event(db.session.scalars(select(PaymentEvent.id)).one())
        return is_new

    answers = at_once(app, [lambda: paying.check(payment.id), webhook, webhook] * (CLIENTS // 3))
    assert kinds(answers) == {"Payment": CLIENTS // 3, "bool": 2 * CLIENTS // 3}
    assert answers.count(True) == 1
    assert (fresh(order).state, fresh(order).paid_cents) == ("paid", 100_000)
    assert count(Seat, Seat.event_id == world.workshop.id) == before + 2
    assert count(AuditEntry, AuditEntry.action == "order.paid") == 1
    assert count(PaymentEvent) == 1
    assert check_orders() == []


@pytest.mark.parametrize("_round", ROUNDS)
def test_a_double_click_on_order(app: Flask, world: World, _round: int) -> None:
    key = str(uuid.uuid4())
    answers = at_once(app, [lambda: place(world, key=key).id] * CLIENTS)
    assert len(set(answers)) == 1
    assert count(Order) == 1


@pytest.mark.parametrize("_round", ROUNDS)
def test_a_double_click_on_pay(app: Flask, world: World, _round: int) -> None:
    order, organiser = place(world), world.actor("organiser")
    answers = at_once(app, [lambda: paying.start(organiser, order.id, "trial").reference] * CLIENTS)
    assert len(set(answers)) == 1
    assert count(Payment) == 1


@pytest.mark.parametrize("_round", ROUNDS)
def test_refunds_at_once_give_back_no_more_than_came_in(app: Flask, world: World, _round: int) -> None:
    order, manager = place(world), world.actor("manager")
    service.settle_order(manager, order.id, payment_reference="B-1")

    def back() -> Refund:
        return refunds.pay_back(
            manager, order.id, cents=30_000, line_ids=[], reason="x", form_key=str(uuid.uuid4())
        )

    answers = at_once(app, [back] * CLIENTS)
    assert kinds(answers) == {"Invalid": CLIENTS - 3, "Refund": 3}
    assert fresh(order).refunded_cents == 90_000
    assert check_orders() == []


@pytest.mark.parametrize("_round", ROUNDS)
def test_the_same_seat_given_back_at_once(app: Flask, world: World, _round: int) -> None:
    order, managers = place(world), (world.actor("manager"), world.actor("second_manager"))
    service.settle_order(managers[0], order.id, payment_reference="B-1")
    line = order.lines[0].id
    answers = at_once(app, [
        lambda n=n: refunds.pay_back(
            managers[n % 2], order.id, cents=None, line_ids=[line], reason="x", form_key=str(uuid.uuid4())
        )
        for n in range(CLIENTS)
    ])  # fmt: skip
    assert kinds(answers) == {"Invalid": CLIENTS - 1, "Refund": 1}
    assert fresh(order).refunded_cents == 50_000


@pytest.mark.parametrize("_round", ROUNDS)
def test_one_refund_made_by_many(app: Flask, world: World, _round: int) -> None:
    order, manager = place(world), world.actor("manager")
    payment = paying.start(world.actor("organiser"), order.id, "trial")
    trial.turn(payment.reference or "", "paid")
    paying.check(payment.id)
    refund = refunds.ask_refund(
        manager, order.id, cents=40_000, line_ids=[], reason="x", form_key=str(uuid.uuid4())
    )
    works = [lambda: refunds.finish_refund(refund.id), lambda: paying.check(payment.id)]
    assert set(kinds(at_once(app, works * (CLIENTS // 2)))) == {"Payment", "Refund"}
    assert fresh(order).refunded_cents == 40_000
    assert count(Refund) == 1
    assert sum(given.cents for given in trial.books(payment.reference or "").refunds) == 40_000
    assert check_orders() == []


@pytest.mark.parametrize("_round", ROUNDS)
def test_pay_cancel_grant_and_record_at_once(app: Flask, world: World, _round: int) -> None:
    order, manager, organiser = place(world), world.actor("manager"), world.actor("organiser")
    payment = paying.start(organiser, order.id, "trial")
    before = count(Seat, Seat.event_id == world.workshop.id)
    trial.turn(payment.reference or "", "paid")
    answers = at_once(app, [
        lambda: paying.check(payment.id).state,
        lambda: service.cancel_order(manager, order.id).state,
        lambda: service.settle_order(manager, order.id, payment_reference="B-1").state,
        lambda: service.grant_order(manager, order.id).state,
    ] * 3)  # fmt: skip
    assert all(isinstance(answer, str | Conflict | Invalid) for answer in answers)
    ended, recorded = fresh(order), count(Payment, Payment.provider == "invoice")
    assert ended.state in ("paid", "cancelled")
    assert ended.paid_cents == 100_000 * (1 + recorded)
    assert count(Seat, Seat.event_id == world.workshop.id) == before + (2 if ended.state == "paid" else 0)
    assert check_orders() == []


# Controls: the same races on a scratch table, with a guard and without.


@pytest.fixture
def scratch(context: None) -> Iterator[None]:
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE scratch_payment (state text, reference text)"))
        connection.execute(text("CREATE TABLE scratch_order (paid int, form_key text)"))
        connection.execute(text("INSERT INTO scratch_payment VALUES ('open', 'a')"))
        connection.execute(text("INSERT INTO scratch_order VALUES (0, 'first')"))
    yield
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE scratch_payment, scratch_order"))


@pytest.mark.parametrize(("compares", "counted"), [(False, 100 * CLIENTS), (True, 100)])
def test_control_reading_then_counting_counts_each_webhook(
    app: Flask, scratch: None, compares: bool, counted: int
) -> None:
    together = threading.Barrier(CLIENTS)
    guard = " WHERE state = 'open'" if compares else ""

    def work() -> None:
        with db.engine.begin() as connection:
            is_open = connection.execute(text("SELECT state FROM scratch_payment")).scalar_one() == "open"
            together.wait(timeout=20)
            changed = connection.execute(text(f"UPDATE scratch_payment SET state = 'paid'{guard}"))
            if is_open and changed.rowcount:
                connection.execute(text("UPDATE scratch_order SET paid = paid + 100"))

    at_once(app, [work] * CLIENTS)
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT paid FROM scratch_order")).scalar_one() == counted


@pytest.mark.parametrize(("unique", "orders"), [(False, CLIENTS), (True, 1)])
def test_control_looking_then_placing_orders_each_click(
    app: Flask, scratch: None, unique: bool, orders: int
) -> None:
    if unique:
        with db.engine.begin() as connection:
            connection.execute(text("CREATE UNIQUE INDEX scratch_key ON scratch_order (form_key)"))
    together, mine = (
        threading.Barrier(CLIENTS),
        text("SELECT count(*) FROM scratch_order WHERE form_key = 'k'"),
    )

    def work() -> None:
        with db.engine.begin() as connection:
            there = connection.execute(mine).scalar_one()
            together.wait(timeout=20)
            if not there:
                connection.execute(text("INSERT INTO scratch_order VALUES (0, 'k')"))

    refused = [answer for answer in at_once(app, [work] * CLIENTS) if isinstance(answer, IntegrityError)]
    with db.engine.connect() as connection:
        assert connection.execute(mine).scalar_one() == orders
    assert len(refused) == CLIENTS - orders


@pytest.mark.parametrize(("locks", "given"), [(False, 30 * CLIENTS), (True, 90)])
def test_control_summing_without_the_lock_gives_back_more_than_came_in(
    app: Flask, scratch: None, locks: bool, given: int
) -> None:
    together = threading.Barrier(CLIENTS)

    def work() -> None:
        with db.engine.begin() as connection:
            if locks:
                together.wait(timeout=20)
                connection.execute(text("SELECT 1 FROM scratch_order FOR NO KEY UPDATE"))
            back = connection.execute(
                text("SELECT count(*) FROM scratch_payment WHERE state = 'back'")
            ).scalar_one()
            if not locks:
                together.wait(timeout=20)
            if 30 * (back + 1) <= 100:
                connection.execute(text("INSERT INTO scratch_payment VALUES ('back', 'r')"))

    at_once(app, [work] * CLIENTS)
    with db.engine.connect() as connection:
        back = connection.execute(text("SELECT count(*) FROM scratch_payment WHERE state = 'back'"))
        assert 30 * back.scalar_one() == given

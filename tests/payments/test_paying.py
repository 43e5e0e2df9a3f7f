"""Paying through a provider: money counts once, in whatever order it is told, and none is lost."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.orders import paying, service
from portal.orders.models import Order
from portal.orders.sums import check_orders
from portal.payments import trial_acts
from portal.payments.models import Payment, PaymentEvent
from portal.roster.models import Seat
from tests.payments.ways import place


def seats(event):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Seat).where(Seat.event_id == event.id))


def fresh(order):
    return db.session.get_one(Order, order.id, populate_existing=True)


def actions():
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.fixture
def begun(way, world):
    order = place(world, way.name, 2)
    return order, paying.start(world.actor("organiser"), order.id, way.name)


class TestPaid:
    def test_the_seats_open_once_it_is_confirmed(self, way, begun, world, outbox):
        order, payment = begun
        before = seats(world.workshop)
        paying.check(payment.id)
        assert (fresh(order).state, seats(world.workshop)) == ("pending", before)
        outbox.all()
        way.pay(payment)
        for _ in range(3):
            paying.check(payment.id)
        assert (fresh(order).state, fresh(order).paid_cents, seats(world.workshop)) == (
            "paid",
            100_000,
            before + 2,
        )
        assert actions().count("order.paid") == 1
        told = [mail.subject for mail in outbox.all()]
        assert told.count(f"Order {order.reference} is paid: the seats are open") == 1
        assert len(told) == len(set(told))
        assert check_orders() == []

    def test_a_second_click_on_pay_is_the_same_payment(self, way, begun, world, outbox):
        order, payment = begun
        again = paying.start(world.actor("organiser"), order.id, way.name)
        assert (again.id, again.reference, again.address) == (payment.id, payment.reference, payment.address)

    def test_when_we_fall_between_asking_and_noting_the_same_page_is_found(self, way, begun, world, outbox):
        order, payment = begun
        reference = payment.reference
        lost = {"state": "started", "reference": None, "address": "", "expires_at": None}
        db.session.execute(db.update(Payment).where(Payment.id == payment.id).values(**lost))
        db.session.commit()
        assert paying.start(world.actor("organiser"), order.id, way.name).reference == reference

    def test_a_paid_order_is_not_paid_again(self, way, begun, world, outbox):
        order, payment = begun
        way.pay(payment)
        paying.check(payment.id)
        with pytest.raises(Conflict, match="is paid already"):
            paying.start(world.actor("organiser"), order.id, way.name)

    def test_a_failed_payment_is_told_and_can_be_paid_again(self, way, begun, world, outbox):
        order, payment = begun
        outbox.all()
        way.decline(payment)
        for _ in range(2):
            assert paying.check(payment.id).state == "failed"
        assert [mail.subject for mail in outbox.all()] == [
            f"Your payment of order {order.reference} did not go through"
        ]
        assert actions().count("order.payment_failed") == 1
        again = paying.start(world.actor("organiser"), order.id, way.name)
        assert again.id != payment.id
        assert again.reference != payment.reference

    def test_money_in_another_currency_is_not_taken_for_ours(self, way, begun, outbox):
        order, payment = begun
        db.session.execute(db.update(Payment).where(Payment.id == payment.id).values(currency="EUR"))
        db.session.commit()
        way.pay(payment)
        paying.check(payment.id)
        assert fresh(order).state == "pending"

    @pytest.mark.parametrize(
        ("who", "error"), [("contact", NotFound), ("agent", Forbidden), ("outsider", NotFound)]
    )
    def test_only_organisers_and_managers_pay(self, stand_in, world, outbox, who, error):
        order = place(world, "trial")
        with pytest.raises(error):
            paying.start(world.actor(who), order.id, "trial")

    @pytest.mark.parametrize("name", ["invoice", "cheque", ""])
    def test_only_through_a_provider_with_a_page(self, stand_in, world, outbox, name):
        with pytest.raises(Invalid):
            paying.start(world.actor("organiser"), place(world, "trial").id, name)


class TestLate:
    def test_paid_after_cancellation_it_is_kept_and_a_manager_opens_it_again(self, way, begun, world, outbox):
        order, payment = begun
        before = seats(world.workshop)
        service.cancel_order(world.actor("organiser"), order.id)
        way.pay(payment)
        outbox.all()
        paying.check(payment.id)
        late = fresh(order)
        assert (late.state, late.surplus_cents, seats(world.workshop)) == ("cancelled", 100_000, before)
        assert {mail.address for mail in outbox.all()} == {
            "manager@people.example",
            "second.manager@people.example",
        }
        assert "order.unexpected_payment" in actions()
        with pytest.raises(Forbidden):
            service.reopen_order(world.actor("organiser"), order.id)
        service.reopen_order(world.actor("manager"), order.id)
        assert (fresh(order).state, seats(world.workshop)) == ("paid", before + 2)
        assert check_orders() == []

    def test_an_order_without_money_is_not_opened_again(self, stand_in, world, outbox):
        order = place(world, "trial")
        service.cancel_order(world.actor("organiser"), order.id)
        with pytest.raises(Conflict, match="No payment"):
            service.reopen_order(world.actor("manager"), order.id)

    def test_paid_twice_the_second_is_kept_as_too_much(self, way, begun, world, outbox):
        order, payment = begun
        service.settle_order(world.actor("manager"), order.id, payment_reference="B-1")
        way.pay(payment)
        paying.check(payment.id)
        assert (fresh(order).state, fresh(order).paid_cents, fresh(order).surplus_cents) == (
            "paid",
            200_000,
            100_000,
        )
        assert check_orders() == []

    def test_cancelling_closes_the_pay_page(self, way, begun, world, outbox, run_jobs):
        order, payment = begun
        service.cancel_order(world.actor("organiser"), order.id)
        run_jobs()
        db.session.rollback()
        assert db.session.get_one(Payment, payment.id).state == "cancelled"

    def test_paid_while_it_is_being_cancelled_nothing_is_lost(self, way, begun, world, outbox, run_jobs):
        order, payment = begun
        way.pay(payment)
        service.cancel_order(world.actor("organiser"), order.id)
        run_jobs()
        assert (fresh(order).state, fresh(order).surplus_cents) == ("cancelled", 100_000)

    def test_paid_after_the_page_expired_it_counts(self, way, begun, outbox):
        order, payment = begun
        db.session.execute(
            db.update(Payment).where(Payment.id == payment.id).values(state="expired", ended_at=now())
        )
        db.session.commit()
        way.pay(payment)
        paying.check(payment.id)
        assert fresh(order).state == "paid"

    def test_an_event_that_never_came_loses_nothing(self, way, begun, outbox):
        order, payment = begun
        way.pay(payment)
        paying.look_after_payments()
        assert fresh(order).state == "paid"

    def test_what_never_began_ends_after_a_day(self, stand_in, world, outbox):
        order = place(world, "stripe")
        payment = paying.begin_payment(world.actor("organiser"), order.id, "stripe")
        with time_machine.travel(now() + timedelta(hours=25), tick=False):
            paying.look_after_payments()
        assert db.session.get_one(Payment, payment.id).state == "expired"

    def test_the_list_finds_what_is_not_owed(self, stand_in, world, outbox, client):
        order, other = place(world, "trial"), place(world, "trial")
        payment = paying.start(world.actor("organiser"), order.id, "trial")
        service.cancel_order(world.actor("organiser"), order.id)
        trial_acts.act(payment.reference, "pay")
        paying.check(payment.id)
        page = client.as_(world.manager).get("/orders?state=overpaid").text
        assert order.reference in page
        assert "Paid after cancellation" in page
        assert other.reference not in page


class TestTrialActs:
    @pytest.mark.parametrize(
        ("act", "state", "told"),
        [
            ("pay", "paid", 1), ("duplicate", "paid", 1), ("reorder", "paid", 5), ("late", "pending", 0),
            ("decline", "pending", 1), ("expire", "pending", 1), ("refund", "refunded", 1),
        ],
    )  # fmt: skip
    def test_each_ends_as_it_should(self, stand_in, world, outbox, run_jobs, act, state, told):
        order = place(world, "trial")
        payment = paying.start(world.actor("organiser"), order.id, "trial")
        trial_acts.act(payment.reference, act)
        run_jobs()
        assert fresh(order).state == state
        assert db.session.scalar(select(func.count()).select_from(PaymentEvent)) == told
        paying.look_after_payments()
        assert fresh(order).state == ("paid" if act == "late" else state)
        assert check_orders() == []

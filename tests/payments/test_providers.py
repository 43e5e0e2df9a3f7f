"""Every provider keeps the same promises: asked twice it acts once, and what it says is what happened."""

import uuid

import pytest

from portal.db import db
from portal.orders import paying
from portal.orders.models import Order
from portal.orders.queries import payment_with_order
from portal.orders.refunds import ask_refund
from portal.orders.service import settle_order
from portal.payments.configured import descriptions, provider_named
from portal.payments.models import Payment
from portal.payments.provider import ProviderRefuses, ProviderUnavailable, Purchase, Standing
from tests.payments.ways import Way, place

pytestmark = pytest.mark.usefixtures("outbox")

PURCHASE = Purchase("Two seats", "a@people.example", "http://127.0.0.1/ok", "http://127.0.0.1/no")


@pytest.fixture(params=["stripe", "trial", "invoice"])
def paid_by(request, stand_in, world):
    """A provider's name, and a function that gives a payment at it, paid or not."""
    manager = world.actor("manager")

    def payment(*, paid: bool = False) -> Payment:
        order = place(world, request.param, 2)
        if request.param == "invoice":
            return recorded(order) if paid else opened(order)
        started = paying.start(world.actor("organiser"), order.id, request.param)
        if paid:
            stand_in.pay(started.reference) if request.param == "stripe" else pay_trial(started)
            return paying.check(started.id)
        return started

    def recorded(order: Order) -> Payment:
        settle_order(manager, order.id, payment_reference="B-1")
        return db.session.scalars(db.select(Payment).where(Payment.order_id == order.id)).one()

    def opened(order: Order) -> Payment:
        waiting = Payment(order_id=order.id, provider="invoice", amount_cents=order.total_cents)
        db.session.add(waiting)
        db.session.flush()
        waiting.reference, waiting.state = (
            provider_named("invoice").checkout(waiting, PURCHASE).reference,
            "open",
        )
        db.session.commit()
        return waiting

    return request.param, payment


def pay_trial(payment):
    from portal.payments.trial import turn

    turn(payment.reference, "paid")


def fresh(payment):
    return payment_with_order(payment.id)[0]


class TestEveryProvider:
    def test_says_who_it_is(self, paid_by):
        name, _ = paid_by
        description = provider_named(name).describe()
        assert description.name == name
        assert description in descriptions()
        assert description.label
        assert description.explanation

    def test_one_payment_has_one_checkout(self, paid_by):
        name, payment = paid_by
        made = payment()
        again = provider_named(name).checkout(fresh(made), PURCHASE)
        assert again.reference == made.reference

    def test_is_open_until_paid_and_then_says_how_much(self, paid_by):
        name, payment = paid_by
        assert provider_named(name).confirm(fresh(payment())).standing is Standing.OPEN
        report = provider_named(name).confirm(fresh(payment(paid=True)))
        assert (report.standing, report.cents, report.currency) == (Standing.PAID, 100_000, "USD")
        assert report.charge

    def test_what_was_cancelled_cannot_be_paid_any_more_and_what_was_paid_not_cancelled(self, paid_by):
        name, payment = paid_by
        provider_named(name).cancel(fresh(payment()))
        made = payment(paid=True)
        with pytest.raises(ProviderRefuses):
            provider_named(name).cancel(fresh(made))
        assert provider_named(name).confirm(fresh(made)).standing is Standing.PAID

    def test_pays_back_once_and_never_more_than_came_in(self, paid_by, world):
        name, payment = paid_by
        made, manager = payment(paid=True), world.actor("manager")
        part = ask_refund(
            manager, made.order_id, cents=30_000, line_ids=[], reason="Part", form_key=str(uuid.uuid4())
        )
        provider = provider_named(name)
        first, again = provider.refund(fresh(made), part), provider.refund(fresh(made), part)
        assert (first.reference, first.cents, first.key) == (again.reference, 30_000, part.key)
        assert first.state == "done"
        if name != "invoice":
            assert [each.cents for each in provider.confirm(fresh(made)).refunds] == [30_000]
        part.cents, part.id = 100_001, part.id + 1
        db.session.expunge_all()
        with pytest.raises(ProviderRefuses):
            provider.refund(fresh(made), part)


class TestOfItsOwnSide:
    def test_a_declined_payment_is_failed_and_says_why(self, way: Way, world):
        payment = paying.start(world.actor("organiser"), place(world, way.name).id, way.name)
        way.decline(payment)
        report = provider_named(way.name).confirm(fresh(payment))
        assert report.standing is Standing.FAILED
        assert report.note

    def test_a_refund_at_its_desk_is_reported(self, way: Way, world):
        payment = paying.start(world.actor("organiser"), place(world, way.name).id, way.name)
        way.pay(payment)
        way.desk_refund(payment, 12_345)
        (refund,) = provider_named(way.name).confirm(fresh(payment)).refunds
        assert (refund.cents, refund.state) == (12_345, "done")

    def test_a_closed_page_has_expired(self, way: Way, world):
        payment = paying.start(world.actor("organiser"), place(world, way.name).id, way.name)
        provider_named(way.name).cancel(payment)
        assert provider_named(way.name).confirm(fresh(payment)).standing is Standing.EXPIRED


class TestStripeAway:
    def test_nothing_is_decided_while_it_does_not_answer(self, stand_in, world):
        order = place(world, "stripe")
        payment = paying.start(world.actor("organiser"), order.id, "stripe")
        stand_in.is_down = True
        with pytest.raises(ProviderUnavailable):
            provider_named("stripe").confirm(fresh(payment))
        with pytest.raises(paying.NotNow):
            paying.check(payment.id)
        assert fresh(payment).state == "open"

    def test_an_order_is_placed_all_the_same_and_can_be_paid_later(self, stand_in, world, client):
        stand_in.is_down = True
        organiser = client.as_(world.organiser)
        answer = organiser.post(f"/events/{world.workshop.id}/orders/new", {"method": "stripe"})
        assert answer.status_code == 303
        page = organiser.get(answer.location)
        assert "does not answer" in page.text
        assert "Pay US$500.00 now" in page.text
        stand_in.is_down = False
        order = db.session.scalars(db.select(Order)).one()
        paid = organiser.post(f"/orders/{order.id}/checkout", {"method": "stripe"})
        assert paid.status_code == 303
        assert "/provider" in paid.location

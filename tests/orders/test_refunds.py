"""Money goes back once, in part or whole; a seat that is given back closes, and nobody is thrown out (WHO-3, WHO-4)."""

import uuid

import pytest
from sqlalchemy import func, select

from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.orders import refunds, service
from portal.orders.models import Order
from portal.orders.sums import check_orders
from portal.payments.models import Refund, RefundLine
from portal.payments.provider import RefundReport
from portal.roster.models import Contact, Seat
from tests.people import contact, person


def ordered(world, quantity=2, paid=True):
    order = service.order_extra_contact(
        world.actor("organiser"), world.workshop.id, quantity=quantity, form_key=str(uuid.uuid4())
    )
    if paid:
        service.settle_order(world.actor("manager"), order.id, payment_reference="B-1")
    return order


def back(world, order, who="manager", key=None, **what):
    values = {
        "cents": None,
        "line_ids": [],
        "reason": "They asked",
        "form_key": key or str(uuid.uuid4()),
    } | what
    return refunds.pay_back(world.actor(who), order.id, **values)


def fresh(order):
    db.session.rollback()
    return db.session.get_one(Order, order.id, populate_existing=True)


def standing(event):
    """Seats that are open, and those that only wait for their holder to go."""
    db.session.rollback()
    mine = list(db.session.scalars(select(Seat).where(Seat.event_id == event.id)))
    return sum(not seat.closing for seat in mine), sum(seat.closing for seat in mine)


pytestmark = pytest.mark.usefixtures("outbox")


class TestSeats:
    def test_a_seat_given_back_closes_alone(self, world, outbox):
        open_before, _ = standing(world.workshop)
        order = ordered(world)
        outbox.all()
        refund = back(world, order, line_ids=[order.lines[0].id])
        now = fresh(order)
        assert (now.state, now.refunded_cents, refund.state) == ("partially_refunded", 50_000, "done")
        assert standing(world.workshop) == (open_before + 1, 0)
        subjects = [mail.subject for mail in outbox.all()]
        assert f"Order {order.reference}: US$500.00 is paid back" in subjects
        assert check_orders() == []

    def test_a_seat_that_is_taken_stays_until_its_holder_goes(self, world):
        order = ordered(world, 1)
        for name in ("First", "Second"):
            contact(world.workshop, person(name))
        db.session.commit()
        back(world, order, line_ids=[order.lines[0].id])
        assert standing(world.workshop) == (1, 1)
        here = select(func.count()).select_from(Contact)
        assert (
            db.session.scalar(here.where(Contact.event_id == world.workshop.id, Contact.ended_at.is_(None)))
            == 2
        )

    def test_the_whole_back_closes_every_seat(self, world):
        open_before, _ = standing(world.workshop)
        order = ordered(world, 3)
        back(world, order, cents=150_000)
        assert (fresh(order).state, standing(world.workshop)) == ("refunded", (open_before, 0))
        assert db.session.scalar(select(func.count()).select_from(RefundLine)) == 3

    def test_an_amount_alone_closes_none(self, world):
        open_before, _ = standing(world.workshop)
        order = ordered(world)
        back(world, order, cents=10_000)
        assert (fresh(order).state, standing(world.workshop)) == ("partially_refunded", (open_before + 2, 0))

    def test_a_seat_is_given_back_once(self, world):
        order = ordered(world)
        back(world, order, line_ids=[order.lines[0].id])
        with pytest.raises(Invalid):
            back(world, order, line_ids=[order.lines[0].id])


class TestAmounts:
    def test_a_double_click_pays_back_once(self, world):
        order, key = ordered(world), str(uuid.uuid4())
        assert back(world, order, cents=1, key=key).id == back(world, order, cents=1, key=key).id
        assert fresh(order).refunded_cents == 1

    @pytest.mark.parametrize("cents", [0, -1, 100_001, 10**15])
    def test_nothing_and_too_much_are_refused(self, world, cents):
        order = ordered(world)
        with pytest.raises(Invalid):
            back(world, order, cents=cents)
        assert fresh(order).refunded_cents == 0

    def test_what_is_not_paid_is_not_paid_back(self, world):
        order = ordered(world, paid=False)
        with pytest.raises(Conflict, match="left to pay back"):
            back(world, order, cents=100)

    def test_money_after_cancellation_goes_back_and_the_order_stays_cancelled(self, world):
        from portal.orders.holding import locked_order
        from portal.orders.settling import take_in
        from portal.payments.models import Payment

        order = ordered(world, paid=False)
        service.cancel_order(world.actor("organiser"), order.id)
        late = Payment(
            order_id=order.id, provider="invoice", amount_cents=100_000, reference="late", state="open"
        )
        db.session.add(late)
        db.session.flush()
        manager = world.actor("manager")
        take_in(manager, locked_order(manager, order.id), late, cents=100_000)
        db.session.commit()
        assert fresh(order).surplus_cents == 100_000
        back(world, order, cents=100_000)
        assert (fresh(order).state, fresh(order).surplus_cents) == ("cancelled", 0)
        assert check_orders() == []

    @pytest.mark.parametrize(
        ("who", "error"), [("organiser", Forbidden), ("agent", Forbidden), ("outsider", NotFound)]
    )
    def test_only_a_manager_pays_back(self, world, who, error):
        order = ordered(world)
        with pytest.raises(error):
            back(world, order, who, cents=100)


class TestFailing:
    def asked(self, world, order):
        return refunds.ask_refund(
            world.actor("manager"), order.id, cents=None, line_ids=[order.lines[0].id], reason="They asked",
            form_key=str(uuid.uuid4()),
        )  # fmt: skip

    def test_a_refund_that_fails_leaves_everything_and_can_be_tried_again(self, world, outbox):
        order = ordered(world)
        refund = self.asked(world, order)
        outbox.all()
        refunds.note_refund(
            world.actor("manager"), refund.id, RefundReport("", 50_000, "failed", note="Card closed")
        )
        assert (fresh(order).state, fresh(order).refunded_cents) == ("paid", 0)
        assert {mail.subject for mail in outbox.all()} == {
            f"Not paid back: US$500.00 of order {order.reference}"
        }
        assert back(world, order, line_ids=[order.lines[0].id]).state == "done"

    def test_a_refund_that_comes_back_later_is_ours_again(self, world):
        order = ordered(world)
        refund = back(world, order, line_ids=[order.lines[0].id])
        for _ in range(2):
            report = RefundReport(refund.reference, 50_000, "failed", refund.key, "Card closed")
            refunds.note_refund(world.actor("manager"), refund.id, report)
        assert (fresh(order).state, fresh(order).refunded_cents) == ("paid", 0)
        assert check_orders() == []

    def test_when_we_fall_after_asking_the_job_finishes(self, world, run_jobs):
        order = ordered(world)
        refund = self.asked(world, order)
        db.session.execute(db.text("UPDATE procrastinate_jobs SET scheduled_at = NULL"))
        db.session.commit()
        run_jobs()
        assert fresh(order).refunded_cents == 50_000
        assert db.session.get_one(Refund, refund.id, populate_existing=True).state == "done"


class TestPages:
    def test_a_manager_gives_a_seat_back(self, client, world):
        order = ordered(world)
        manager, page = client.as_(world.manager), f"/orders/{order.id}/refunds/new"
        assert "What to give back" in manager.get(page).text
        answer = manager.post(page, {"lines": [order.lines[1].id], "reason": "They asked"})
        assert answer.status_code == 303
        shown = manager.get(f"/orders/{order.id}").text
        assert "Partly refunded" in shown
        assert "US$500.00 paid back: They asked" in shown
        assert "They asked" in client.as_(world.organiser).get(f"/orders/{order.id}").text

    @pytest.mark.parametrize(
        "typed",
        [
            {}, {"reason": "x"}, {"amount": "0", "reason": "x"}, {"amount": "-5", "reason": "x"},
            {"amount": "NaN", "reason": "x"}, {"amount": "1e9", "reason": "x"}, {"amount": "Infinity", "reason": "x"},
            {"amount": "1000.01", "reason": "x"}, {"amount": "10", "reason": " "}, {"amount": "10", "reason": "x" * 501},
            {"lines": ["7777"], "reason": "x"}, {"lines": ["a"], "reason": "x"}, {"lines": [str(2**70)], "reason": "x"},
        ],
    )  # fmt: skip
    def test_what_cannot_be_paid_back_is_told_beside_the_field(self, client, world, typed):
        order = ordered(world)
        answer = client.as_(world.manager).post(f"/orders/{order.id}/refunds/new", typed)
        assert answer.status_code == 422
        assert "There is a problem" in answer.text
        assert fresh(order).refunded_cents == 0

    def test_cents_are_taken_as_typed(self, client, world):
        order = ordered(world)
        client.as_(world.manager).post(f"/orders/{order.id}/refunds/new", {"amount": "0.29", "reason": "x"})
        assert fresh(order).refunded_cents == 29

    def test_every_change_is_in_the_audit_trail(self, client, world):
        back(world, ordered(world), cents=100)
        actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
        wanted = ["order.placed", "order.paid", "order.refund_asked", "order.refunded"]
        assert [action for action in actions if action.startswith("order.")] == wanted


def test_sums_that_differ_are_told(world, caplog):
    order = ordered(world)
    db.session.execute(db.text("UPDATE payment SET amount_cents = 99000"))
    db.session.commit()
    assert check_orders() == [order.id]
    assert "orders_do_not_add_up" in caplog.text

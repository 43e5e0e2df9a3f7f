"""Events of Stripe: signed, once, only a reason to ask; a wrong one gets a clear answer and changes nothing."""

import itertools
import json

import pytest
from sqlalchemy import func, select

from portal.db import db
from portal.orders import paying
from portal.orders.models import Order
from portal.orders.refunds import pay_back
from portal.payments.models import Payment, PaymentEvent, Refund
from tests.payments.stripe_stand_in import OLD_WEBHOOK_SECRET, sign
from tests.payments.ways import place

pytestmark = pytest.mark.usefixtures("outbox")

HOOK = "/payments/stripe/webhook"


@pytest.fixture
def payment(stand_in, world):
    return paying.start(world.actor("organiser"), place(world, "stripe").id, "stripe")


def tell(client, payload, signature):
    return client._alone("post", HOOK, data=payload, headers={"Stripe-Signature": signature})


def state_of(payment):
    db.session.rollback()
    return db.session.scalar(select(Order.state).where(Order.id == payment.order_id))


def events():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(PaymentEvent))


class TestTakenIn:
    def test_a_paid_session_pays_the_order(self, stand_in, payment, client, run_jobs):
        session = stand_in.pay(payment.reference)
        answer = tell(client, *stand_in.event("checkout.session.completed", session))
        assert (answer.status_code, state_of(payment)) == (200, "pending")
        run_jobs()
        assert state_of(payment) == "paid"

    @pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
    def test_three_times_shuffled_it_counts_once(self, stand_in, payment, client, run_jobs, order):
        session = stand_in.pay(payment.reference)
        told = [
            stand_in.event(kind, session)
            for kind in ("checkout.session.completed", "checkout.session.expired", "checkout.session.async_payment_failed")
        ]  # fmt: skip
        answers = [tell(client, *told[number]).status_code for number in [*order, *reversed(order), *order]]
        assert set(answers) == {200}
        assert events() == 3
        run_jobs()
        paid = db.session.scalars(select(Order)).one()
        assert (paid.state, paid.paid_cents, len(paid.lines)) == ("paid", 50_000, 1)

    def test_the_old_secret_holds_while_it_is_being_changed(self, stand_in, payment, client):
        session = stand_in.pay(payment.reference)
        told = stand_in.event("checkout.session.completed", session, secret=OLD_WEBHOOK_SECRET)
        assert tell(client, *told).status_code == 200

    def test_an_unknown_kind_is_kept_and_changes_nothing(self, stand_in, payment, client, run_jobs):
        told = stand_in.event("galaxy.collided", {"id": "gx_1", "object": "galaxy"})
        assert tell(client, *told).status_code == 200
        run_jobs()
        event = db.session.scalars(select(PaymentEvent)).one()
        assert (event.kind, event.subject, event.payment_id) == ("galaxy.collided", "gx_1", None)
        assert event.handled_at is not None
        assert state_of(payment) == "pending"

    def test_what_an_event_claims_is_not_believed(self, stand_in, payment, client, run_jobs):
        claim = stand_in.things[payment.reference] | {"status": "complete", "payment_status": "paid"}
        assert tell(client, *stand_in.event("checkout.session.completed", claim)).status_code == 200
        run_jobs()
        assert state_of(payment) == "pending"

    def test_an_event_is_kept_while_stripe_is_away_and_acted_on_later(
        self, stand_in, payment, client, run_jobs
    ):
        session = stand_in.pay(payment.reference)
        stand_in.is_down = True
        assert tell(client, *stand_in.event("checkout.session.completed", session)).status_code == 200
        run_jobs()
        assert state_of(payment) == "pending"
        stand_in.is_down = False
        paying.look_after_payments()
        assert state_of(payment) == "paid"

    def test_a_refund_at_the_desk_is_learnt_by_an_event(self, stand_in, payment, client, run_jobs):
        stand_in.pay(payment.reference)
        paying.check(payment.id)
        refund = stand_in.refund_at_desk(payment.reference, 50_000)
        for _ in range(2):
            assert tell(client, *stand_in.event("refund.created", refund)).status_code == 200
        run_jobs()
        assert state_of(payment) == "refunded"


class TestRefused:
    def answer(self, client, payload, signature, says):
        answer = tell(client, payload, signature)
        assert answer.status_code == 400
        assert says in answer.text
        assert events() == 0

    def test_a_wrong_signature(self, stand_in, payment, client):
        payload, _ = stand_in.event("checkout.session.completed", stand_in.pay(payment.reference))
        for signature in (
            "",
            "garbage",
            sign(payload, "whsec_somebody_else"),
            sign(b"other", "x"),
            "t=x,v1=y",
            "t=1,v1=é",
        ):
            self.answer(client, payload, signature, "signature")

    def test_a_changed_body(self, stand_in, payment, client):
        payload, signature = stand_in.event("checkout.session.completed", stand_in.pay(payment.reference))
        self.answer(client, payload.replace(b"50000", b"1"), signature, "signature")

    def test_an_old_moment(self, stand_in, payment, client):
        told = stand_in.event("checkout.session.completed", stand_in.pay(payment.reference), at=1_600_000_000)
        self.answer(client, *told, "signature")

    def test_another_account(self, stand_in, payment, client):
        session = stand_in.pay(payment.reference)
        self.answer(
            client, *stand_in.event("checkout.session.completed", session, account="acct_other"), "account"
        )

    def test_the_other_mode(self, stand_in, payment, client):
        session = stand_in.pay(payment.reference)
        self.answer(client, *stand_in.event("checkout.session.completed", session, livemode=True), "mode")

    @pytest.mark.parametrize(
        "payload",
        [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"{" * 500, b'"text"', b'{"id":1,"type":2,"livemode":false,"data":{"object":7}}',
         json.dumps({"id": "e", "type": "t", "data": {"object": None}, "livemode": False}).encode()],
    )  # fmt: skip
    def test_garbage_that_is_signed(self, stand_in, payment, client, payload):
        from tests.payments.stripe_stand_in import WEBHOOK_SECRET

        self.answer(client, payload, sign(payload, WEBHOOK_SECRET), "")

    def test_a_nul_in_it_is_no_error(self, stand_in, payment, client):
        told = stand_in.event("odd\x00kind", {"id": "a\x00b", "object": "x"})
        assert tell(client, *told).status_code == 200

    def test_more_than_an_event_can_be(self, stand_in, payment, client):
        payload = b" " * (600 * 1024)
        assert tell(client, payload, sign(payload, "x")).status_code == 413

    def test_where_stripe_is_not_offered_there_is_nothing(self, world, client):
        assert tell(client, b"{}", "").status_code == 404


def test_a_payment_of_another_portal_at_the_same_account_is_not_taken_for_ours(stand_in, payment, world):
    stand_in.pay(payment.reference)["client_reference_id"] = "portal-payment-999"
    with pytest.raises(paying.NotNow):
        paying.check(payment.id)
    assert db.session.get_one(Payment, payment.id).state == "open"


@pytest.mark.parametrize(
    ("ends", "state", "refunded"), [("succeeded", "done", 50_000), ("failed", "failed", 0)]
)
def test_a_refund_that_takes_its_time_is_asked_for_until_it_ends(
    stand_in, payment, world, ends, state, refunded
):
    stand_in.pay(payment.reference)
    paying.check(payment.id)
    stand_in.refunds_are = "pending"
    refund = pay_back(
        world.actor("manager"), payment.order_id, cents=50_000, line_ids=[], reason="x", form_key="k"
    )
    assert (refund.state, refund.reference is not None) == ("pending", True)
    stand_in.things[refund.reference]["status"] = ends
    paying.look_after_payments()
    assert db.session.get_one(Refund, refund.id, populate_existing=True).state == state
    assert db.session.get_one(Order, payment.order_id, populate_existing=True).refunded_cents == refunded

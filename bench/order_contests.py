"""Paying and ordering at once: what the clients click, and what must hold then."""

import time
import uuid
from collections.abc import Callable

from sqlalchemy import text

from bench.clicks import Click, Client
from bench.roster_contests import Place, Trial
from portal.db import db
from portal.orders.models import Order
from portal.orders.paying import start
from portal.orders.service import order_extra_contact
from portal.payments.models import Payment
from tests.payments.stripe_stand_in import StripeStandIn
from tests.people import actor_of, event

SEATS_ORDERED = 2
HANDLED_SECONDS = 15
LOOK_EVERY_SECONDS = 0.02

HANDLED = text("SELECT count(*) FROM payment_event WHERE subject IN (:a, :b) AND handled_at IS NOT NULL")
EVENTS = text("SELECT count(*) FROM payment_event WHERE subject IN (:a, :b)")
CAME_OF_IT = text("""
SELECT o.state, o.paid_cents - o.total_cents AS over,
  (SELECT count(*) FROM seat s JOIN order_line l ON l.id = s.order_line_id WHERE l.order_id = o.id) AS seats,
  (SELECT count(*) FROM document WHERE order_id = o.id AND kind = 'receipt') AS receipts,
  (SELECT count(*) FROM document WHERE order_id = o.id AND kind = 'invoice') AS invoices,
  (SELECT coalesce(sum(cents), 0) FROM ledger_entry WHERE order_id = o.id) AS owed,
  (SELECT count(*) FROM audit_entry WHERE subject_type = 'order' AND subject_id = o.id
     AND action IN ('order.paid', 'order.unexpected_payment')) AS told
FROM "order" o WHERE o.id = :order
""")
PLACED = text("""
SELECT count(*) AS orders, (SELECT count(*) FROM document WHERE event_id = :event) AS invoices
FROM "order" WHERE event_id = :event
""")


def stripe(stand_in: StripeStandIn) -> Callable[[Place, int], Trial]:
    """confirm || webhook || webhook: the session is paid at Stripe's stand-in, which signs two events about it."""

    def contest(place: Place, number: int) -> Trial:
        order, payment = _payment(place, number, "stripe")
        session = stand_in.pay(payment.reference or "")
        told = [
            stand_in.event("checkout.session.completed", session),
            stand_in.event("payment_intent.succeeded", stand_in.things[session["payment_intent"]]),
        ]
        clicks: list[tuple[Client, Click]] = []
        for turn, client in enumerate(place.organisers):
            body, signature = told[turn % 3 - 1]
            headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
            webhook = client.post("/payments/stripe/webhook", body, headers)
            clicks.append((client, webhook if turn % 3 else _check(client, payment)))
        subjects = {"a": session["id"], "b": session["payment_intent"]}
        return Trial(
            clicks, "money counted more than once", lambda statuses: _problems(order, subjects, 2, statuses)
        )

    return contest


def trial(place: Place, number: int) -> Trial:
    """confirm || pay, told three times: on the trial provider's pay page, while others ask how it stands."""
    order, payment = _payment(place, number, "trial")
    page = f"/payments/trial/{payment.reference}"
    clicks = [
        (client, client.click(page, act="duplicate") if turn % 3 else _check(client, payment))
        for turn, client in enumerate(place.organisers)
    ]
    subjects = {"a": payment.reference or "", "b": ""}
    return Trial(
        clicks, "money counted more than once", lambda statuses: _problems(order, subjects, 1, statuses)
    )


def double_click(place: Place, number: int) -> Trial:
    """WHO-4: one form, sent by every window of one browser at once."""
    at = event(place.customer, f"Clicked {number}", slug=f"race-{uuid.uuid4().hex}")
    db.session.commit()
    typed = {"quantity": "1", "method": "invoice", "form_key": str(uuid.uuid4())}
    clicks = [(client, client.click(f"/events/{at.id}/orders/new", **typed)) for client in place.twins]

    def problems(statuses: list[int]) -> list[str]:
        placed = db.session.execute(PLACED, {"event": at.id}).one()
        return _named({
            "more than one order": placed.orders > 1,
            "no order": placed.orders < 1,
            "invoices issued other than one": placed.invoices != 1,
            "not every click was answered with the order": statuses.count(303) != len(statuses),
        })  # fmt: skip

    return Trial(clicks, "more than one order", problems)


def _payment(place: Place, number: int, method: str) -> tuple[Order, Payment]:
    at = event(place.customer, f"Paid {number}", slug=f"race-{uuid.uuid4().hex}")
    db.session.commit()
    actor = actor_of(place.asker)
    order = order_extra_contact(
        actor, at.id, quantity=SEATS_ORDERED, method=method, form_key=str(uuid.uuid4())
    )
    return order, start(actor, order.id, method)


def _check(client: Client, payment: Payment) -> Click:
    return client.click(f"/payments/{payment.id}/check")


def _problems(order: Order, subjects: dict[str, str], events: int, statuses: list[int]) -> list[str]:
    _wait_until_handled(subjects, events)
    found = db.session.execute(CAME_OF_IT, {"order": order.id}).one()
    return _named({
        "not paid": found.state != "paid",
        "money counted more than once": found.over > 0 or found.told > 1,
        "money not counted": found.over < 0 or found.told < 1,
            "the ledger does not balance": found.owed != 0,
        "seats given other than once": found.seats != SEATS_ORDERED,
        "receipts or invoices other than one": (found.receipts, found.invoices) != (1, 1),
        "an event was kept other than once": _number(EVENTS, subjects) != events,
        "an answer was neither yes nor see there": any(status not in (200, 303) for status in statuses),
    })  # fmt: skip


def _wait_until_handled(subjects: dict[str, str], events: int) -> None:
    deadline = time.monotonic() + HANDLED_SECONDS
    while time.monotonic() < deadline and _number(HANDLED, subjects) < events:
        time.sleep(LOOK_EVERY_SECONDS)


def _number(statement: object, values: dict[str, str]) -> int:
    db.session.rollback()
    return int(db.session.execute(statement, values).scalar_one())  # type: ignore[call-overload]


def _named(facts: dict[str, bool]) -> list[str]:
    return [name for name, is_so in facts.items() if is_so]

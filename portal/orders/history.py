"""What happened to an order, in the customer's words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from portal.money import money
from portal.orders.models import Order
from portal.payments.models import Payment, Refund

ENDED = {
    "paid": "Payment of {amount} received", "failed": "Payment failed", "expired": "The pay page expired unpaid",
    "cancelled": "The pay page was closed",
}  # fmt: skip
REFUNDED = {"done": "{amount} paid back: {reason}", "failed": "{amount} could not be paid back"}


@dataclass(frozen=True)
class Happening:
    """One thing that happened, when, and who did it; empty for the portal itself."""

    at: datetime
    words: str
    who: str = ""


def history(order: Order) -> list[Happening]:
    """Everything that happened to an order, oldest first. `order` has its payments and refunds with it."""
    return sorted(_happenings(order), key=lambda each: each.at)


def _happenings(order: Order) -> Iterator[Happening]:
    yield Happening(order.placed_at, "Ordered", order.placed_by.name)
    if order.granted_at is not None:
        words = "Seats opened on invoice" if order.sells_seats else "Approved on invoice"
        yield Happening(order.granted_at, words, "Support")
    if order.settled_at is not None and order.state == "cancelled":
        by_customer = order.settled_by_id == order.placed_by_id
        yield Happening(order.settled_at, "Cancelled", order.placed_by.name if by_customer else "Support")
    for payment in order.payments:
        yield from _of_payment(payment, order.currency)
        for refund in payment.refunds:
            yield from _of_refund(refund, order.currency)


def _of_payment(payment: Payment, currency: str) -> Iterator[Happening]:
    if payment.provider != "invoice":
        who = payment.started_by.name if payment.started_by else ""
        yield Happening(payment.started_at, "Payment started", who)
    if payment.ended_at is not None:
        words = ENDED[payment.state].format(amount=money(payment.amount_cents, currency))
        yield Happening(payment.ended_at, words, "Support" if payment.provider == "invoice" else "")


def _of_refund(refund: Refund, currency: str) -> Iterator[Happening]:
    amount = money(refund.cents, currency)
    if refund.ended_at is None:
        yield Happening(refund.asked_at, f"{amount} on its way back: {refund.reason}", "Support")
    else:
        words = REFUNDED[refund.state].format(amount=amount, reason=refund.reason)
        yield Happening(refund.ended_at, words, "Support" if refund.asked_by_id else "")

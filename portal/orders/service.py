"""Placing orders, and what people decide about them. Money that comes by itself is in `paying`."""

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid
from portal.events.queries import event_for
from portal.orders import settling
from portal.orders.holding import locked_order
from portal.orders.models import Order
from portal.orders.placing import placed
from portal.orders.queries import order_for
from portal.orders.quoting import MOST_SEATS, quote
from portal.payments.configured import is_configured
from portal.payments.models import Payment


class PriceChanged(Conflict):
    """The price is not the one that was reviewed: it is to be reviewed again."""

    title = "The price has changed"


@use_case
def order_extra_contact(
    actor: Actor, event_id: int, *, quantity: int = 1, method: str = "invoice", purchase_order: str = "",
    reviewed: str | None = None, form_key: str,
) -> Order:  # fmt: skip
    """Order additional contacts at the price in force (WHO-4); each is a line of its own.

    `reviewed` is the fingerprint of the quote that was shown: PriceChanged when it is another by now. No
    amount is taken from the caller. The seats open when the order is paid, or granted on credit. The same
    form sent twice gives the same order. Raises Invalid for a quantity or method that is not offered.
    """
    event = event_for(actor, event_id)
    actor.require("order:place", event.scope)
    key = actor.own_key(form_key)
    there = db.session.scalar(select(Order).where(Order.form_key == key))
    if there is not None:
        return order_for(actor, there.id)
    _check(quantity, method)
    offer = quote(quantity)
    if reviewed is not None and reviewed != offer.fingerprint:
        raise PriceChanged("This is not the price that you reviewed. Nothing was ordered: please look again.")
    order = offer.order()
    order.organisation_id, order.event_id, order.placed_by_id = event.organisation_id, event_id, actor.id
    order.purchase_order, order.method, order.form_key = purchase_order, method, key
    return placed(actor, order)


@use_case
def settle_order(actor: Actor, order_id: int, *, payment_reference: str) -> Order:
    """Record that an order was paid on invoice, and open what it paid for, once (WHO-4).

    Raises Conflict when it was paid or cancelled meanwhile.
    """
    order = locked_order(actor, order_id)
    actor.require("order:settle", order.scope)
    if order.state != "pending":
        raise Conflict(f"Order {order.reference} is {order.state.replace('_', ' ')} already.")
    payment = Payment(
        order_id=order.id, provider="invoice", currency=order.currency, started_by_id=actor.person_id,
        amount_cents=order.total_cents - order.held_cents, note=payment_reference, started_at=now(),
    )  # fmt: skip
    db.session.add(payment)
    db.session.flush()
    payment.reference = payment.key
    db.session.flush()
    settling.take_in(actor, order, payment, cents=payment.amount_cents)
    return order


@use_case
def grant_order(actor: Actor, order_id: int) -> Order:
    """Open the seats of an unpaid order on invoice: staff approve it (WHO-4). It stays to be paid.

    Raises Conflict when it was granted, paid or cancelled meanwhile.
    """
    order = locked_order(actor, order_id)
    actor.require("order:grant", order.scope)
    settling.grant(actor, order)
    return order


@use_case
def cancel_order(actor: Actor, order_id: int) -> Order:
    """Cancel an order that is not paid; seats that were open on credit close by rule (WHO-3).

    Those are support's to close. Raises Conflict when it was paid or cancelled meanwhile.
    """
    order = locked_order(actor, order_id)
    actor.require("order:cancel" if order.granted_at is None else "order:settle", order.scope)
    settling.cancel(actor, order)
    return order


@use_case
def reopen_order(actor: Actor, order_id: int) -> Order:
    """Carry out a cancelled order with the money that came after all. Raises Conflict when none is there."""
    order = locked_order(actor, order_id)
    actor.require("order:settle", order.scope)
    settling.reopen(actor, order)
    return order


def _check(quantity: int, method: str) -> None:
    if not 1 <= quantity <= MOST_SEATS:
        raise Invalid(quantity=f"Order 1 to {MOST_SEATS} seats at once.")
    if not is_configured(method):
        raise Invalid(method="Choose one of the ways to pay.")

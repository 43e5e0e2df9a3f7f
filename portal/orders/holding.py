"""Holding an order still while its state is decided, telling of it, and writing it down."""

from typing import Any

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.accounts.permissions import Role
from portal.accounts.queries import staff_with
from portal.audit.record import record
from portal.db import db
from portal.errors import NotFound
from portal.mail.post import post
from portal.orders.models import Order
from portal.orders.queries import order_for, visible_orders


def locked_order(actor: Actor, order_id: int) -> Order:
    """The order as it is now, held until the transaction closes. Raises NotFound for what `actor` cannot see."""
    held = visible_orders(actor).where(Order.id == order_id).with_for_update(key_share=True)
    if db.session.scalar(held) is None:
        raise NotFound
    return order_for(actor, order_id)


def order_of_payment(payment_id: int) -> int:
    """The key of the order that a payment is for. Raises NotFound for an unknown payment."""
    from portal.payments.models import Payment

    found = db.session.scalar(select(Payment.order_id).where(Payment.id == payment_id))
    if found is None:
        raise NotFound
    return found


def facts(order: Order) -> dict[str, Any]:
    """What the audit trail keeps of an order. Amounts are integer cents."""
    return {
        "state": order.state, "total_cents": order.total_cents, "paid_cents": order.paid_cents,
        "refunded_cents": order.refunded_cents, "currency": order.currency,
        "purchase_order": order.purchase_order, "payment_reference": order.payment_reference,
    }  # fmt: skip


def write_down(
    actor: Actor, action: str, order: Order, before: dict[str, Any] | None = None, **more: Any
) -> None:
    """The audit row of a change of an order."""
    record(actor, action, order, before=before, after=facts(order) | more, scope=order.scope)


def tell_customer(order: Order, template: str, cause: str, **context: Any) -> None:
    """Mail whoever placed the order, while they may still read it."""
    context = {"order": order, **context}
    post(order.placed_by, template, cause=cause, permission="order:read", scope=order.scope, **context)


def tell_managers(order: Order, template: str, cause: str, **context: Any) -> None:
    """Mail every manager."""
    for manager in staff_with(Role.MANAGER):
        post(manager, template, cause=cause, permission="order:settle", order=order, **context)

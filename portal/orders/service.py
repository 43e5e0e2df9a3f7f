"""Placing, settling and cancelling orders."""

from typing import Any

from sqlalchemy import select, update

from portal.accounts.actor import Actor
from portal.accounts.permissions import Role
from portal.accounts.queries import staff_with
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.editions.queries import edition_in_force
from portal.errors import Conflict
from portal.events.queries import event_for
from portal.mail.post import post
from portal.orders.models import Order, OrderLine
from portal.orders.queries import order_for, visible_orders
from portal.policy.edition import Edition
from portal.policy.pricing import extra_contact_price
from portal.roster.seats import open_bought_seat


@use_case
def order_extra_contact(actor: Actor, event_id: int, *, purchase_order: str, form_key: str) -> Order:
    """Order one additional contact on invoice, at the price in force (WHO-4).

    The seat opens when the order is paid. The same form sent twice gives the same order.
    """
    event = event_for(actor, event_id)
    actor.require("order:place", event.scope)
    key = actor.own_key(form_key)
    placed = db.session.scalar(select(Order).where(Order.form_key == key))
    if placed is not None:
        return placed
    order = _new_order(actor, event.organisation_id, event_id, purchase_order, edition_in_force())
    order.form_key = key
    db.session.add(order)
    db.session.flush()
    record(actor, "order.placed", order, after=_facts(order), scope=order.scope)
    _tell(order_for(actor, order.id), "order_placed")
    return order


@use_case
def settle_order(actor: Actor, order_id: int, *, payment_reference: str) -> Order:
    """Record that an order is paid, and open what it paid for, once (WHO-4).

    Raises Conflict when it was paid or cancelled meanwhile.
    """
    order = _locked(actor, order_id)
    actor.require("order:settle", order.scope)
    _leave_pending(actor, order, "paid", payment_reference=payment_reference)
    for line in order.lines:
        open_bought_seat(order.event_id, line.id)
    _tell(order, "order_paid")
    return order


@use_case
def cancel_order(actor: Actor, order_id: int) -> Order:
    """Cancel an order that is not paid. Raises Conflict when it was paid or cancelled meanwhile."""
    order = _locked(actor, order_id)
    actor.require("order:cancel", order.scope)
    _leave_pending(actor, order, "cancelled")
    _tell(order, "order_cancelled")
    return order


def _new_order(actor: Actor, organisation_id: int, event_id: int, reference: str, edition: Edition) -> Order:
    price = extra_contact_price(edition)
    line = OrderLine(
        item="extra_contact", description="Additional Technical Contact", quantity=1,
        unit_cents=price.cents, total_cents=price.cents, rule="WHO-4",
    )  # fmt: skip
    return Order(
        organisation_id=organisation_id, event_id=event_id, placed_by_id=actor.id, currency=price.currency,
        total_cents=price.cents, purchase_order=reference, policy_edition=edition.number, lines=[line],
    )  # fmt: skip


def _locked(actor: Actor, order_id: int) -> Order:
    held = visible_orders(actor).where(Order.id == order_id).with_for_update(key_share=True)
    db.session.scalar(held)
    return order_for(actor, order_id)


def _leave_pending(actor: Actor, order: Order, state: str, **details: Any) -> None:
    settled = {"state": state, "settled_at": now(), "settled_by_id": actor.person_id, **details}
    change = update(Order).where(Order.id == order.id, Order.state == "pending").values(**settled)
    if db.session.execute(change.returning(Order.id)).first() is None:
        raise Conflict(f"Order {order.reference} is {order.state} already.")
    db.session.refresh(order)
    record(
        actor, f"order.{state}", order, before={"state": "pending"}, after=_facts(order), scope=order.scope
    )


def _tell(order: Order, template: str) -> None:
    cause = f"{template}:{order.id}"
    post(order.placed_by, template, cause=cause, permission="order:read", scope=order.scope, order=order)
    if template == "order_placed":
        for manager in staff_with(Role.MANAGER):
            post(manager, "order_to_invoice", cause=cause, permission="order:settle", order=order)


def _facts(order: Order) -> dict[str, Any]:
    return {
        "state": order.state, "total_cents": order.total_cents, "currency": order.currency,
        "purchase_order": order.purchase_order, "payment_reference": order.payment_reference,
    }  # fmt: skip

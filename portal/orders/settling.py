"""Every change of an order's state, one function each, through which all providers pass.

These take part in the caller's transaction, and the caller holds the order. A change that was made
already is not made again: each compares the state before it sets it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, update

from portal.accounts.actor import Actor
from portal.after_hours.opening import close_window, open_window, reopen_window
from portal.clock import now
from portal.db import db
from portal.documents.books import book_payment, book_refund, book_returned_refund, keep_in_line
from portal.errors import Conflict
from portal.jobs.queue import enqueue
from portal.orders.holding import facts, tell_customer, tell_managers, write_down
from portal.orders.models import Order
from portal.orders.seats import close_seats, lines_left, open_seats
from portal.payments.models import Payment, Refund, RefundLine
from portal.payments.provider import RefundReport


def take_in(actor: Actor, order: Order, payment: Payment, *, cents: int, charge: str = "") -> bool:
    """Count `cents` that came in by a payment, once, and settle the order with them where it is owed.

    Money for an order that was cancelled or paid already is kept for a manager to give back or use:
    it is never lost. False when this payment had been counted.
    """
    paid = {"state": "paid", "ended_at": now(), "amount_cents": cents, "charge": charge}
    if not _changed(payment, Payment.state != "paid", paid):
        return False
    _changed(order, Order.id == order.id, {"paid_cents": Order.paid_cents + cents})
    settles = order.state == "pending" and order.held_cents >= order.total_cents
    if settles:
        settle(actor, order, payment)
    else:
        write_down(actor, "order.unexpected_payment", order, payment=payment.id, received_cents=cents)
        tell_managers(order, "payment_unexpected", f"payment_unexpected:{payment.id}", payment=payment)
    book_payment(
        actor, order, payment_id=payment.id, cents=cents, method=payment.provider,
        reference=payment.note or charge, at=now(), settles=settles,
    )  # fmt: skip
    return True


def settle(actor: Actor, order: Order, payment: Payment) -> None:
    """Pending to paid: what was paid for opens, unless it was open on credit (WHO-4)."""
    was_open, before = order.is_granted, facts(order)
    values = {**_settled(actor, "paid"), "payment_reference": payment.note or payment.charge}
    _leave(order, "pending", values)
    open_seats(order)
    open_window(actor, order)
    write_down(actor, "order.paid", order, before, payment=payment.id)
    tell_customer(order, "order_paid", f"order_paid:{order.id}", was_open=was_open)
    if any(each.is_under_way for each in order.payments if each.id != payment.id):
        close_payments_later(order)


def grant(actor: Actor, order: Order) -> None:
    """Open what a pending order gives on credit: invoicing is approved (WHO-4, AFT-1). It stays to be paid."""
    if not (order.sells_seats or order.sells_window):
        raise Conflict(f"Order {order.reference} has no seats to open.")
    before = facts(order)
    if not _changed(order, _stands(order, "pending") & Order.granted_at.is_(None), _granted(actor)):
        raise Conflict(f"Order {order.reference} is {_in_words(order)} already.")
    open_seats(order)
    open_window(actor, order)
    write_down(actor, "order.granted", order, before, granted=True)
    tell_customer(order, "order_granted", f"order_granted:{order.id}")
    keep_in_line(actor, order, cause=f"granted:{order.id}")


def cancel(actor: Actor, order: Order) -> None:
    """Pending to cancelled: nothing is owed, and seats that were open on credit close."""
    before = facts(order)
    _leave(order, "pending", _settled(actor, "cancelled"))
    if order.granted_at is not None:
        close_seats(order, [line.id for line in order.lines])
    close_window(actor, order, f"Its order {order.reference} was cancelled.")
    write_down(actor, "order.cancelled", order, before)
    tell_customer(order, "order_cancelled", f"order_cancelled:{order.id}")
    keep_in_line(actor, order, cause=f"cancelled:{order.id}", reason="The order was cancelled.")
    if any(each.is_under_way for each in order.payments):
        close_payments_later(order)


def reopen(actor: Actor, order: Order) -> None:
    """Cancelled to paid, with the money that came after the cancellation."""
    if order.held_cents < order.total_cents or order.total_cents == 0:
        raise Conflict(f"No payment for the whole of order {order.reference} has come in.")
    before = facts(order)
    _leave(order, "cancelled", _settled(actor, "paid"))
    open_seats(order)
    reopen_window(actor, order)
    write_down(actor, "order.reopened", order, before)
    tell_customer(order, "order_paid", f"order_reopened:{order.id}:{now()}", was_open=False)
    keep_in_line(actor, order, cause=f"reopened:{order.id}")


def credit(actor: Actor, order: Order, refund: Refund, report: RefundReport) -> bool:
    """Count a refund that the provider made, once; the seats of its lines close (WHO-4).

    When nothing of the order's money is left, all of its seats close. False when it had been counted.
    """
    made = {"state": "done", "ended_at": now(), "reference": report.reference, "note": report.note}
    if not _changed(refund, Refund.state == "pending", made):
        return False
    before = facts(order)
    held = order.held_cents - refund.cents
    values = {"refunded_cents": Order.refunded_cents + refund.cents, "state": _after_refund(order, held)}
    _changed(order, Order.id == order.id, values)
    _give_back_lines(order, refund, everything=order.state == "refunded")
    if not lines_left(order):
        close_window(actor, order, f"What was paid for it, {order.reference}, was paid back.")
    write_down(
        actor, "order.refunded", order, before, refund=refund.id, cents=refund.cents, reason=refund.reason
    )
    tell_customer(order, "order_refunded", f"order_refunded:{refund.id}", refund=refund)
    book_refund(
        actor,
        order,
        refund_id=refund.id,
        cents=refund.cents,
        reference=report.reference,
        reason=refund.reason,
    )
    return True


def give_up_refund(actor: Actor, order: Order, refund: Refund, why: str) -> bool:
    """A refund that the provider could not make: the money stays, and its lines may be refunded anew."""
    if not _changed(refund, Refund.state == "pending", _failed(why)):
        return False
    for line in list(refund.lines):
        db.session.delete(line)
    write_down(actor, "order.refund_failed", order, refund=refund.id, cents=refund.cents, why=why)
    tell_managers(order, "order_refund_failed", f"order_refund_failed:{refund.id}", refund=refund)
    return True


def take_back_refund(actor: Actor, order: Order, refund: Refund, why: str) -> bool:
    """A refund that was made and then came back, from a closed card for example: the money is ours again."""
    if not _changed(refund, Refund.state == "done", _failed(why)):
        return False
    before, held = facts(order), order.held_cents + refund.cents
    state = order.state
    if state != "cancelled":
        state = "paid" if held >= order.total_cents else "partially_refunded"
    values = {"refunded_cents": Order.refunded_cents - refund.cents, "state": state}
    _changed(order, Order.id == order.id, values)
    write_down(actor, "order.refund_failed", order, before, refund=refund.id, cents=refund.cents, why=why)
    tell_managers(order, "order_refund_failed", f"order_refund_failed:{refund.id}", refund=refund)
    book_returned_refund(actor, order, refund_id=refund.id, cents=refund.cents, reason=why)
    return True


def close_payments_later(order: Order) -> None:
    """Have the pay pages of an order closed that is not to be paid any more."""
    enqueue("close_payments", order_id=order.id)


def _after_refund(order: Order, held: int) -> str:
    if order.state in ("cancelled", "pending") or (order.state == "paid" and held >= order.total_cents):
        return order.state
    return "partially_refunded" if held > 0 else "refunded"


def _give_back_lines(order: Order, refund: Refund, *, everything: bool) -> None:
    if everything:
        db.session.add_all(
            RefundLine(refund_id=refund.id, order_line_id=line.id) for line in lines_left(order)
        )
        db.session.flush()
        db.session.refresh(refund, ["lines"])
    if refund.lines:
        close_seats(order, [line.order_line_id for line in refund.lines])


def _leave(order: Order, state: str, values: dict[str, Any]) -> None:
    if not _changed(order, _stands(order, state), values):
        raise Conflict(f"Order {order.reference} is {_in_words(order)} already.")


def _stands(order: Order, state: str) -> ColumnElement[bool]:
    return (Order.id == order.id) & (Order.state == state)


def _changed(row: Order | Payment | Refund, condition: ColumnElement[bool], values: dict[str, Any]) -> bool:
    kind = type(row)
    change = update(kind).where(kind.id == row.id, condition).values(**values).returning(kind.id)
    found = db.session.execute(change.execution_options(synchronize_session=False)).first()
    db.session.refresh(row)
    return found is not None


def _settled(actor: Actor, state: str) -> dict[str, Any]:
    return {"state": state, "settled_at": now(), "settled_by_id": actor.person_id}


def _granted(actor: Actor) -> dict[str, datetime | int]:
    return {"granted_at": now(), "granted_by_id": actor.id}


def _failed(why: str) -> dict[str, Any]:
    return {"state": "failed", "ended_at": now(), "note": why[:300]}


def _in_words(order: Order) -> str:
    if order.is_granted:
        return "open on invoice"
    return order.state.replace("_", " ")

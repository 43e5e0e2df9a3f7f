"""Paying back, in part or whole. The provider is asked between two transactions; a refund is made once."""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import select

from portal.accounts.actor import SYSTEM, Actor
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid
from portal.jobs.queue import enqueue
from portal.money import money
from portal.orders import settling
from portal.orders.holding import locked_order, write_down
from portal.orders.models import Order
from portal.orders.queries import payment_with_order
from portal.orders.seats import lines_left
from portal.payments.configured import is_configured, provider_named
from portal.payments.models import Payment, Refund, RefundLine
from portal.payments.provider import ProviderRefuses, ProviderUnavailable, RefundReport

log = structlog.get_logger(__name__)

IF_INTERRUPTED = timedelta(minutes=1)


def pay_back(
    actor: Actor, order_id: int, *, cents: int | None, line_ids: Sequence[int], reason: str, form_key: str
) -> Refund:
    """Ask for a refund and have the provider make it; when it does not answer, a job goes on asking.

    See `ask_refund` for what is raised.
    """
    refund = ask_refund(actor, order_id, cents=cents, line_ids=line_ids, reason=reason, form_key=form_key)
    try:
        return finish_refund(refund.id)
    except ProviderUnavailable as error:
        log.warning("refund_waits", refund=refund.id, why=str(error))
        return refund


@use_case
def ask_refund(
    actor: Actor, order_id: int, *, cents: int | None, line_ids: Sequence[int], reason: str, form_key: str
) -> Refund:
    """Decide to pay back `cents`, by default what the chosen lines cost; their seats close when it is made.

    The same form sent twice is one refund. Raises Invalid for an amount that is nothing or more than one
    payment still holds, and for lines that were given back; Conflict when nothing is held.
    """
    order = locked_order(actor, order_id)
    actor.require("order:refund", order.scope)
    return refund_asked(
        actor, order, cents=cents, line_ids=line_ids, reason=reason, key=actor.own_key(form_key)
    )


def undo(actor: Actor, order: Order, *, cents: int, reason: str, key: str) -> Refund | None:
    """Take an order back in the caller's transaction, which holds it: cancel it unpaid, else give `cents` back.

    `key` makes it one refund. The refund is to be finished afterwards; None where there is nothing to give.
    """
    if order.state == "pending":
        settling.cancel(actor, order)
        return None
    back = min(cents, order.held_cents)
    if back <= 0:
        return None
    lines = [line.id for line in lines_left(order)] if back == order.held_cents else []
    return refund_asked(actor, order, cents=back, line_ids=lines, reason=reason, key=key)


def refund_asked(
    actor: Actor, order: Order, *, cents: int | None, line_ids: Sequence[int], reason: str, key: str
) -> Refund:
    """As `ask_refund`, in the caller's transaction, which holds the order and has asked for the right."""
    asked = db.session.scalar(select(Refund).where(Refund.form_key == key))
    if asked is not None:
        return asked
    chosen = [line for line in lines_left(order) if line.id in set(line_ids)]
    if len(chosen) != len(set(line_ids)):
        raise Invalid(lines="One of these seats was given back already. Look again.")
    amount = sum(line.due_cents for line in chosen) if cents is None else cents
    payment = _payment_with(order, amount)
    refund = Refund(
        order_id=order.id, payment_id=payment.id, cents=amount, reason=reason, asked_by_id=actor.person_id,
        form_key=key, asked_at=now(), lines=[RefundLine(order_line_id=line.id) for line in chosen],
    )  # fmt: skip
    db.session.add(refund)
    db.session.flush()
    write_down(actor, "order.refund_asked", order, refund=refund.id, cents=amount, reason=reason)
    enqueue("finish_refund", refund_id=refund.id, run_at=now() + IF_INTERRUPTED)
    return refund


def finish_refund(refund_id: int) -> Refund:
    """Have the provider make a refund that was asked for. May be done twice: it is made once."""
    refund = db.session.get_one(Refund, refund_id, populate_existing=True)
    payment, _ = payment_with_order(refund.payment_id)
    if refund.state != "pending" or not is_configured(payment.provider):
        return refund
    db.session.close()
    try:
        report = provider_named(payment.provider).refund(payment, refund)
    except ProviderRefuses as refusal:
        report = RefundReport("", refund.cents, "failed", refund.key, str(refusal))
    return note_refund(SYSTEM, refund_id, report)


@use_case
def note_refund(actor: Actor, refund_id: int, report: RefundReport) -> Refund:
    """Act on what the provider says of a refund, once."""
    refund = db.session.get_one(Refund, refund_id)
    order = locked_order(actor, refund.order_id)
    db.session.refresh(refund)
    _act(actor, order, refund, report)
    return refund


def reconcile(actor: Actor, order: Order, payment: Payment, reports: Sequence[RefundReport]) -> None:
    """Bring our refunds of a payment in line with its provider's; the caller holds the order.

    A refund that was made at the provider's own desk is entered as ours.
    """
    for report in reports:
        refund = _known(payment, report)
        if refund is None and report.state != "failed":
            refund = Refund(
                order_id=order.id, payment_id=payment.id, cents=report.cents, asked_at=now(),
                reason="Paid back at the payment provider",
            )  # fmt: skip
            db.session.add(refund)
            db.session.flush()
        if refund is not None:
            _act(actor, order, refund, report)


def refundable(order: Order) -> dict[int, int]:
    """What each payment still holds, in cents, less what is being paid back."""
    left = {each.id: each.amount_cents for each in order.payments if each.state == "paid"}
    for payment in order.payments:
        if payment.id in left:
            left[payment.id] -= sum(each.cents for each in payment.refunds if each.state != "failed")
    return left


def _payment_with(order: Order, amount: int) -> Payment:
    left = refundable(order)
    if not any(left.values()):
        raise Conflict(f"Nothing of order {order.reference} is left to pay back.")
    if amount <= 0:
        raise Invalid(amount="Choose the seats to give back, or enter an amount.")
    most = max(left.values())
    if amount > most:
        raise Invalid(amount=f"At most {money(most, order.currency)} can be paid back at once.")
    enough = [each for each in order.payments if left.get(each.id, 0) >= amount]
    return enough[-1]


def _known(payment: Payment, report: RefundReport) -> Refund | None:
    mine = db.session.scalars(select(Refund).where(Refund.payment_id == payment.id).order_by(Refund.id))
    return next((each for each in mine if report.key == each.key or report.reference == each.reference), None)


def _act(actor: Actor, order: Order, refund: Refund, report: RefundReport) -> None:
    if report.state == "done":
        settling.credit(actor, order, refund, report)
    elif report.state == "failed" and refund.state == "pending":
        settling.give_up_refund(actor, order, refund, report.note)
    elif report.state == "failed":
        settling.take_back_refund(actor, order, refund, report.note)
    elif refund.reference is None:
        refund.reference = report.reference

"""Paying through a provider. A provider is asked between transactions, never inside one."""

from collections.abc import Mapping
from datetime import timedelta

import structlog
from sqlalchemy import select, update

from portal.accounts.actor import SYSTEM, Actor
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid
from portal.mail.post import address_of
from portal.orders import settling
from portal.orders.holding import locked_order, order_of_payment, tell_customer, write_down
from portal.orders.models import Order
from portal.orders.queries import payment_with_order
from portal.orders.refunds import reconcile
from portal.payments.configured import is_configured, provider_named
from portal.payments.models import UNDER_WAY, Payment, PaymentEvent, Refund
from portal.payments.provider import (
    Checkout,
    ProviderRefuses,
    ProviderUnavailable,
    Purchase,
    Report,
    Standing,
)

log = structlog.get_logger(__name__)

STARTED_FOR = timedelta(hours=24)


class NotNow(Conflict):
    """The provider cannot be reached: nothing was charged, it can be tried again."""

    status, title = 503, "The payment provider does not answer"


def start(actor: Actor, order_id: int, provider: str) -> Payment:
    """Let an order be paid through `provider`, and give the payment with the address to pay at.

    Asked twice, it is the same payment. Raises Conflict when the order is not to be paid any more, Invalid
    for a provider that is not offered, NotNow when it does not answer.
    """
    payment = begin_payment(actor, order_id, provider)
    if payment.state == "open":
        return payment
    purchase = _purchase(payment)
    db.session.close()
    try:
        checkout = provider_named(provider).checkout(payment, purchase)
    except (ProviderUnavailable, ProviderRefuses) as error:
        log.error("checkout_failed", payment=payment.id, why=str(error))
        raise NotNow("Nothing was charged. Please try again in a few minutes, or pay on invoice.") from error
    return note_checkout(SYSTEM, payment.id, checkout)


def check(payment_id: int) -> Payment:
    """Ask the provider how a payment stands, and act on it, once. Raises NotNow when it does not answer."""
    payment, _ = payment_with_order(payment_id)
    if payment.reference is None or not is_configured(payment.provider):
        return payment
    db.session.close()
    try:
        report = provider_named(payment.provider).confirm(payment)
    except (ProviderUnavailable, ProviderRefuses) as error:
        log.warning("confirm_failed", payment=payment_id, why=str(error))
        raise NotNow("What you paid is safe. Please look again in a few minutes.") from error
    return take_report(SYSTEM, payment_id, report)


@use_case
def begin_payment(actor: Actor, order_id: int, provider: str) -> Payment:
    """The payment of an order that is under way with `provider`, or a new one."""
    order = locked_order(actor, order_id)
    actor.require("order:pay", order.scope)
    if not is_configured(provider) or not provider_named(provider).describe().leaves:
        raise Invalid(method="Choose one of the ways to pay.")
    if order.state != "pending":
        raise Conflict(f"Order {order.reference} is {order.state.replace('_', ' ')} already.")
    under_way = _under_way(order, provider)
    if under_way is not None:
        return under_way
    payment = Payment(
        order_id=order.id, provider=provider, currency=order.currency, started_by_id=actor.person_id,
        amount_cents=order.total_cents - order.held_cents, started_at=now(),
    )  # fmt: skip
    db.session.add(payment)
    db.session.flush()
    write_down(actor, "order.payment_started", order, payment=payment.id, provider=provider)
    return payment


@use_case
def note_checkout(actor: Actor, payment_id: int, checkout: Checkout) -> Payment:
    """Keep where a payment can be made."""
    order = locked_order(actor, order_of_payment(payment_id))
    opened = {
        "state": "open", "reference": checkout.reference, "address": checkout.address,
        "expires_at": checkout.expires_at,
    }  # fmt: skip
    _turned(payment_id, ("started",), opened)
    if order.state != "pending":
        settling.close_payments_later(order)
    return payment_with_order(payment_id)[0]


@use_case
def take_report(actor: Actor, payment_id: int, report: Report) -> Payment:
    """Act on what a provider says of a payment: once, in whatever order and however often it is said."""
    order = locked_order(actor, order_of_payment(payment_id))
    payment = next(each for each in order.payments if each.id == payment_id)
    if report.currency != payment.currency:
        log.error("payment_currency_mismatch", payment=payment_id, currency=report.currency)
        return payment
    if report.standing is Standing.PAID:
        settling.take_in(actor, order, payment, cents=report.cents, charge=report.charge)
        reconcile(actor, order, payment, report.refunds)
    elif report.standing is Standing.FAILED and _turned(payment_id, UNDER_WAY, _ended("failed", report.note)):
        _tell_failed(actor, order, payment, report.note)
    elif report.standing is Standing.EXPIRED:
        _turned(payment_id, UNDER_WAY, _ended("expired" if order.state == "pending" else "cancelled"))
    return payment_with_order(payment_id)[0]


def close_payments(order_id: int) -> None:
    """Close the pay pages of an order that is not to be paid any more; what was paid meanwhile is counted."""
    for payment_id in _open_payments(order_id):
        payment, order = payment_with_order(payment_id)
        if order.state == "pending" or payment.reference is None or not is_configured(payment.provider):
            continue
        db.session.close()
        try:
            provider_named(payment.provider).cancel(payment)
        except ProviderRefuses:
            log.info("payment_not_closed", payment=payment_id)
        check(payment_id)


def handle_event(event_id: int) -> None:
    """Ask about the payment that an event is about. May be done twice without harm."""
    event = db.session.get_one(PaymentEvent, event_id)
    payment_id = _payment_about(event)
    if payment_id is not None:
        check(payment_id)
    note_handled(SYSTEM, event_id, payment_id)


@use_case
def note_handled(actor: Actor, event_id: int, payment_id: int | None) -> None:
    """Keep that an event was acted on."""
    done = {"handled_at": now(), "payment_id": payment_id}
    db.session.execute(update(PaymentEvent).where(PaymentEvent.id == event_id).values(**done))


def look_after_payments() -> None:
    """Ask about payments and refunds under way, so that a lost event loses nothing; end what never began."""
    end_never_begun(SYSTEM)
    for payment_id in [*_open_payments(), *_payments_being_refunded()]:
        try:
            check(payment_id)
        except NotNow:
            continue


@use_case
def end_never_begun(actor: Actor) -> None:
    """End payments whose pay page never opened, a day after they were started."""
    stale = (Payment.state == "started", Payment.started_at < now() - STARTED_FOR)
    db.session.execute(update(Payment).where(*stale).values(**_ended("expired")))


def _under_way(order: Order, provider: str) -> Payment | None:
    mine = [each for each in order.payments if each.provider == provider and each.is_under_way]
    for payment in mine:
        if payment.expires_at is None or payment.expires_at > now():
            return payment
        # Should it have been paid in its last second, the money still counts when we hear of it.
        _turned(payment.id, UNDER_WAY, _ended("expired"))
    return None


def _turned(payment_id: int, states: tuple[str, ...], values: Mapping[str, object]) -> bool:
    change = update(Payment).where(Payment.id == payment_id, Payment.state.in_(states)).values(**values)
    options = {"synchronize_session": False}
    return db.session.execute(change.returning(Payment.id), execution_options=options).first() is not None


def _ended(state: str, note: str = "") -> dict[str, object]:
    return {"state": state, "ended_at": now(), "note": note}


def _tell_failed(actor: Actor, order: Order, payment: Payment, why: str) -> None:
    write_down(actor, "order.payment_failed", order, payment=payment.id, why=why)
    tell_customer(order, "payment_failed", f"payment_failed:{payment.id}", why=why)


def _purchase(payment: Payment) -> Purchase:
    _, order = payment_with_order(payment.id)
    words = f"Order {order.reference}: {len(order.lines)} × {order.lines[0].description}, {order.event.name}"
    there = {"payment_id": payment.id}
    success, stopped = address_of("payments.show", **there), address_of("payments.stopped", **there)
    return Purchase(words[:250], order.placed_by.email, success, stopped)


def _open_payments(order_id: int | None = None) -> list[int]:
    found = select(Payment.id).where(Payment.state == "open").order_by(Payment.id)
    return list(db.session.scalars(found if order_id is None else found.where(Payment.order_id == order_id)))


def _payments_being_refunded() -> list[int]:
    # Those without a reference were never asked of the provider: their own job does that.
    waiting = select(Refund.payment_id).where(Refund.state == "pending", Refund.reference.is_not(None))
    return list(db.session.scalars(waiting.distinct()))


def _payment_about(event: PaymentEvent) -> int | None:
    about = (Payment.reference == event.subject) | (Payment.charge == event.subject)
    mine = select(Payment.id).where(Payment.provider == event.provider, about)
    return db.session.scalar(mine.order_by(Payment.id).limit(1)) if event.subject else None

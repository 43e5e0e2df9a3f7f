"""Writing the orders placed by hand: the order, its line, what was paid, and what was paid back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portal.demo import content
from portal.demo.customers import Stage
from portal.demo.frame import Frame, Sale, SoldLine, Someone, note
from portal.demo.moments import at_local
from portal.demo.plans import OrderPlan
from portal.orders.models import Order, OrderLine
from portal.payments.models import Payment, Refund, RefundLine
from portal.policy.pricing import Money, extra_contact_price

EASTERN = "America/New_York"


@dataclass(frozen=True, slots=True)
class Course:
    """When an order's turns were, and by whom; None where it did not come to that."""

    placed: datetime
    placed_by: Someone
    settled: datetime | None
    settled_by: Someone | None
    granted: datetime | None
    paid: datetime | None
    refunded: datetime | None


def write_orders(frame: Frame, stage: Stage) -> list[int]:
    """Write the orders placed by hand for an event; return the lines that are paid or granted: a seat each."""
    mine = [plan for plan in content.orders() if plan.event == stage.plan.key]
    lines = [(plan, _write(frame, stage, plan)) for plan in mine]
    return [line for plan, line in lines if plan.open_days_ago is not None]


def _write(frame: Frame, stage: Stage, plan: OrderPlan) -> int:
    price, course = extra_contact_price(frame.edition), _course(frame, stage, plan)
    order = _write_order(frame, stage, plan, course, price)
    line = frame.rows.add(
        OrderLine, order_id=order, item="extra_contact", description="Additional Technical Contact", quantity=1,
        unit_cents=price.cents, total_cents=price.cents, rule="WHO-4",
    )  # fmt: skip
    frame.sales.append(_sale(stage, plan, course, order, price))
    _write_trail(frame, stage, plan, course, order, price)
    if course.paid:
        payment = _write_payment(frame, order, price.cents, plan.payment_reference, course.paid)
        if course.refunded:
            _write_refund(frame, plan, order, line, payment, price.cents, course.refunded)
    return line


def _course(frame: Frame, stage: Stage, plan: OrderPlan) -> Course:
    organiser, manager = stage.customer.organisers[0], frame.team.managers[0]
    settled = _vendor_time(frame, plan.settled_days_ago, 11, 5)
    late = _vendor_time(frame, plan.paid_days_ago, 9, 40)
    return Course(
        placed=at_local((frame.now - timedelta(days=plan.days_ago)).date(), stage.plan.zone, 10, 12),
        placed_by=organiser,
        settled=settled,
        settled_by=(organiser if plan.state == "cancelled" else manager) if settled else None,
        granted=_vendor_time(frame, plan.granted_days_ago, 14, 20),
        paid=late if plan.state == "cancelled" else settled,
        refunded=_vendor_time(frame, plan.refunded_days_ago, 15, 30),
    )


def _vendor_time(frame: Frame, days_ago: int | None, hour: int, minute: int) -> datetime | None:
    if days_ago is None:
        return None
    return at_local((frame.now - timedelta(days=days_ago)).date(), EASTERN, hour, minute)


def _write_order(frame: Frame, stage: Stage, plan: OrderPlan, course: Course, price: Money) -> int:
    return frame.rows.add(
        Order, organisation_id=stage.customer.id, event_id=stage.id, state=plan.state, currency=price.currency,
        total_cents=price.cents, paid_cents=price.cents if course.paid else 0,
        refunded_cents=price.cents if course.refunded else 0, purchase_order=plan.purchase_order,
        placed_by_id=course.placed_by.id, placed_at=course.placed, settled_at=course.settled,
        settled_by_id=course.settled_by and course.settled_by.id, payment_reference=plan.payment_reference,
        granted_at=course.granted, granted_by_id=frame.team.managers[0].id if course.granted else None,
        policy_edition=frame.edition_at(course.placed),
    )  # fmt: skip


def _sale(stage: Stage, plan: OrderPlan, course: Course, order: int, price: Money) -> Sale:
    customer = stage.customer
    return Sale(
        order, customer.id, stage.id, customer.name, customer.plan.street, stage.name, plan.purchase_order,
        plan.payment_reference, plan.state, price.cents, price.currency, course.placed_by, course.placed,
        course.settled, course.paid, course.refunded, plan.refund_reason,
        (SoldLine("Additional Technical Contact", 1, price.cents, "WHO-4"),),
    )  # fmt: skip


def _write_trail(
    frame: Frame, stage: Stage, plan: OrderPlan, course: Course, order: int, price: Money
) -> None:
    manager = frame.team.managers[0]
    facts: dict[str, Any] = {
        "state": "pending", "total_cents": price.cents, "currency": price.currency,
        "purchase_order": plan.purchase_order, "payment_reference": "",
    }  # fmt: skip
    ended = "cancelled" if plan.state == "cancelled" else "paid"
    settled = facts | {"state": ended, "payment_reference": plan.payment_reference}
    turns = [
        (course.placed, course.placed_by, "order.placed", None, facts),
        (course.granted, manager, "order.granted", facts, facts),
        (course.settled, course.settled_by, f"order.{ended}", {"state": "pending"}, settled),
        (course.refunded, manager, "order.refunded", settled, facts | {"state": plan.state, "reason": plan.refund_reason}),
    ]  # fmt: skip
    for at, who, action, before, after in turns:
        if at:
            note(frame, at, who, action, Order, order, stage.place, before, after)


def _write_payment(frame: Frame, order_id: int, cents: int, reference: str, at: datetime) -> int:
    return frame.rows.add(
        Payment, order_id=order_id, provider="invoice", state="paid", amount_cents=cents,
        reference=f"portal-order-{order_id}", note=reference, started_by_id=frame.team.managers[0].id,
        started_at=at, ended_at=at,
    )  # fmt: skip


def _write_refund(
    frame: Frame, plan: OrderPlan, order: int, line: int, payment: int, cents: int, at: datetime
) -> None:
    refund = frame.rows.add(
        Refund, order_id=order, payment_id=payment, state="done", cents=cents, reason=plan.refund_reason,
        reference=f"demo-refund-{order}", asked_by_id=frame.team.managers[0].id, asked_at=at, ended_at=at,
    )  # fmt: skip
    frame.rows.add(RefundLine, refund_id=refund, order_line_id=line)

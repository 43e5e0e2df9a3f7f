"""The nightly check that payments, refunds and lines add up to what the orders say."""

import structlog
from sqlalchemy import ColumnElement, ScalarSelect, Select, SQLColumnExpression, and_, func, or_, select

from portal.db import db
from portal.orders.models import Order, OrderLine
from portal.payments.models import Payment, Refund

log = structlog.get_logger(__name__)


def check_orders() -> list[int]:
    """The keys of orders whose sums differ, told in the log as an error; none when all is well."""
    wrong = list(db.session.scalars(_mismatches()))
    if wrong:
        log.error("orders_do_not_add_up", orders=wrong)
    return wrong


def _mismatches() -> Select[int]:
    lines = _sum(OrderLine.total_cents + OrderLine.tax_cents, OrderLine.order_id == Order.id)
    paid = _sum(Payment.amount_cents, and_(Payment.order_id == Order.id, Payment.state == "paid"))
    refunded = _sum(Refund.cents, and_(Refund.order_id == Order.id, Refund.state == "done"))
    differs = or_(Order.total_cents != lines, Order.paid_cents != paid, Order.refunded_cents != refunded)
    return select(Order.id).where(differs).order_by(Order.id)


def _sum(of: SQLColumnExpression[int], where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.coalesce(func.sum(of), 0)).where(where).scalar_subquery()

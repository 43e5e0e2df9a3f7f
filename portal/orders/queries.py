"""Reading the order book: every reading starts from what the actor may see."""

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import joinedload, selectinload

from portal.accounts.actor import Actor, Scope
from portal.accounts.permissions import PERMISSIONS
from portal.db import db
from portal.errors import NotFound
from portal.orders.models import Order
from portal.paging import Page, page_of
from portal.payments.models import Payment, Refund
from portal.roster.models import Seat

OVERPAID = "overpaid"


def visible_orders(actor: Actor) -> Select[Order]:
    """The orders `actor` may know of: all for staff who handle them, their organisations' for organisers."""
    orders = select(Order)
    if actor.is_system or actor.staff_roles & PERMISSIONS["order:read"]:
        return orders
    return orders.where(Order.organisation_id.in_(actor.organisation_ids))


def order_scope(actor: Actor, order_id: int) -> Scope | None:
    """Where an order belongs; None when the actor may not know of it."""
    found = db.session.scalar(visible_orders(actor).where(Order.id == order_id))
    return found.scope if found else None


def order_for(actor: Actor, order_id: int) -> Order:
    """An order with its lines, event and people. Raises NotFound when the actor may not know of it."""
    statement = visible_orders(actor).where(Order.id == order_id).options(*_WHOLE)
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def orders_page(
    actor: Actor, *, event_id: int | None = None, state: str | None = None, cursor: str | None = None
) -> Page[Order]:
    """A page of orders, newest first; of one event or in one state where asked.

    The state OVERPAID finds those that hold money which nothing is owed for.
    """
    statement = visible_orders(actor).options(joinedload(Order.event), joinedload(Order.organisation))
    if event_id is not None:
        statement = statement.where(Order.event_id == event_id)
    if state is not None:
        statement = statement.where(_overpaid() if state == OVERPAID else Order.state == state)
    return page_of(statement, [Order.id], cursor, descending=True)


def _overpaid() -> ColumnElement[bool]:
    owed = case((Order.state.in_(("cancelled", "refunded")), 0), else_=Order.total_cents)
    return Order.paid_cents - Order.refunded_cents > owed


def seats_allowed(event_id: int) -> int:
    """How many contacts an event may have now, bought ones included (WHO-3, WHO-4)."""
    open_seats = (
        select(func.count()).select_from(Seat).where(Seat.event_id == event_id, Seat.closing.is_(False))
    )
    return db.session.scalar(open_seats) or 0


def payment_scope(actor: Actor, payment_id: int) -> Scope | None:
    """Where a payment belongs: where its order does. None when the actor may not know of it."""
    mine = select(Payment.order_id).where(Payment.id == payment_id).scalar_subquery()
    found = db.session.scalar(visible_orders(actor).where(Order.id == mine))
    return found.scope if found else None


def payment_with_order(payment_id: int) -> tuple[Payment, Order]:
    """A payment as it is now, and its order with it, whole. Raises NotFound for an unknown one."""
    order_id = db.session.scalar(select(Payment.order_id).where(Payment.id == payment_id))
    whole = select(Order).where(Order.id == order_id).options(*_WHOLE)
    order = db.session.scalar(whole.execution_options(populate_existing=True))
    if order is None:
        raise NotFound
    return next(each for each in order.payments if each.id == payment_id), order


_WHOLE = (
    joinedload(Order.event), joinedload(Order.organisation), joinedload(Order.placed_by),
    joinedload(Order.settled_by), joinedload(Order.granted_by), selectinload(Order.lines),
    selectinload(Order.payments).options(
        joinedload(Payment.started_by),
        selectinload(Payment.refunds).options(joinedload(Refund.lines), joinedload(Refund.asked_by)),
    ),
)  # fmt: skip

"""An order that was agreed on enters the book. Takes part in the caller's transaction."""

from portal.accounts.actor import Actor
from portal.db import db
from portal.documents.books import keep_in_line
from portal.orders.holding import tell_customer, tell_managers, write_down
from portal.orders.models import Order, OrderLine
from portal.orders.queries import order_for


def placed(actor: Actor, order: Order) -> Order:
    """Write an order down, tell of it, and invoice what is paid on invoice."""
    db.session.add(order)
    db.session.flush()
    order = order_for(actor, order.id)
    write_down(actor, "order.placed", order)
    tell_customer(order, "order_placed", f"order_placed:{order.id}")
    if order.method == "invoice":
        tell_managers(order, "order_to_invoice", f"order_placed:{order.id}")
    keep_in_line(actor, order, cause=f"placed:{order.id}")
    return order


def quoted_line(description: str, *, quantity: int, unit_cents: int, tax_cents: int, rule: str) -> OrderLine:
    """A line of what a quote offers, in integer cents; it opens no seat."""
    return OrderLine(
        item="quoted", description=description, quantity=quantity, unit_cents=unit_cents,
        total_cents=quantity * unit_cents, tax_cents=tax_cents, rule=rule,
    )  # fmt: skip

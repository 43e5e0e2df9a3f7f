"""Keeping the books in line with what happens to orders: what the order book calls at each change.

These take part in the caller's transaction, after the order has changed, and do nothing the second time.
"""

from datetime import datetime

from portal.accounts.actor import Actor
from portal.documents.issue import (
    invoice_up_to,
    invoices_of,
    issue_credit_note,
    issue_receipt,
    left_to_credit,
)
from portal.documents.ledger import enter_payment, enter_refund, enter_returned_refund, hold
from portal.orders.models import Order

METHODS = {"invoice": "On invoice", "stripe": "By card", "trial": "By trial payment; no money moved"}


def book_payment(
    actor: Actor, order: Order, *, payment_id: int, cents: int, method: str, reference: str, at: datetime,
    settles: bool,
) -> None:  # fmt: skip
    """Money that came in by a provider, `method`. What `settles` an order gets a receipt, and the order an invoice if it has none.

    Money that nothing is owed for is entered on the account alone, until it is used or paid back.
    """
    cause = f"payment:{payment_id}"
    if settles:
        issue_receipt(
            actor,
            order,
            cents=cents,
            method=METHODS[method],
            reference=reference,
            received_at=at,
            cause=cause,
        )
    else:
        enter_payment(order, cents, cause=f"receipt:{cause}", words=reference)


def book_refund(
    actor: Actor, order: Order, *, refund_id: int, cents: int, reference: str, reason: str
) -> None:
    """Money that was paid back; what the order is worth less is credited."""
    enter_refund(order, cents, cause=f"refund:{refund_id}", words=reference)
    keep_in_line(actor, order, reason=reason, cause=f"refund:{refund_id}")


def book_returned_refund(actor: Actor, order: Order, *, refund_id: int, cents: int, reason: str) -> None:
    """Money that was paid back and came back to us; what the order is worth again is invoiced again."""
    enter_returned_refund(order, cents, cause=f"refund-returned:{refund_id}", words=reason)
    keep_in_line(actor, order, reason=reason, cause=f"refund-returned:{refund_id}")


def keep_in_line(actor: Actor, order: Order, *, cause: str, reason: str = "") -> None:
    """Invoice what the order is worth and not invoiced, credit what is invoiced and not worth any more.

    `cause` names the change, such as `cancelled:7`; `reason` is printed on a credit note.
    """
    hold(order.id)
    invoices = invoices_of(order.id)
    over = sum(left_to_credit(each) for each in invoices) - _worth(order)
    if over < 0:
        invoice_up_to(actor, order, _worth(order), paid=order.state != "pending")
    for invoice in reversed(invoices):
        part = min(over, left_to_credit(invoice))
        if part > 0:
            issue_credit_note(actor, invoice, cents=part, reason=reason, cause=f"{cause}:{invoice.id}")
            over -= part


def _worth(order: Order) -> int:
    """What is owed for an order and what was paid for it, in cents."""
    if order.state in ("cancelled", "refunded"):
        return 0
    if order.state == "partially_refunded":
        return order.held_cents
    on_invoice = order.method == "invoice" or order.granted_at is not None
    return order.total_cents if on_invoice or order.state == "paid" else 0

"""Issuing invoices, receipts and credit notes. These take part in the caller's transaction.

Each is issued once for its cause: asked again, they give the document that is there.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from flask import current_app
from sqlalchemy import func, select

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.clock import now
from portal.config import Settings
from portal.db import db
from portal.documents.content import (
    Content,
    ContentLine,
    Party,
    Tax,
    content_of,
    one_line,
    sellers_day,
    several_lines,
)
from portal.documents.ledger import enter_document, hold
from portal.documents.letters import send
from portal.documents.models import CREDIT_NOTE, INVOICE, RECEIPT, SERIES, Document
from portal.documents.numbers import take_number
from portal.errors import Conflict
from portal.money import money
from portal.orders.models import Order


def issue_invoice(actor: Actor, order: Order, *, paid: bool = False) -> Document:
    """The invoice of an order: the one there is, or one issued now over what is not invoiced (any more).

    `paid` leaves out how and by when to pay. It is mailed to whoever ordered and to the organisation's
    billing address.
    """
    hold(order.id)
    return invoice_up_to(actor, order, order.total_cents, paid=paid)


def invoice_up_to(actor: Actor, order: Order, cents: int, *, paid: bool = False) -> Document:
    """As `issue_invoice`, for an order that is worth `cents`; the caller holds the order."""
    invoices = invoices_of(order.id)
    missing = cents - sum(left_to_credit(each) for each in invoices)
    if invoices and missing <= 0:
        return invoices[-1]
    settings = _settings()
    content = _content(order, settings)
    if not paid:
        due = sellers_day(now()) + timedelta(days=settings.invoice_days)
        content = replace(
            content, due_on=due.isoformat(), bank=several_lines(settings.seller_bank or "", "|")
        )
    tax = _share(order.tax_cents, missing, order.total_cents)
    if missing != order.total_cents:
        again = ContentLine("Charged again: a refund came back to us", 1, missing - tax, missing - tax)
        content = replace(content, lines=(again,))
    cause = f"order:{order.id}:{len(invoices) + 1}"
    return _write(actor, order, INVOICE, cause, content, missing - tax, tax)


def issue_receipt(
    actor: Actor, order: Order, *, cents: int, method: str, reference: str, received_at: datetime, cause: str
) -> Document:
    """The receipt of a payment of `cents` for an order, and the order's invoice if it has none yet.

    `cause` names the payment, such as `payment:71`; `method` is how it was paid, as printed.
    """
    cause = f"receipt:{cause}"
    hold(order.id)
    there = _issued(cause)
    if there is not None:
        return there
    invoice = issue_invoice(actor, order, paid=True)
    line = ContentLine(f"Payment of invoice {invoice.reference}", 1, cents, cents)
    content = replace(
        content_of(invoice.content), lines=(line,), tax=None, invoice=invoice.reference, due_on="", bank=(),
        method=one_line(method), payment_reference=one_line(reference),
        received_on=sellers_day(received_at).isoformat(),
    )  # fmt: skip
    return _write(actor, order, RECEIPT, cause, content, cents, 0, invoice)


def issue_credit_note(actor: Actor, invoice: Document, *, cents: int, reason: str, cause: str) -> Document:
    """A credit note of `cents`, tax included, on an invoice. `cause` names why, such as `refund:9`.

    Raises Conflict when less than that is left of the invoice.
    """
    cause = f"credit:{cause}"
    hold(invoice.order_id)
    there = _issued(cause)
    if there is not None:
        return there
    tax = _tax_within(invoice, cents)
    line = ContentLine(f"Credit on invoice {invoice.reference}", 1, cents - tax, cents - tax)
    content = replace(
        content_of(invoice.content), lines=(line,), invoice=invoice.reference, due_on="", bank=(),
        reason=several_lines(reason),
    )  # fmt: skip
    return _write(actor, invoice.order, CREDIT_NOTE, cause, content, cents - tax, tax, invoice)


def invoices_of(order_id: int) -> list[Document]:
    """The invoices of an order, the first one first: a second one follows what was credited in between."""
    mine = select(Document).where(Document.order_id == order_id, Document.kind == INVOICE)
    return list(db.session.scalars(mine.order_by(Document.id)))


def left_to_credit(invoice: Document) -> int:
    """What credit notes have left of an invoice, in cents, tax included."""
    return invoice.total_cents - _credited(invoice)[0]


def _write(
    actor: Actor, order: Order, kind: str, cause: str, content: Content, net: int, tax: int,
    invoice: Document | None = None,
) -> Document:  # fmt: skip
    document = Document(
        kind=kind, series=SERIES[kind], number=take_number(SERIES[kind]), cause=cause, order=order,
        organisation=order.organisation, event_id=order.event_id, refers_to_id=invoice and invoice.id,
        currency=order.currency, net_cents=net, tax_cents=tax, total_cents=net + tax, content=content.as_json(),
    )  # fmt: skip
    db.session.add(document)
    db.session.flush()
    enter_document(order, document)
    facts = {"number": document.reference, "total_cents": document.total_cents, "order": order.reference}
    record(actor, f"{kind}.issued", document, after=facts, scope=document.scope)
    send(document)
    return document


def _issued(cause: str) -> Document | None:
    return db.session.scalar(select(Document).where(Document.cause == cause))


def _content(order: Order, settings: Settings) -> Content:
    buyer, tax_id = order.organisation, order.tax_id or settings.seller_tax_id or ""
    return Content(
        seller=Party(one_line(settings.seller_name), several_lines(settings.seller_address, "|"), one_line(tax_id)),
        buyer=Party(one_line(buyer.name), several_lines(buyer.billing_address)),
        event=one_line(order.event.name), order=order.reference, policy_edition=order.policy_edition,
        purchase_order=one_line(order.purchase_order),
        tax=Tax(one_line(order.tax_name), _per_cent(order.tax_rate)) if order.tax_rate else None,
        lines=tuple(
            ContentLine(one_line(each.description), each.quantity, each.unit_cents, each.total_cents, each.rule)
            for each in order.lines
        ),
    )  # fmt: skip


def _per_cent(hundredths: int) -> str:
    return f"{Decimal(hundredths) / 100:f}%" if hundredths % 100 else f"{hundredths // 100}%"


def _tax_within(invoice: Document, cents: int) -> int:
    """The tax in a credit of `cents`: its share, half a cent up; the last credit takes what is left of it."""
    credited, credited_tax = _credited(invoice)
    left = invoice.total_cents - credited
    if not 0 < cents <= left:
        said = money(left, invoice.currency)
        raise Conflict(f"Of invoice {invoice.reference}, {said} can still be credited.")
    if cents == left:
        return invoice.tax_cents - credited_tax
    return min(_share(invoice.tax_cents, cents, invoice.total_cents), invoice.tax_cents - credited_tax)


def _share(tax: int, part: int, whole: int) -> int:
    return tax if part == whole else (2 * tax * part + whole) // (2 * whole)


def _credited(invoice: Document) -> tuple[int, int]:
    sums = select(func.sum(Document.total_cents), func.sum(Document.tax_cents)).where(
        Document.refers_to_id == invoice.id, Document.kind == CREDIT_NOTE
    )
    total, tax = db.session.execute(sums).one()
    return int(total or 0), int(tax or 0)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings

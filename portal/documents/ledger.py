"""The ledger: what each organisation owes, movement by movement. Takes part in the caller's transaction."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from portal.clock import now
from portal.db import db
from portal.documents.content import one_line
from portal.documents.models import CREDIT_NOTE, INVOICE, RECEIPT, Document, LedgerEntry
from portal.orders.models import Order

ENTRY_KINDS = {INVOICE: "invoice", CREDIT_NOTE: "credit", RECEIPT: "payment"}
OWES_MORE = frozenset({"invoice", "refund"})


def enter_document(order: Order, document: Document) -> None:
    """Enter what a document changes: an invoice is owed, a credit note and a receipt make it less."""
    kind, words = ENTRY_KINDS[document.kind], document.content["payment_reference"]
    _enter(order, kind, document.total_cents, f"document:{document.id}", words=words, document=document)


def enter_payment(order: Order, cents: int, *, cause: str, words: str = "") -> None:
    """Enter money that came in for `order` without a receipt, such as one that goes back at once.

    `cents` are integer cents of the order's currency, `cause` names the payment: it is entered once.
    """
    _enter(order, "payment", cents, cause, words=words)


def enter_refund(order: Order, cents: int, *, cause: str, words: str = "") -> None:
    """Enter money that was paid back for `order`: integer cents of its currency; a `cause` is entered once."""
    _enter(order, "refund", cents, cause, words=words)


def enter_returned_refund(order: Order, cents: int, *, cause: str, words: str = "") -> None:
    """Enter money that was paid back and came back to us: integer cents; a `cause` is entered once."""
    _enter(order, "refund_returned", cents, cause, words=words)


def hold(order_id: int) -> None:
    """Keep others from issuing documents for this order until the transaction closes."""
    db.session.execute(select(Order.id).where(Order.id == order_id).with_for_update(key_share=True))


def _enter(
    order: Order, kind: str, cents: int, cause: str, *, words: str = "", document: Document | None = None
) -> None:
    entry = {
        "kind": kind, "cause": cause, "organisation_id": order.organisation_id, "order_id": order.id,
        "document_id": document and document.id, "at": now(), "currency": order.currency,
        "cents": cents if kind in OWES_MORE else -cents, "words": one_line(words),
    }  # fmt: skip
    db.session.execute(insert(LedgerEntry).values(entry).on_conflict_do_nothing(index_elements=["cause"]))

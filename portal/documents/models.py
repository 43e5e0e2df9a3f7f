"""What accounting keeps: documents with gapless numbers, and the ledger. Neither is ever changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.actor import Scope
from portal.accounts.models import Organisation
from portal.clock import now
from portal.db import Base, Key
from portal.orders.models import Order

INVOICE, CREDIT_NOTE, RECEIPT = "invoice", "credit_note", "receipt"
KINDS = (INVOICE, CREDIT_NOTE, RECEIPT)
SERIES = {INVOICE: "INV", CREDIT_NOTE: "CN", RECEIPT: "RCP"}


class DocumentSeries(Base):
    """A run of numbers. The row is held by whoever takes one, so that a rollback gives it back."""

    __tablename__ = "document_series"

    name: Mapped[str] = mapped_column(primary_key=True)
    next_number: Mapped[int]

    __table_args__ = (CheckConstraint("next_number > 0", name="next_number"),)


class Document(Base):
    """An invoice, a credit note or a receipt, as it was issued. Amounts are integer cents of `currency`.

    `content` holds everything that is printed, so that it reads the same for ever. `cause` is unique:
    one cause issues one document. A trigger refuses every change of a row.
    """

    __tablename__ = "document"

    id: Mapped[Key]
    kind: Mapped[str]
    series: Mapped[str] = mapped_column(ForeignKey("document_series.name"))
    number: Mapped[int]
    cause: Mapped[str] = mapped_column(unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    refers_to_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    issued_at: Mapped[datetime] = mapped_column(default=now)
    currency: Mapped[str]
    net_cents: Mapped[int]
    tax_cents: Mapped[int]
    total_cents: Mapped[int]
    content: Mapped[dict[str, Any]]

    order: Mapped[Order] = relationship()
    organisation: Mapped[Organisation] = relationship()

    __table_args__ = (
        UniqueConstraint("series", "number"),
        CheckConstraint("kind IN ('invoice', 'credit_note', 'receipt')", name="kind"),
        CheckConstraint("(kind = 'invoice') = (refers_to_id IS NULL)", name="refers_to"),
        CheckConstraint("total_cents = net_cents + tax_cents", name="total"),
        CheckConstraint("net_cents >= 0 AND tax_cents >= 0", name="positive"),
        Index("ix_document_organisation", "organisation_id", "id"),
    )

    @property
    def scope(self) -> Scope:
        """Where the document belongs, for permission checks."""
        return Scope(event_id=self.event_id, organisation_id=self.organisation_id)

    @property
    def reference(self) -> str:
        """The document's number as people quote it: `INV-00042`."""
        return f"{self.series}-{self.number:05d}"


class LedgerEntry(Base):
    """One movement of an organisation's account: what it owes more (above zero) or less (below).

    `cents` are integer cents of `currency`. `words` is the payment's reference. Rows are never changed.
    """

    __tablename__ = "ledger_entry"

    id: Mapped[Key]
    kind: Mapped[str]
    cause: Mapped[str] = mapped_column(unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), unique=True)
    at: Mapped[datetime] = mapped_column(default=now)
    currency: Mapped[str]
    cents: Mapped[int]
    words: Mapped[str] = mapped_column(default="")

    document: Mapped[Document | None] = relationship()
    order: Mapped[Order] = relationship()

    __table_args__ = (
        CheckConstraint("kind IN ('invoice', 'credit', 'payment', 'refund', 'refund_returned')", name="kind"),
        CheckConstraint(
            "CASE WHEN kind IN ('invoice', 'refund') THEN cents >= 0 ELSE cents <= 0 END", name="sign"
        ),
        Index("ix_ledger_entry_organisation", "organisation_id", "at", "id"),
    )

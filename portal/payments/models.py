"""Payments and refunds of orders, what providers told of them, and the trial provider's own books."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.clock import now
from portal.db import Base, Key

UNDER_WAY = ("started", "open")


class Payment(Base):
    """One attempt to pay an order through a provider. Amounts are integer cents of `currency`.

    `reference` is the provider's name for the attempt, `charge` its name for the money once it moved,
    `address` where the customer pays. An attempt that failed or expired may still be paid: late money counts.
    """

    __tablename__ = "payment"

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    provider: Mapped[str]
    state: Mapped[str] = mapped_column(default="started")
    currency: Mapped[str] = mapped_column(default="USD")
    amount_cents: Mapped[int]
    reference: Mapped[str | None]
    charge: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    started_by: Mapped[Person | None] = relationship()
    refunds: Mapped[list["Refund"]] = relationship(order_by="Refund.id", back_populates="payment")

    __table_args__ = (
        UniqueConstraint("provider", "reference"),
        CheckConstraint("provider IN ('invoice', 'stripe', 'trial')", name="provider"),
        CheckConstraint(
            "state IN ('started', 'open', 'paid', 'failed', 'expired', 'cancelled')", name="state"
        ),
        CheckConstraint("(state IN ('started', 'open')) = (ended_at IS NULL)", name="ended"),
        CheckConstraint(
            "state IN ('started', 'failed', 'expired') OR reference IS NOT NULL", name="reference"
        ),
        CheckConstraint("amount_cents >= 0", name="amount"),
        Index(
            "uq_payment_under_way",
            "order_id",
            "provider",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_payment_charge", "charge", postgresql_where=text("charge != ''")),
    )

    @property
    def key(self) -> str:
        """What the provider knows the attempt by, so that asking twice starts one."""
        return f"portal-payment-{self.id}"

    @property
    def is_under_way(self) -> bool:
        """Whether it has neither succeeded nor ended otherwise."""
        return self.state in UNDER_WAY


class Refund(Base):
    """Money paid back out of one payment; of an order's lines when `lines` has them. Integer cents."""

    __tablename__ = "refund"

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    state: Mapped[str] = mapped_column(default="pending")
    cents: Mapped[int]
    reason: Mapped[str]
    reference: Mapped[str | None] = mapped_column(unique=True)
    note: Mapped[str] = mapped_column(default="")
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    form_key: Mapped[str | None] = mapped_column(unique=True)

    payment: Mapped[Payment] = relationship(back_populates="refunds")
    asked_by: Mapped[Person | None] = relationship()
    lines: Mapped[list["RefundLine"]] = relationship(order_by="RefundLine.id", back_populates="refund")

    __table_args__ = (
        CheckConstraint("state IN ('pending', 'done', 'failed')", name="state"),
        CheckConstraint("(state = 'pending') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("state != 'done' OR reference IS NOT NULL", name="reference"),
        CheckConstraint("cents > 0", name="cents"),
    )

    @property
    def key(self) -> str:
        """What the provider knows the refund by, so that asking twice pays back once."""
        return f"portal-refund-{self.id}"


class RefundLine(Base):
    """An order line that a refund gives back: its seat closes (WHO-4), once."""

    __tablename__ = "refund_line"

    id: Mapped[Key]
    refund_id: Mapped[int] = mapped_column(ForeignKey("refund.id"), index=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id"), unique=True)

    refund: Mapped[Refund] = relationship(back_populates="lines")


class PaymentEvent(Base):
    """What a provider told us, once for each of its event ids. Only a reason to ask the provider again."""

    __tablename__ = "payment_event"

    id: Mapped[Key]
    provider: Mapped[str]
    provider_event_id: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    received_at: Mapped[datetime] = mapped_column(default=now)
    handled_at: Mapped[datetime | None]
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), index=True)

    __table_args__ = (
        UniqueConstraint("provider", "provider_event_id"),
        Index("ix_payment_event_waiting", "id", postgresql_where=text("handled_at IS NULL")),
    )


class TrialCheckout(Base):
    """The trial provider's own books: a pay page, as a real provider keeps it on its side. Integer cents."""

    __tablename__ = "trial_checkout"

    id: Mapped[Key]
    reference: Mapped[str] = mapped_column(unique=True)
    key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="open")
    currency: Mapped[str]
    amount_cents: Mapped[int]
    description: Mapped[str]
    success_address: Mapped[str]
    cancel_address: Mapped[str]
    events: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime]

    refunds: Mapped[list["TrialRefund"]] = relationship(order_by="TrialRefund.id")

    __table_args__ = (CheckConstraint("state IN ('open', 'paid', 'failed', 'expired')", name="state"),)


class TrialRefund(Base):
    """The trial provider's own books: money it gave back, in integer cents."""

    __tablename__ = "trial_refund"

    id: Mapped[Key]
    checkout_id: Mapped[int] = mapped_column(ForeignKey("trial_checkout.id"), index=True)
    key: Mapped[str] = mapped_column(unique=True)
    cents: Mapped[int]

    __table_args__ = (CheckConstraint("cents > 0", name="cents"),)

"""The order book: what was bought, at which price, and whether it is paid."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.actor import Scope
from portal.accounts.models import Organisation, Person
from portal.clock import now
from portal.db import Base, Key
from portal.events.models import Event
from portal.payments.models import Payment


class Order(Base):
    """One purchase by an organisation for an event. Amounts are integer cents of `currency`.

    `total_cents` holds the tax, of `tax_rate` hundredths of a per cent. `paid_cents` and `refunded_cents`
    are the sums of its payments and refunds. What was agreed never changes; only how far it is carried out.
    """

    __tablename__ = "order"

    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    state: Mapped[str] = mapped_column(default="pending")
    currency: Mapped[str] = mapped_column(default="USD")
    total_cents: Mapped[int]
    tax_cents: Mapped[int] = mapped_column(default=0)
    tax_rate: Mapped[int] = mapped_column(default=0)
    tax_name: Mapped[str] = mapped_column(default="")
    tax_id: Mapped[str] = mapped_column(default="")
    paid_cents: Mapped[int] = mapped_column(default=0)
    refunded_cents: Mapped[int] = mapped_column(default=0)
    method: Mapped[str] = mapped_column(default="invoice")
    purchase_order: Mapped[str] = mapped_column(default="")
    placed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    placed_at: Mapped[datetime] = mapped_column(default=now)
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    payment_reference: Mapped[str] = mapped_column(default="")
    granted_at: Mapped[datetime | None]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    policy_edition: Mapped[int] = mapped_column(ForeignKey("policy_edition.number"))
    form_key: Mapped[str | None] = mapped_column(unique=True)

    event: Mapped[Event] = relationship()
    organisation: Mapped[Organisation] = relationship()
    placed_by: Mapped[Person] = relationship(foreign_keys=placed_by_id)
    settled_by: Mapped[Person | None] = relationship(foreign_keys=settled_by_id)
    granted_by: Mapped[Person | None] = relationship(foreign_keys=granted_by_id)
    lines: Mapped[list["OrderLine"]] = relationship(order_by="OrderLine.id", back_populates="order")
    payments: Mapped[list[Payment]] = relationship(order_by="Payment.id", viewonly=True)

    __table_args__ = (
        CheckConstraint(
            "state IN ('pending', 'paid', 'partially_refunded', 'refunded', 'cancelled')", name="state"
        ),
        CheckConstraint("tax_cents BETWEEN 0 AND total_cents", name="tax"),
        CheckConstraint("refunded_cents BETWEEN 0 AND paid_cents", name="refunded"),
        CheckConstraint("state != 'paid' OR paid_cents - refunded_cents >= total_cents", name="paid"),
        CheckConstraint(
            "state != 'partially_refunded' OR (refunded_cents > 0 AND refunded_cents < paid_cents)",
            name="partially_refunded",
        ),
        CheckConstraint("state != 'refunded' OR refunded_cents > 0", name="all_refunded"),
        CheckConstraint("(granted_at IS NULL) = (granted_by_id IS NULL)", name="granted"),
        CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name="settled_at"),
        CheckConstraint("total_cents >= 0", name="total"),
        Index("ix_order_organisation", "organisation_id", "id"),
    )

    @property
    def scope(self) -> Scope:
        """Where the order belongs, for permission checks."""
        return Scope(event_id=self.event_id, organisation_id=self.organisation_id)

    @property
    def reference(self) -> str:
        """The order's number as people quote it."""
        return f"O-{self.id:05d}"

    @property
    def held_cents(self) -> int:
        """What has been paid and not paid back, in cents."""
        return self.paid_cents - self.refunded_cents

    @property
    def sells_seats(self) -> bool:
        """Whether it opens seats for Technical Contacts (WHO-4); what a quote offered does not."""
        return any(line.item == "extra_contact" for line in self.lines)

    @property
    def sells_window(self) -> bool:
        """Whether it is for support outside business hours: a window, or what cancelling one left to be paid (AFT-1)."""
        return any(line.item == "after_hours" for line in self.lines)

    @property
    def surplus_cents(self) -> int:
        """What is held and not owed: paid twice, or after the order was cancelled; in cents."""
        owed = 0 if self.state in ("cancelled", "refunded") else self.total_cents
        return max(0, self.held_cents - owed)

    @property
    def is_granted(self) -> bool:
        """Whether what it gives is open on credit: approved for invoicing and not paid yet (WHO-4, AFT-1)."""
        return self.state == "pending" and self.granted_at is not None


class OrderLine(Base):
    """One thing bought: what was agreed stays on the line, whatever the price list says later.

    `total_cents` is without tax; `tax_cents` comes on top.
    """

    __tablename__ = "order_line"

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    item: Mapped[str]
    description: Mapped[str]
    quantity: Mapped[int]
    unit_cents: Mapped[int]
    total_cents: Mapped[int]
    tax_cents: Mapped[int] = mapped_column(default=0)
    rule: Mapped[str]

    order: Mapped[Order] = relationship(back_populates="lines")

    __table_args__ = (
        CheckConstraint("item IN ('extra_contact', 'quoted', 'after_hours')", name="item"),
        CheckConstraint("quantity > 0 AND unit_cents >= 0", name="positive"),
        CheckConstraint("total_cents = quantity * unit_cents", name="total"),
        CheckConstraint("tax_cents >= 0", name="tax"),
        CheckConstraint("item != 'extra_contact' OR quantity = 1", name="one_seat_a_line"),
    )

    @property
    def due_cents(self) -> int:
        """What the line costs with its tax, in cents."""
        return self.total_cents + self.tax_cents

"""The order book: what was bought, at which price, and whether it is paid."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.actor import Scope
from portal.accounts.models import Organisation, Person
from portal.clock import now
from portal.db import Base, Key
from portal.events.models import Event


class Order(Base):
    """One purchase by an organisation for an event. Amounts are integer cents of `currency`."""

    __tablename__ = "order"

    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    state: Mapped[str] = mapped_column(default="pending")
    currency: Mapped[str] = mapped_column(default="USD")
    total_cents: Mapped[int]
    purchase_order: Mapped[str] = mapped_column(default="")
    placed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    placed_at: Mapped[datetime] = mapped_column(default=now)
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    payment_reference: Mapped[str] = mapped_column(default="")
    policy_edition: Mapped[int] = mapped_column(ForeignKey("policy_edition.number"))
    form_key: Mapped[str | None] = mapped_column(unique=True)

    event: Mapped[Event] = relationship()
    organisation: Mapped[Organisation] = relationship()
    placed_by: Mapped[Person] = relationship(foreign_keys=placed_by_id)
    settled_by: Mapped[Person | None] = relationship(foreign_keys=settled_by_id)
    lines: Mapped[list["OrderLine"]] = relationship(order_by="OrderLine.id", back_populates="order")

    __table_args__ = (
        CheckConstraint("state IN ('pending', 'paid', 'cancelled')", name="state"),
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


class OrderLine(Base):
    """One thing bought: what was agreed stays on the line, whatever the price list says later."""

    __tablename__ = "order_line"

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    item: Mapped[str]
    description: Mapped[str]
    quantity: Mapped[int]
    unit_cents: Mapped[int]
    total_cents: Mapped[int]
    rule: Mapped[str]

    order: Mapped[Order] = relationship(back_populates="lines")

    __table_args__ = (
        CheckConstraint("item IN ('extra_contact')", name="item"),
        CheckConstraint("quantity > 0 AND unit_cents >= 0", name="positive"),
        CheckConstraint("total_cents = quantity * unit_cents", name="total"),
        CheckConstraint("item != 'extra_contact' OR quantity = 1", name="one_seat_a_line"),
    )

"""Quotes: what was asked for, the versions that were sent, and the conversation about them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.actor import Scope
from portal.accounts.models import Organisation, Person
from portal.clock import now
from portal.db import Base, Key
from portal.events.models import Event
from portal.orders.models import Order
from portal.policy.quotes import quote_ends
from portal.tickets.models import Ticket

STATES = ("asked", "sent", "accepted", "declined", "expired", "refused", "withdrawn")


class Quote(Base):
    """A price asked for what support does not cover (OUT-1 to OUT-6).

    `asked` waits for support, `sent` for the customer; `refused` is support's no, `declined` the
    customer's, `withdrawn` the customer's before there was a price. `current` is the number of the version
    that stands; `ends_at` is when it is over. An accepted quote has exactly one order.
    """

    __tablename__ = "quote"

    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    subject: Mapped[str]
    title: Mapped[str]
    asked_for: Mapped[str]
    state: Mapped[str] = mapped_column(default="asked")
    current: Mapped[int | None]
    ends_at: Mapped[datetime | None]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str] = mapped_column(default="")
    reminded_at: Mapped[datetime | None]
    purchase_order: Mapped[str] = mapped_column(default="")
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id"), unique=True)
    policy_edition: Mapped[int] = mapped_column(ForeignKey("policy_edition.number"))
    form_key: Mapped[str | None] = mapped_column(unique=True)

    organisation: Mapped[Organisation] = relationship()
    event: Mapped[Event] = relationship()
    ticket: Mapped[Ticket | None] = relationship()
    order: Mapped[Order | None] = relationship()
    asked_by: Mapped[Person] = relationship(foreign_keys=asked_by_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)
    versions: Mapped[list["QuoteVersion"]] = relationship(
        order_by="QuoteVersion.number", back_populates="quote"
    )

    __table_args__ = (
        CheckConstraint(f"state IN {STATES!r}", name="state"),
        CheckConstraint("(state = 'accepted') = (order_id IS NOT NULL)", name="accepted"),
        CheckConstraint("state != 'sent' OR (current IS NOT NULL AND ends_at IS NOT NULL)", name="sent"),
        CheckConstraint("(state IN ('asked', 'sent')) = (decided_at IS NULL)", name="decided"),
        Index("ix_quote_organisation", "organisation_id", "id"),
        Index("ix_quote_waiting", "state", "id", postgresql_where=text("state IN ('asked', 'sent')")),
    )

    @property
    def scope(self) -> Scope:
        """Where the quote belongs, for permission checks."""
        return Scope(event_id=self.event_id, organisation_id=self.organisation_id)

    @property
    def reference(self) -> str:
        """The quote's number as people say it: `Q-00042`."""
        return f"Q-{self.id:05d}"

    @property
    def draft(self) -> "QuoteVersion | None":
        """The version that support is writing, if any."""
        return next((each for each in self.versions if each.sent_at is None), None)

    @property
    def standing(self) -> "QuoteVersion | None":
        """The version that was sent last."""
        return next((each for each in self.versions if each.number == self.current), None)


class QuoteVersion(Base):
    """One version of a quote's price and terms; never changed once it was sent.

    `lines` are objects of description, quantity, unit_cents, total_cents and tax_cents, in integer cents of
    `currency`; `tax_rate` is in hundredths of a per cent. It stands until the end of `last_day`, US Eastern.
    """

    __tablename__ = "quote_version"

    id: Mapped[Key]
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"))
    number: Mapped[int]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    words: Mapped[str] = mapped_column(default="")
    terms: Mapped[str] = mapped_column(default="")
    last_day: Mapped[date]
    currency: Mapped[str] = mapped_column(default="USD")
    net_cents: Mapped[int]
    tax_cents: Mapped[int] = mapped_column(default=0)
    total_cents: Mapped[int]
    tax_rate: Mapped[int] = mapped_column(default=0)
    tax_name: Mapped[str] = mapped_column(default="")
    tax_id: Mapped[str] = mapped_column(default="")
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime] = mapped_column(default=now)
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime | None]

    quote: Mapped[Quote] = relationship(back_populates="versions")
    drafted_by: Mapped[Person] = relationship(foreign_keys=drafted_by_id)
    sent_by: Mapped[Person | None] = relationship(foreign_keys=sent_by_id)

    __table_args__ = (
        UniqueConstraint("quote_id", "number"),
        CheckConstraint("total_cents = net_cents + tax_cents", name="total"),
        CheckConstraint("net_cents >= 0 AND tax_cents >= 0", name="positive"),
        CheckConstraint("(sent_at IS NULL) = (sent_by_id IS NULL)", name="sent"),
        Index("uq_quote_version_draft", "quote_id", unique=True, postgresql_where=text("sent_at IS NULL")),
    )

    @property
    def ends_at(self) -> datetime:
        """When it is over, in UTC."""
        return quote_ends(self.last_day)


class QuoteMessage(Base):
    """A question about a quote, or an answer to one."""

    __tablename__ = "quote_message"

    id: Mapped[Key]
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    from_staff: Mapped[bool]
    body: Mapped[str]
    sent_at: Mapped[datetime] = mapped_column(default=now)
    form_key: Mapped[str | None] = mapped_column(unique=True)

    author: Mapped[Person] = relationship()

    __table_args__ = (Index("ix_quote_message_quote", "quote_id", "id"),)

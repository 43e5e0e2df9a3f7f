"""Tickets, their messages, and what is attached."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.actor import Scope
from portal.accounts.models import Person
from portal.clock import now
from portal.db import Base, Key
from portal.events.models import Event


class Ticket(Base):
    """A request for support on one event.

    `open` waits for support and has `reply_due_at`, the promise (HOW-2); `waiting` waits for the
    customer; `closed` is done. `awaiting_since` is the moment the promise counts from. `handed_to` has it
    on the customer's side since whoever asked is no longer a contact (WHO-6).
    """

    __tablename__ = "ticket"

    id: Mapped[Key]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    subject: Mapped[str]
    topic: Mapped[str]
    channel: Mapped[str] = mapped_column(default="page")
    state: Mapped[str] = mapped_column(default="open")
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime] = mapped_column(default=now)
    awaiting_since: Mapped[datetime | None]
    reply_due_at: Mapped[datetime | None]
    first_reply_at: Mapped[datetime | None]
    last_activity_at: Mapped[datetime] = mapped_column(default=now)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    handed_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    policy_edition: Mapped[int] = mapped_column(ForeignKey("policy_edition.number"))
    form_key: Mapped[str | None] = mapped_column(unique=True)

    event: Mapped[Event] = relationship()
    opened_by: Mapped[Person] = relationship(foreign_keys=opened_by_id)
    assignee: Mapped[Person | None] = relationship(foreign_keys=assignee_id)
    handed_to: Mapped[Person | None] = relationship(foreign_keys=handed_to_id)

    __table_args__ = (
        CheckConstraint("state IN ('open', 'waiting', 'closed')", name="state"),
        CheckConstraint("channel IN ('page', 'mail', 'phone')", name="channel"),
        CheckConstraint("(state = 'open') = (reply_due_at IS NOT NULL)", name="promise_while_open"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
        Index("ix_ticket_queue", "reply_due_at", "id", postgresql_where=text("state = 'open'")),
        Index("ix_ticket_event", "event_id", "last_activity_at", "id"),
        Index("ix_ticket_activity", "last_activity_at", "id"),
        Index("ix_ticket_assignee", "assignee_id", "last_activity_at", "id"),
    )

    @property
    def scope(self) -> Scope:
        """Where the ticket belongs; its event must have been loaded with it."""
        return self.event.scope


class Message(Base):
    """One turn of a ticket's conversation."""

    __tablename__ = "ticket_message"

    id: Mapped[Key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    from_staff: Mapped[bool]
    body: Mapped[str]
    sent_at: Mapped[datetime] = mapped_column(default=now)
    form_key: Mapped[str | None] = mapped_column(unique=True)

    author: Mapped[Person] = relationship()
    attachments: Mapped[list["Attachment"]] = relationship(order_by="Attachment.id")

    __table_args__ = (Index("ix_ticket_message_ticket", "ticket_id", "id"),)


class Attachment(Base):
    """A file sent with a message. Stored under a random name, outside anything served."""

    __tablename__ = "attachment"

    id: Mapped[Key]
    message_id: Mapped[int] = mapped_column(ForeignKey("ticket_message.id"), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    storage_name: Mapped[str] = mapped_column(unique=True)

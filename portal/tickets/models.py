"""Tickets, their messages, and what is attached."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, false, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from portal.accounts.actor import Scope
from portal.accounts.models import Person
from portal.clock import now
from portal.db import Base, Key
from portal.events.models import Event

if TYPE_CHECKING:
    from portal.questions.models import Question


class Ticket(Base):
    """A request for support on one event.

    `open` waits for support and has `reply_due_at`, the promise (HOW-2); `waiting` waits for the
    customer; `closed` is done. `awaiting_since` is the moment the promise counts from. `handed_to` has it
    on the customer's side since whoever asked is no longer a contact (WHO-6). One that was merged is
    closed and leads to `merged_into`. `handed_on_at` is when it was last taken from an idle assignee, and
    `managers_told_at` when managers last heard that nobody can take it (HOW-1). `spent_minutes` is the sum of
    the time noted on it (USE-2). `session_proposed` names the kind of live session that support proposed
    on it.
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
    assigned_because: Mapped[str] = mapped_column(default="", server_default="")
    assigned_at: Mapped[datetime | None]
    handed_on_at: Mapped[datetime | None]
    managers_told_at: Mapped[datetime | None]
    handed_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    priority: Mapped[str] = mapped_column(default="normal", server_default="normal")
    tags: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list, server_default="{}")
    spent_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    session_proposed: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    policy_edition: Mapped[int] = mapped_column(ForeignKey("policy_edition.number"))
    form_key: Mapped[str | None] = mapped_column(unique=True)

    event: Mapped[Event] = relationship()
    opened_by: Mapped[Person] = relationship(foreign_keys=opened_by_id)
    assignee: Mapped[Person | None] = relationship(foreign_keys=assignee_id)
    handed_to: Mapped[Person | None] = relationship(foreign_keys=handed_to_id)
    question: Mapped["Question | None"] = relationship(lambda: _question(), viewonly=True, uselist=False)
    merged_into: Mapped["Ticket | None"] = relationship(foreign_keys=merged_into_id, remote_side="Ticket.id")

    __table_args__ = (
        CheckConstraint("state IN ('open', 'waiting', 'closed')", name="state"),
        CheckConstraint("channel IN ('page', 'mail', 'phone')", name="channel"),
        CheckConstraint("(state = 'open') = (reply_due_at IS NOT NULL)", name="promise_while_open"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
        CheckConstraint("priority IN ('low', 'normal', 'high', 'urgent')", name="priority"),
        CheckConstraint(
            "merged_into_id IS NULL OR (state = 'closed' AND merged_into_id != id)", name="merged"
        ),
        CheckConstraint("spent_minutes >= 0", name="spent_minutes"),
        Index("ix_ticket_tags", "tags", postgresql_using="gin"),
        Index(
            "ix_ticket_merged_into_id", "merged_into_id", postgresql_where=text("merged_into_id IS NOT NULL")
        ),
        Index("ix_ticket_queue", "reply_due_at", "id", postgresql_where=text("state = 'open'")),
        Index("ix_ticket_event", "event_id", "last_activity_at", "id"),
        Index("ix_ticket_activity", "last_activity_at", "id"),
        Index("ix_ticket_opened", "opened_at"),
        Index("ix_ticket_closed", "closed_at", postgresql_where=text("state = 'closed'")),
        Index("ix_ticket_opened_by_id", "opened_by_id"),
        Index("ix_ticket_assignee", "assignee_id", "last_activity_at", "id"),
    )

    @property
    def scope(self) -> Scope:
        """Where the ticket belongs; its event must have been loaded with it."""
        return self.event.scope


def _question() -> type["Question"]:
    # Asked for when the mappers are set up: whoever imports tickets first has not imported questions yet.
    from portal.questions.models import Question

    return Question


class Message(Base):
    """One turn of a ticket's conversation.

    An `internal` one is a note among support: it never leaves the staff, by any door. `quoted` is what
    a mail repeated of earlier ones, folded on the page and kept; `remarks`, what support is told of how it came.
    `logged_by` wrote down what was said by phone.
    """

    __tablename__ = "ticket_message"

    id: Mapped[Key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    from_staff: Mapped[bool]
    internal: Mapped[bool] = mapped_column(default=False, server_default=false())
    channel: Mapped[str] = mapped_column(default="page", server_default="page")
    body: Mapped[str]
    quoted: Mapped[str] = mapped_column(default="", server_default="")
    remarks: Mapped[str] = mapped_column(default="", server_default="")
    sent_at: Mapped[datetime] = mapped_column(default=now)
    form_key: Mapped[str | None] = mapped_column(unique=True)
    call_direction: Mapped[str | None]
    call_minutes: Mapped[int | None]
    logged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    # Whom a turn was mailed to and what became of it: only where `thread_of` reads it for support.
    delivery: Mapped[Any] = query_expression()

    author: Mapped[Person] = relationship(foreign_keys=author_id)
    logged_by: Mapped[Person | None] = relationship(foreign_keys=logged_by_id)
    attachments: Mapped[list["Attachment"]] = relationship(order_by="Attachment.id")

    __table_args__ = (
        CheckConstraint("channel IN ('page', 'mail', 'phone')", name="channel"),
        CheckConstraint("NOT internal OR from_staff", name="internal"),
        CheckConstraint("call_direction IN ('in', 'out')", name="call_direction"),
        CheckConstraint("call_minutes > 0", name="call_minutes"),
        Index("ix_ticket_message_ticket", "ticket_id", "id"),
    )


class Attachment(Base):
    """A file sent with a message. Stored under a random name, outside anything served.

    A picture has a preview beside it, drawn anew by the portal, with its size in pixels.
    """

    __tablename__ = "attachment"

    id: Mapped[Key]
    message_id: Mapped[int] = mapped_column(ForeignKey("ticket_message.id"), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    storage_name: Mapped[str] = mapped_column(unique=True)
    preview_name: Mapped[str | None] = mapped_column(unique=True)
    preview_width: Mapped[int | None]
    preview_height: Mapped[int | None]

    __table_args__ = (
        CheckConstraint("num_nulls(preview_name, preview_width, preview_height) IN (0, 3)", name="preview"),
    )

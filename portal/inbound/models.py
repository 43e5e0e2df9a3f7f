"""Mail on its way in."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.clock import now
from portal.db import Base, Key
from portal.events.models import Event
from portal.tickets.models import Ticket


class InboundMail(Base):
    """One message that came in by a door, kept as it came under `storage_name` before anything was read of it.

    `received` waits for its job; `quarantined` for a member of staff; `released` for its job again, to go where
    staff decided; `filed` is a turn of a ticket; `ignored` asks for nothing (an auto-reply, a duplicate);
    `discarded` was looked at by staff; `failed` could not be filed however often it was tried.
    `reason` is a word of `portal.inbound.reasons`; `recognised_by` says what told where it belongs.
    The same bytes on the same day are the same message, and so is the same place in the same mailbox.
    """

    __tablename__ = "inbound_mail"

    id: Mapped[Key]
    door: Mapped[str]
    source_key: Mapped[str | None] = mapped_column(unique=True)
    envelope_from: Mapped[str]
    envelope_to: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    storage_name: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int]
    sha256: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(default=now)
    received_on: Mapped[date]
    state: Mapped[str] = mapped_column(default="received")
    reason: Mapped[str] = mapped_column(default="")
    recognised_by: Mapped[str] = mapped_column(default="")
    message_id: Mapped[str] = mapped_column(default="")
    content_sha256: Mapped[str] = mapped_column(default="")
    sender: Mapped[str] = mapped_column(default="")
    sender_name: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    notes: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    files: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    ticket_message_id: Mapped[int | None] = mapped_column(ForeignKey("ticket_message.id"), unique=True)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(default="")
    settled_at: Mapped[datetime | None]
    forgotten_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship(foreign_keys=person_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)
    event: Mapped[Event | None] = relationship(foreign_keys=event_id)
    ticket: Mapped[Ticket | None] = relationship(foreign_keys=ticket_id)

    __table_args__ = (
        CheckConstraint(
            "state IN ('received', 'filed', 'quarantined', 'released', 'ignored', 'discarded', 'failed')",
            name="state",
        ),
        CheckConstraint("door IN ('smtp', 'imap')", name="door"),
        CheckConstraint("state != 'filed' OR ticket_message_id IS NOT NULL", name="filed"),
        CheckConstraint("(decided_by_id IS NULL) = (decided_at IS NULL)", name="decided"),
        UniqueConstraint("sha256", "received_on"),
        Index(
            "uq_inbound_mail_filed",
            "sender", "message_id", "content_sha256",
            unique=True, postgresql_where=text("state = 'filed' AND message_id != ''"),
        ),
        Index("ix_inbound_mail_message_id", "message_id", postgresql_where=text("message_id != ''")),
        Index("ix_inbound_mail_state", "state", "id"),
        Index("ix_inbound_mail_ticket", "ticket_id", "sender", "received_at"),
    )  # fmt: skip

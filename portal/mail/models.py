"""Mail on its way out."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import now
from portal.db import Base, Key


class OutboundMail(Base):
    """One message to one person, written in the transaction that causes it, sent once by a job.

    `cause` is unique: the same cause never mails twice. `permission` with the event or organisation
    is asked again before sending, so that who was removed meanwhile gets nothing (WHO-6). Without a
    person it goes to the organisation's billing address, if that is still the same when it is sent.
    The document, if any, travels as a PDF file, made at the time of sending. A mail about a ticket names it,
    and the turn it carries: by its `message_id` a reply is recognised. `answers_id` is the inbound mail that
    it answers to somebody whom the portal does not know. `optional` is the kind that its reader may turn off.
    One about an attendee's question names it; without a person it goes to the attendee, from `sender_name`.
    One to somebody in the audience of a session names them, and goes out in the customer's name.
    """

    __tablename__ = "outbound_mail"

    id: Mapped[Key]
    cause: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    address: Mapped[str]
    subject: Mapped[str]
    body_text: Mapped[str]
    body_html: Mapped[str]
    calendar: Mapped[str | None]
    calendar_method: Mapped[str | None]
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    permission: Mapped[str | None]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    message_id: Mapped[str | None] = mapped_column(unique=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    ticket_message_id: Mapped[int | None] = mapped_column(ForeignKey("ticket_message.id"))
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_mail.id"))
    optional: Mapped[str | None]
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"))
    audience_member_id: Mapped[int | None] = mapped_column(ForeignKey("audience_member.id"))
    sender_name: Mapped[str] = mapped_column(default="", server_default="")
    state: Mapped[str] = mapped_column(default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(default="")
    queued_at: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None]
    forgotten_at: Mapped[datetime | None]
    bounced_at: Mapped[datetime | None]
    bounce_reason: Mapped[str] = mapped_column(default="", server_default="")

    __table_args__ = (
        CheckConstraint("state IN ('queued', 'sent', 'withheld', 'failed', 'bounced')", name="state"),
        CheckConstraint(
            "person_id IS NOT NULL OR organisation_id IS NOT NULL OR question_id IS NOT NULL"
            " OR answers_id IS NOT NULL OR audience_member_id IS NOT NULL",
            name="addressee",
        ),
        CheckConstraint("(state = 'bounced') = (bounced_at IS NOT NULL)", name="bounced"),
        Index("ix_outbound_mail_unsent", "queued_at", postgresql_where=text("state = 'queued'")),
        Index("ix_outbound_mail_person", "person_id", "id"),
        Index("ix_outbound_mail_question", "question_id", postgresql_where=text("question_id IS NOT NULL")),
        Index(
            "ix_outbound_mail_attendee",
            "address",
            "queued_at",
            postgresql_where=text("question_id IS NOT NULL AND person_id IS NULL"),
        ),
        Index(
            "ix_outbound_mail_audience",
            "address",
            "queued_at",
            postgresql_where=text("audience_member_id IS NOT NULL"),
        ),
        Index(
            "ix_outbound_mail_audience_member",
            "audience_member_id",
            postgresql_where=text("audience_member_id IS NOT NULL"),
        ),
        Index(
            "ix_outbound_mail_turn",
            "ticket_message_id",
            postgresql_where=text("ticket_message_id IS NOT NULL"),
        ),
        Index(
            "ix_outbound_mail_ticket",
            "ticket_id",
            "person_id",
            "id",
            postgresql_where=text("ticket_id IS NOT NULL"),
        ),
    )

"""Notices of excessive usage, and what managers decide when it goes on (USE-2, USE-3)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.clock import now
from portal.db import Base, Key
from portal.events.models import Event


class UsageNotice(Base):
    """A notice that an event's usage is significantly above that of others, sent by a person (USE-2).

    `figures` is what was shown to both sides. The customer may answer it, once.
    """

    __tablename__ = "usage_notice"

    id: Mapped[Key]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    words: Mapped[str]
    figures: Mapped[dict[str, Any]]
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime] = mapped_column(default=now)
    answer: Mapped[str] = mapped_column(default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    policy_edition: Mapped[int] = mapped_column(ForeignKey("policy_edition.number"))
    form_key: Mapped[str | None] = mapped_column(unique=True)

    event: Mapped[Event] = relationship()
    sent_by: Mapped[Person] = relationship(foreign_keys=sent_by_id)
    answered_by: Mapped[Person | None] = relationship(foreign_keys=answered_by_id)

    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name="answered"),
        Index("ix_usage_notice_event", "event_id", "sent_at"),
    )


class UsageDecision(Base):
    """What a manager decided because excessive usage went on after a notice (USE-3); one at a time for an event."""

    __tablename__ = "usage_decision"

    id: Mapped[Key]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    notice_id: Mapped[int] = mapped_column(ForeignKey("usage_notice.id"), index=True)
    measures: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    reason: Mapped[str]
    figures: Mapped[dict[str, Any]]
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime] = mapped_column(default=now)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    policy_edition: Mapped[int] = mapped_column(ForeignKey("policy_edition.number"))
    form_key: Mapped[str | None] = mapped_column(unique=True)

    notice: Mapped[UsageNotice] = relationship()
    decided_by: Mapped[Person] = relationship(foreign_keys=decided_by_id)
    ended_by: Mapped[Person | None] = relationship(foreign_keys=ended_by_id)

    __table_args__ = (
        CheckConstraint("cardinality(measures) > 0", name="measures"),
        CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended"),
        Index(
            "uq_usage_decision_in_force", "event_id", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
    )

"""The record of every change of state."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import now
from portal.db import Base, Key


class AuditEntry(Base):
    """Who did what to which thing, when, before and after, under which policy edition."""

    __tablename__ = "audit_entry"

    id: Mapped[Key]
    at: Mapped[datetime] = mapped_column(default=now)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    actor_name: Mapped[str]
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[int]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    policy_edition: Mapped[int] = mapped_column(ForeignKey("policy_edition.number"))
    request_id: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        Index("ix_audit_entry_subject", "subject_type", "subject_id", "id"),
        Index("ix_audit_entry_event", "event_id", "id"),
        Index("ix_audit_entry_actor", "actor_id", "id"),
    )


class AuditSeal(Base):
    """A stretch of the trail, with the digest that it had when it was sealed; see `seals`.

    Its entries are deleted by rule when they are old enough (`forgotten_at`); the seal stays in the chain.
    """

    __tablename__ = "audit_seal"

    id: Mapped[Key]
    first_entry: Mapped[int] = mapped_column(unique=True)
    last_entry: Mapped[int] = mapped_column(unique=True)
    entries: Mapped[int]
    last_at: Mapped[datetime]
    digest: Mapped[str]
    sealed_at: Mapped[datetime] = mapped_column(default=now)
    forgotten_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("first_entry <= last_entry", name="stretch"),)

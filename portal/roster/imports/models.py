"""Lists of contacts that wait between preview and confirmation."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.clock import now
from portal.db import Base, Key
from portal.events.models import Event
from portal.roster.imports.sheet import Sheet, from_json

KEPT_FOR = timedelta(hours=24)


class ContactImport(Base):
    """A list as its owner sent it, kept until confirmed or for 24 hours; nobody is registered by it yet.

    Confirmed, it carries its `outcome`: who was registered, so that a second confirmation changes nothing.
    """

    __tablename__ = "contact_import"

    id: Mapped[Key]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    source: Mapped[str]
    sheet: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(default=lambda: now() + KEPT_FOR)
    consumed_at: Mapped[datetime | None]
    outcome: Mapped[dict[str, Any] | None]
    form_key: Mapped[str | None] = mapped_column(unique=True)

    event: Mapped[Event] = relationship()

    __table_args__ = (
        CheckConstraint("(consumed_at IS NULL) = (outcome IS NULL)", name="outcome"),
        Index("ix_contact_import_expires_at", "expires_at"),
    )

    @property
    def read(self) -> Sheet:
        """The list as it was read and checked."""
        return from_json(self.sheet)

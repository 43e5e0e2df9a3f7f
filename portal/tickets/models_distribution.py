"""Whom a ticket was offered to, and the ways in which people look at the queue (HOW-1)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.clock import now
from portal.db import Base, Key


class Offer(Base):
    """A ticket offered to a member of support, who may claim it as long as nobody has.

    Whoever has had it and put it back does not get it by load again.
    """

    __tablename__ = "ticket_offer"

    id: Mapped[Key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    because: Mapped[str]
    offered_at: Mapped[datetime] = mapped_column(default=now)
    put_back_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("ticket_id", "person_id"),
        Index("ix_ticket_offer_person", "person_id", "ticket_id"),
    )


class SavedFilter(Base):
    """A view of the queue under a name of one's own; managers may share theirs with the team."""

    __tablename__ = "saved_filter"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    wanted: Mapped[dict[str, Any]]
    shared: Mapped[bool] = mapped_column(default=False, server_default=false())
    saved_at: Mapped[datetime] = mapped_column(default=now)

    person: Mapped[Person] = relationship()

    __table_args__ = (
        UniqueConstraint("person_id", "name"),
        CheckConstraint("name != ''", name="name"),
    )

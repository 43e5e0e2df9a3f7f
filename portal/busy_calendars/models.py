"""Calendars that hosts keep elsewhere, of which the portal knows when they are busy and nothing else."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSTZMULTIRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.clock import now
from portal.db import Base, Key


class BusyCalendar(Base):
    """A host's calendar at a secret address, read from time to time; `busy` is all that is kept of it.

    `address` is a secret: whoever has it reads the calendar. `read_at` is when it was last read whole, `tried_at`
    when that was last tried, `problem` why it failed then, and `note` what the host should know of what was read.
    """

    __tablename__ = "busy_calendar"

    id: Mapped[Key]
    host_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    address: Mapped[str]
    busy: Mapped[list[Range[datetime]]] = mapped_column(TSTZMULTIRANGE, server_default=text("'{}'"))
    connected_at: Mapped[datetime] = mapped_column(default=now)
    tried_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    next_at: Mapped[datetime] = mapped_column(default=now)
    failures: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    form_key: Mapped[str | None] = mapped_column(unique=True)

    host: Mapped[Person] = relationship()

    __table_args__ = (
        UniqueConstraint("host_id", "address"),
        CheckConstraint("(failures = 0) = (problem = '')", name="problem"),
        Index("ix_busy_calendar_next_at", "next_at"),
    )

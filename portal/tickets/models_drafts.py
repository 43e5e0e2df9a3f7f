"""What is on its way into a message and not sent yet: drafts, and how much a day's files come to."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import now
from portal.db import Base, Key


class TicketDraft(Base):
    """What somebody has typed and not sent, one for each person and place.

    `place` is `new:<event>`, `reply:<ticket>`, `note:<ticket>` or `wish`; `data` holds the form's texts by their
    names, and under `uploads` the files chosen so far.
    """

    __tablename__ = "ticket_draft"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    place: Mapped[str]
    data: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (
        UniqueConstraint("person_id", "place"),
        Index("ix_ticket_draft_updated_at", "updated_at"),
    )


class UploadDay(Base):
    """How many bytes of files somebody has brought on one day, in UTC; sent in the end or not."""

    __tablename__ = "upload_day"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    size: Mapped[int]

    __table_args__ = (CheckConstraint("size >= 0", name="size"),)

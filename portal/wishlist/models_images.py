"""Pictures of wishes."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import now
from portal.db import Base, Key


class WishImage(Base):
    """A picture that shows what a wish is about, drawn anew from what was sent: nothing but its pixels is kept.

    `alt` says in words what it shows. Whoever may see the wish sees it.
    """

    __tablename__ = "wish_image"

    id: Mapped[Key]
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"))
    alt: Mapped[str]
    storage_name: Mapped[str] = mapped_column(index=True)
    width: Mapped[int]
    height: Mapped[int]
    added_at: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (
        CheckConstraint("alt <> ''", name="alt"),
        CheckConstraint("width > 0 AND height > 0", name="pixels"),
        Index("ix_wish_image_wish", "wish_id", "id"),
    )

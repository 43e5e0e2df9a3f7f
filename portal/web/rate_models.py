"""Counters of the rate limits."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class RateCounter(Base):
    """How often something was done in a window that ends at `expires_at`. Losing it in a crash does no harm."""

    __tablename__ = "rate_counter"

    name: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[datetime]

    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

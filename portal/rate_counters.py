"""Counters of the rate limits. `portal.web.rate_limits` counts with them."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import now
from portal.db import Base, db


class RateCounter(Base):
    """How often something was done in a window that ends at `expires_at`. Losing it in a crash does no harm."""

    __tablename__ = "rate_counter"

    name: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[datetime]

    __table_args__ = ({"prefixes": ["UNLOGGED"]},)


def forget_ended_windows() -> None:
    """Delete counters whose window has ended. Takes part in the caller's transaction."""
    db.session.execute(delete(RateCounter).where(RateCounter.expires_at < now()))

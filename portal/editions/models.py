"""The published editions of the support policy (POL-1)."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import now
from portal.db import Base


class PolicyEdition(Base):
    """One edition: its number, the moment it comes into force, and every parameter of the policy."""

    __tablename__ = "policy_edition"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    in_force_from: Mapped[datetime] = mapped_column(unique=True)
    summary: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    published_at: Mapped[datetime] = mapped_column(default=now)

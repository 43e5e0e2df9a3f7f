"""The editions of the support policy: those published, what became of each, and drafts of the next (POL-1)."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.clock import now
from portal.db import Base, Key


class PolicyEdition(Base):
    """One edition: its number, the moment it comes into force, and every parameter of the policy.

    It is final: a trigger refuses every change but its withdrawal, which is possible until it is in force.
    """

    __tablename__ = "policy_edition"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    in_force_from: Mapped[datetime]
    summary: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    published_at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("withdrawn_at < in_force_from", name="withdrawn"),
        Index(
            "uq_policy_edition_in_force_from", "in_force_from",
            unique=True, postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )  # fmt: skip


class EditionCourse(Base):
    """What becomes of an edition: who published it, whom to tell, and how far telling and applying have come.

    `announced_through` is the last person who was written to, `applied_through` the last event whose seats
    follow it; the moments beside them are set once all of it is done.
    """

    __tablename__ = "edition_course"

    number: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("policy_edition.number"), primary_key=True, autoincrement=False
    )
    published_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    tell_all: Mapped[bool] = mapped_column(default=False)
    tell_over_limit: Mapped[bool] = mapped_column(default=False)
    announced_through: Mapped[int] = mapped_column(default=0)
    announced_at: Mapped[datetime | None]
    applied_through: Mapped[int] = mapped_column(default=0)
    applied_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawal_reason: Mapped[str] = mapped_column(default="")

    published_by: Mapped[Person] = relationship(foreign_keys=published_by_id)


class PolicyDraft(Base):
    """An edition in the making. It begins with the parameters of edition `based_on`, the newest then.

    `in_force_from` is None where it is to hold as soon as it is published.
    """

    __tablename__ = "policy_draft"

    id: Mapped[Key]
    state: Mapped[str] = mapped_column(default="open")
    based_on: Mapped[int] = mapped_column(ForeignKey("policy_edition.number"))
    parameters: Mapped[dict[str, Any]]
    summary: Mapped[str] = mapped_column(default="")
    in_force_from: Mapped[datetime | None]
    tell_all: Mapped[bool] = mapped_column(default=False)
    tell_over_limit: Mapped[bool] = mapped_column(default=True)
    edition: Mapped[int | None] = mapped_column(ForeignKey("policy_edition.number"), unique=True)
    begun_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    begun_at: Mapped[datetime] = mapped_column(default=now)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)
    form_key: Mapped[str | None] = mapped_column(unique=True)

    begun_by: Mapped[Person] = relationship(foreign_keys=begun_by_id)
    changed_by: Mapped[Person] = relationship(foreign_keys=changed_by_id)

    __table_args__ = (
        CheckConstraint("state IN ('open', 'published', 'discarded')", name="state"),
        CheckConstraint("(state = 'published') = (edition IS NOT NULL)", name="published"),
        Index("ix_policy_draft_open", "id", postgresql_where=text("state = 'open'")),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

"""What staff think of a wish, what management decided, and the rounds in which releases are planned (WISH-3)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Double, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.clock import now
from portal.db import Base, Key
from portal.policy.wishes import Role, shown_date


class WishEvaluation(Base):
    """What one member of staff thinks of a wish, from 1 to 5, each in words as well; staff alone read it (WISH-2)."""

    __tablename__ = "wish_evaluation"

    id: Mapped[Key]
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"))
    evaluator_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    usefulness: Mapped[int]
    usefulness_why: Mapped[str] = mapped_column(default="")
    effort: Mapped[int]
    effort_why: Mapped[str] = mapped_column(default="")
    fit: Mapped[int]
    fit_why: Mapped[str] = mapped_column(default="")
    risk: Mapped[int]
    risk_why: Mapped[str] = mapped_column(default="")
    evaluated_at: Mapped[datetime] = mapped_column(default=now)

    evaluator: Mapped[Person] = relationship()

    __table_args__ = (
        UniqueConstraint("wish_id", "evaluator_id"),
        CheckConstraint(
            "usefulness BETWEEN 1 AND 5 AND effort BETWEEN 1 AND 5 AND fit BETWEEN 1 AND 5"
            " AND risk BETWEEN 1 AND 5",
            name="marks",
        ),
    )


class DecisionRecord(Base):
    """One decision of management on a wish, in the order of `number`; final once written, a trigger keeps it (WISH-3).

    `due_on` and `release` are shown to customers only where `date_published`. Of decisions older than the history
    it may not be known who made them.
    """

    __tablename__ = "wish_decision"

    id: Mapped[Key]
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"))
    number: Mapped[int]
    decision: Mapped[str]
    answer: Mapped[str]
    due_on: Mapped[date | None]
    release: Mapped[str] = mapped_column(default="")
    date_published: Mapped[bool] = mapped_column(default=False)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime] = mapped_column(default=now, index=True)
    policy_edition: Mapped[int] = mapped_column(ForeignKey("policy_edition.number"))

    decided_by: Mapped[Person | None] = relationship()

    @property
    def shown_on(self) -> date | None:
        """The date that customers read: none unless a manager published it (WISH-3)."""
        return shown_date(self.due_on, published_by=Role.MANAGER if self.date_published else None)

    @property
    def shown_release(self) -> str:
        """The release that customers read, under the same condition."""
        return self.release if self.date_published else ""

    __table_args__ = (
        UniqueConstraint("wish_id", "number"),
        CheckConstraint(
            "decision IN ('open', 'under_consideration', 'planned', 'in_progress', 'done', 'declined')",
            name="decision",
        ),
    )


class PlanningRound(Base):
    """The wish list as it stood when a release was planned (WISH-1); final once taken, a trigger keeps it.

    `method` is how `PlanningLine.score` follows from the counts of its line, `customers` all that there were.
    """

    __tablename__ = "planning_round"

    id: Mapped[Key]
    release: Mapped[str] = mapped_column(unique=True)
    note: Mapped[str] = mapped_column(default="")
    method: Mapped[str]
    customers: Mapped[int]
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[datetime] = mapped_column(default=now)
    policy_edition: Mapped[int] = mapped_column(ForeignKey("policy_edition.number"))
    form_key: Mapped[str] = mapped_column(unique=True)

    taken_by: Mapped[Person] = relationship()


class PlanningLine(Base):
    """One wish in a planning round: its place, the figures that the place follows from, and what staff thought of it.

    The four means are of 1 to 5, over `evaluations` members of staff; None where none has evaluated it.
    """

    __tablename__ = "planning_line"

    id: Mapped[Key]
    round_id: Mapped[int] = mapped_column(ForeignKey("planning_round.id"))
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"), index=True)
    rank: Mapped[int]
    title: Mapped[str]
    module: Mapped[str | None]
    decision: Mapped[str]
    useful: Mapped[int]
    neutral: Mapped[int]
    against: Mapped[int]
    concerned: Mapped[int]
    score: Mapped[float] = mapped_column(Double)
    evaluations: Mapped[int]
    usefulness: Mapped[float | None] = mapped_column(Double)
    effort: Mapped[float | None] = mapped_column(Double)
    fit: Mapped[float | None] = mapped_column(Double)
    risk: Mapped[float | None] = mapped_column(Double)

    __table_args__ = (UniqueConstraint("round_id", "wish_id"), UniqueConstraint("round_id", "rank"))

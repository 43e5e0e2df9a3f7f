"""What support aims at on a ticket, each with its clock, and when that clock stood (HOW-2)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.after_hours.models import Window
from portal.db import Base, Key
from portal.tickets.models import Ticket

ENDED = "met_at IS NULL AND dropped_at IS NULL"
RUNS = f"{ENDED} AND runs_since IS NOT NULL AND escalated_at IS NULL"


class TicketGoal(Base):
    """A reply or a resolution aimed at by `due_at`. It ends when it is met or dropped, and then stays as it was.

    Minutes are business time. `left_minutes` is what was left when the clock was last started or stopped;
    it stands since `paused_at`, or runs since `runs_since`. `took_minutes` is known once it is met: what
    passed on the clock. The team is warned once and managers are told once, at the times kept here. One that was
    promised within a window after hours (`window_id`) counts real minutes.
    """

    __tablename__ = "ticket_goal"

    id: Mapped[Key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[str]
    started_at: Mapped[datetime]
    allowed_minutes: Mapped[int]
    left_minutes: Mapped[int]
    runs_since: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    warn_at: Mapped[datetime]
    warned_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]
    took_minutes: Mapped[int | None]
    in_time: Mapped[bool | None]
    window_id: Mapped[int | None] = mapped_column(ForeignKey("after_hours_window.id"))
    policy_edition: Mapped[int] = mapped_column(ForeignKey("policy_edition.number"))

    ticket: Mapped[Ticket] = relationship()
    window: Mapped[Window | None] = relationship()
    pauses: Mapped[list["TicketGoalPause"]] = relationship(order_by="TicketGoalPause.id")

    __table_args__ = (
        CheckConstraint("kind IN ('first_reply', 'next_reply', 'resolution')", name="kind"),
        CheckConstraint("(runs_since IS NULL) = (paused_at IS NOT NULL)", name="runs_or_stands"),
        CheckConstraint("met_at IS NULL OR dropped_at IS NULL", name="one_end"),
        CheckConstraint(
            "(met_at IS NULL) = (took_minutes IS NULL) AND (met_at IS NULL) = (in_time IS NULL)", name="outcome"
        ),
        Index(
            "uq_ticket_goal_reply", "ticket_id", unique=True,
            postgresql_where=text(f"kind <> 'resolution' AND {ENDED}"),
        ),
        Index(
            "uq_ticket_goal_resolution", "ticket_id", unique=True,
            postgresql_where=text(f"kind = 'resolution' AND {ENDED}"),
        ),
        Index("ix_ticket_goal_ticket", "ticket_id", "id"),
        Index("ix_ticket_goal_warn", "warn_at", postgresql_where=text(f"{RUNS} AND warned_at IS NULL")),
        Index("ix_ticket_goal_due", "due_at", postgresql_where=text(RUNS)),
        Index("ix_ticket_goal_met", "met_at", "kind", "took_minutes", postgresql_where=text("met_at IS NOT NULL")),
    )  # fmt: skip


class TicketGoalPause(Base):
    """While a goal's clock stood: until the customer wrote, or still; with the business minutes left then."""

    __tablename__ = "ticket_goal_pause"

    id: Mapped[Key]
    goal_id: Mapped[int] = mapped_column(ForeignKey("ticket_goal.id"))
    paused_at: Mapped[datetime]
    resumed_at: Mapped[datetime | None]
    left_minutes: Mapped[int]

    __table_args__ = (
        CheckConstraint("resumed_at IS NULL OR resumed_at >= paused_at", name="order"),
        Index("ix_ticket_goal_pause_goal", "goal_id", "id"),
    )


class Satisfaction(Base):
    """What the customer was asked once after closing, of whom, and what they said; it may be changed once."""

    __tablename__ = "ticket_satisfaction"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, autoincrement=False)
    asked_of_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    answer: Mapped[str | None]
    comment: Mapped[str] = mapped_column(default="", server_default="")
    answered_at: Mapped[datetime | None]
    changed_at: Mapped[datetime | None]

    ticket: Mapped[Ticket] = relationship()

    __table_args__ = (
        CheckConstraint("answer IN ('good', 'bad')", name="answer"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
        CheckConstraint("changed_at IS NULL OR answered_at IS NOT NULL", name="changed"),
        Index("ix_ticket_satisfaction_answered", "answered_at", postgresql_where=text("answer IS NOT NULL")),
    )

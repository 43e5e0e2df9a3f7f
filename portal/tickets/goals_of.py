"""Reading the goals of tickets: how each was counted, and which tickets were warned of (HOW-2)."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload, selectinload

from portal.after_hours.models import Window
from portal.db import db
from portal.policy.edition import Edition
from portal.policy.goal_steps import Ending, GoalStep, Stop, goal_steps
from portal.policy.goals import GoalKind
from portal.policy.window_promise import window_goal_steps
from portal.tickets.goals import clock_of, not_ended
from portal.tickets.models import Ticket
from portal.tickets.models_goals import TicketGoal

TITLES = {
    GoalKind.FIRST_REPLY: "The first reply",
    GoalKind.NEXT_REPLY: "The reply to a later message",
    GoalKind.RESOLUTION: "The solution",
}
SHOWN = 40


@dataclass(frozen=True)
class CountedGoal:
    """A goal with its title and every step of its count."""

    goal: TicketGoal
    title: str
    steps: tuple[GoalStep, ...]

    @property
    def is_promise(self) -> bool:
        """Whether it was promised to the customer, rather than aimed at."""
        return self.goal.kind != GoalKind.RESOLUTION

    @property
    def standing(self) -> str:
        """`met`, `late` (met, but late), `dropped`, `paused` or `running`."""
        if self.goal.met_at is not None:
            return "met" if self.goal.in_time else "late"
        if self.goal.dropped_at is not None:
            return "dropped"
        return "running" if self.goal.runs_since is not None else "paused"


def goals_of(ticket: Ticket, editions: Iterable[Edition]) -> list[CountedGoal]:
    """The newest goals of a visible ticket, oldest first, counted by the editions they were made under.

    At most SHOWN of them. Two queries.
    """
    whole = (selectinload(TicketGoal.pauses), joinedload(TicketGoal.window).joinedload(Window.holder))
    newest = select(TicketGoal).where(TicketGoal.ticket_id == ticket.id).options(*whole)
    found = db.session.scalars(newest.order_by(TicketGoal.id.desc()).limit(SHOWN)).all()
    by_number = {edition.number: edition for edition in editions}
    return [_counted(goal, by_number[goal.policy_edition]) for goal in reversed(found)]


def told_of(ticket_ids: Iterable[int]) -> dict[int, str]:
    """Of tickets of a list, which the team was warned of (`warned`) or managers were told of (`escalated`)."""
    level = func.max(
        case((TicketGoal.escalated_at.is_not(None), 2), (TicketGoal.warned_at.is_not(None), 1), else_=0)
    )
    running = select(TicketGoal.ticket_id, level).where(TicketGoal.ticket_id.in_(ticket_ids), *not_ended())
    rows = db.session.execute(running.group_by(TicketGoal.ticket_id))
    return {ticket_id: ("", "warned", "escalated")[told] for ticket_id, told in rows if told}


def _counted(goal: TicketGoal, edition: Edition) -> CountedGoal:
    kind, ended_at = GoalKind(goal.kind), goal.met_at or goal.dropped_at
    ending = Ending(ended_at, goal.met_at is not None) if ended_at else None
    if goal.window is not None:
        within = window_goal_steps(kind, goal.started_at, clock_of(goal), ending, goal.window.coverage)
        return CountedGoal(goal, TITLES[kind], within)
    stops = [Stop(pause.paused_at, pause.resumed_at, pause.left_minutes) for pause in goal.pauses]
    steps = goal_steps(kind, goal.started_at, clock_of(goal), stops, ending, edition.hours)
    return CountedGoal(goal, TITLES[kind], steps)

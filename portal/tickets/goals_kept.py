"""The clocks of tickets as they stood at a merge, so that undoing it gives them back (HOW-2)."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from portal.db import db
from portal.tickets.models_goals import TicketGoal, TicketGoalPause

CLOCK = (
    "started_at", "allowed_minutes", "left_minutes", "runs_since", "paused_at", "due_at", "warn_at", "met_at",
    "dropped_at", "took_minutes", "in_time", "window_id",
)  # fmt: skip
MOMENTS = {"started_at", "runs_since", "paused_at", "due_at", "warn_at", "met_at", "dropped_at"}


def clocks_of(ticket_id: int) -> dict[str, Any]:
    """Every goal of a ticket with its clock and pauses, as JSON holds them."""
    goals = select(TicketGoal).where(TicketGoal.ticket_id == ticket_id)
    held = db.session.scalars(goals.execution_options(populate_existing=True))
    return {str(goal.id): {name: _plain(getattr(goal, name)) for name in CLOCK} for goal in held} | {
        "pauses": {str(pause.id): _plain(pause.resumed_at) for pause in _pauses(ticket_id)}
    }


def put_back(ticket_id: int, kept: dict[str, Any]) -> None:
    """Set the goals of a ticket to what `clocks_of` kept; what has begun since has never been.

    Whom it warned or told stays: nobody is warned twice.
    """
    known = {int(key) for key in kept if key != "pauses"}
    since = [pause.id for pause in _pauses(ticket_id) if str(pause.id) not in kept["pauses"]]
    db.session.execute(delete(TicketGoalPause).where(TicketGoalPause.id.in_(since)))
    begun = TicketGoal.ticket_id == ticket_id, TicketGoal.id.not_in(known)
    db.session.execute(delete(TicketGoal).where(*begun))
    for key in known:
        clock = {name: _back(name, value) for name, value in kept[str(key)].items()}
        db.session.execute(update(TicketGoal).where(TicketGoal.id == key).values(**clock))
    for key, resumed_at in kept["pauses"].items():
        pause = update(TicketGoalPause).where(TicketGoalPause.id == int(key))
        db.session.execute(pause.values(resumed_at=_back("paused_at", resumed_at)))
    db.session.expire_all()


def _pauses(ticket_id: int) -> list[TicketGoalPause]:
    pauses = select(TicketGoalPause).join(TicketGoal, TicketGoal.id == TicketGoalPause.goal_id)
    held = pauses.where(TicketGoal.ticket_id == ticket_id).execution_options(populate_existing=True)
    return list(db.session.scalars(held))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _back(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name in MOMENTS and value is not None else value

"""The demo's goals are those that the portal itself would have set, stopped and met."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from portal.accounts.actor import SYSTEM
from portal.clock import now
from portal.db import db
from portal.editions.queries import edition_in_force
from portal.policy.hours import business_minutes_between
from portal.tickets.deadlines import watch_deadlines
from portal.tickets.models import Ticket
from portal.tickets.models_goals import Satisfaction, TicketGoal

pytestmark = pytest.mark.usefixtures("demo")


def goals() -> list[TicketGoal]:
    """Every goal with its ticket and its stops."""
    whole = select(TicketGoal).options(joinedload(TicketGoal.ticket), selectinload(TicketGoal.pauses))
    return list(db.session.scalars(whole.order_by(TicketGoal.id)))


def test_nothing_is_left_to_begin_to_end_or_to_tell() -> None:
    assert watch_deadlines(SYSTEM) == 0


def test_an_open_ticket_has_its_promise_as_a_goal() -> None:
    running = {
        g.ticket_id: g for g in goals() if g.kind != "resolution" and not g.met_at and not g.dropped_at
    }
    opened = {t.id: t for t in db.session.scalars(select(Ticket).where(Ticket.state == "open"))}
    assert running.keys() == opened.keys()
    assert all(running[key].due_at == ticket.reply_due_at for key, ticket in opened.items())


def test_there_are_goals_late_warned_stopped_met_and_missed() -> None:
    found, at = goals(), now()
    running = [goal for goal in found if not goal.met_at and not goal.dropped_at]
    assert [goal for goal in running if goal.escalated_at and goal.due_at < at]
    assert [goal for goal in running if goal.warned_at and not goal.escalated_at]
    assert [goal for goal in running if goal.paused_at]
    assert [goal for goal in found if goal.in_time is False]
    in_time = sum(goal.in_time is True for goal in found)
    assert in_time > 0.9 * sum(goal.met_at is not None for goal in found if goal.kind != "resolution")


def test_what_a_goal_took_is_the_time_between_its_stops() -> None:
    hours = edition_in_force().hours
    for goal in goals()[::7]:
        if goal.met_at is None:
            continue
        since, taken = goal.started_at, 0
        for stop in goal.pauses:
            taken += business_minutes_between(since, stop.paused_at, hours)
            since = stop.resumed_at
        if since is not None:
            taken += business_minutes_between(since, goal.met_at, hours)
        assert goal.took_minutes == taken


def test_customers_said_whether_it_helped_on_closed_tickets() -> None:
    said = list(db.session.scalars(select(Satisfaction).options(joinedload(Satisfaction.ticket))))
    assert {each.ticket.state for each in said} == {"closed"}
    assert {each.answer for each in said} == {"good", "bad", None}

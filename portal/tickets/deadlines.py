"""Warning the team before a deadline is missed, and telling managers after it (HOW-2).

A sweep every minute looks at the clocks that run, rather than a job laid down for each at its time: it
asks the state of the moment, and survives a queue that was emptied. Each mail is taken by a
compare-and-set on the goal in the transaction that writes it: two workers send it once. A clock that
jumps over both times tells managers alone, and one that is set back afterwards warns of nothing.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, select, union_all, update
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.accounts.permissions import Role
from portal.accounts.queries import staff_with
from portal.clock import now
from portal.db import db, use_case
from portal.duty.queries import rotas
from portal.editions.queries import edition_in_force
from portal.events.models import Event
from portal.mail.post import post
from portal.policy.goals import GoalKind
from portal.tickets.goals import follow, not_ended
from portal.tickets.models import Ticket
from portal.tickets.models_goals import TicketGoal
from portal.tickets.offers import window_holder

AT_ONCE = 200


@use_case
def watch_deadlines(actor: Actor) -> int:
    """Send the warnings and escalations that are due now, each once; how many were sent.

    First it brings goals in line with tickets where they are not. At most AT_ONCE of each kind: the next
    sweep sees to the rest. For the portal itself; raises Forbidden for a person without `ticket:work`.
    """
    actor.require("ticket:work")
    for ticket in db.session.scalars(_out_of_line().limit(AT_ONCE)).all():
        follow(ticket)
    at = now()
    late = db.session.scalars(_goals(*untold(), TicketGoal.due_at < at)).all()
    near = db.session.scalars(_goals(*unwarned(at), TicketGoal.warn_at <= at)).all()
    escalated = sum(_escalate(goal, at) for goal in late)
    return escalated + sum(_warn(goal, at) for goal in near)


def untold() -> tuple[ColumnElement[bool], ...]:
    """What makes one of several workers tell managers, and none once the goal has ended or stands."""
    return (*not_ended(), TicketGoal.runs_since.is_not(None), TicketGoal.escalated_at.is_(None))


def unwarned(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """What makes one of several workers warn: nobody has, and it is not late yet."""
    return (*untold(), TicketGoal.warned_at.is_(None), TicketGoal.due_at >= at)


def _goals(*conditions: ColumnElement[bool]) -> Select[TicketGoal]:
    parties = joinedload(TicketGoal.ticket).joinedload(Ticket.event).joinedload(Event.organisation)
    found = select(TicketGoal).where(*conditions).options(parties)
    return found.order_by(TicketGoal.due_at, TicketGoal.id).limit(AT_ONCE)


def _out_of_line() -> Select[Ticket]:
    """Tickets whose goals do not fit their state: made by an older portal, or by a door that forgot them."""
    # Each part names the kind as an index of running goals does: they are few among all that have ended.
    promised, solving = TicketGoal.kind != GoalKind.RESOLUTION, TicketGoal.kind == GoalKind.RESOLUTION
    runs = TicketGoal.runs_since.is_not(None)
    here = select(TicketGoal.id).where(TicketGoal.ticket_id == Ticket.id, *not_ended())
    missing = select(Ticket.id).where(
        Ticket.state == "open", ~(here.where(promised).exists() & here.where(solving, runs).exists())
    )
    unmet = select(TicketGoal.ticket_id).where(
        promised, *not_ended(), TicketGoal.ticket_id.not_in(select(Ticket.id).where(Ticket.state == "open"))
    )
    unstopped = (
        select(Ticket.id)
        .join(TicketGoal, TicketGoal.ticket_id == Ticket.id)
        .where(solving, *not_ended(), (Ticket.state == "closed") | (runs & (Ticket.state == "waiting")))
    )
    ids = union_all(missing, unmet, unstopped).subquery()
    waiting = select(Ticket).where(Ticket.id.in_(ids.select())).order_by(Ticket.id)
    return waiting.with_for_update(key_share=True, skip_locked=True, of=Ticket)


def _warn(goal: TicketGoal, at: datetime) -> bool:
    if not _taken(goal, TicketGoal.warned_at, at, unwarned(at)):
        return False
    for person in _on_it(goal.ticket, at):
        _write(person, "ticket_due_soon", goal)
    return True


def _escalate(goal: TicketGoal, at: datetime) -> bool:
    if not _taken(goal, TicketGoal.escalated_at, at, untold()):
        return False
    for manager in staff_with(Role.MANAGER):
        _write(manager, "ticket_overdue", goal)
    return True


def _taken(
    goal: TicketGoal,
    told: InstrumentedAttribute[datetime | None],
    at: datetime,
    guard: tuple[ColumnElement[bool], ...],
) -> bool:
    mine = update(TicketGoal).where(TicketGoal.id == goal.id, *guard).values({told: at})
    return db.session.scalar(mine.returning(TicketGoal.id)) is not None


def _on_it(ticket: Ticket, at: datetime) -> list[Person]:
    """Whoever has the ticket, or holds the event's window; else the agents on duty; else every agent."""
    agents, hours = rotas(at), edition_in_force().hours
    people = {person.id: person for person in staff_with(Role.MANAGER)}
    people |= {each.person.id: each.person for each in agents}
    if ticket.assignee_id in people:
        return [people[ticket.assignee_id]]
    if holder := window_holder(ticket):
        return [holder]
    on_duty = [each.person for each in agents if each.on_duty_at(at, hours)]
    return on_duty or [each.person for each in agents]


def _write(to: Person, template: str, goal: TicketGoal) -> None:
    post(
        to, template, cause=f"{template.replace('_', '-')}:{goal.id}", permission="ticket:work",
        scope=goal.ticket.scope, ticket=goal.ticket, goal=goal,
    )  # fmt: skip

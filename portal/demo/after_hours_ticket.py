"""The ticket that was sent within a window which is on at this moment, under its promise (AFT-1)."""

from datetime import timedelta

from portal.demo.customers import Stage
from portal.demo.frame import Frame, note
from portal.policy.goals import GoalClock, GoalKind, resolution_due, started
from portal.policy.window_promise import window_clock
from portal.tickets.models import Message, Ticket
from portal.tickets.models_distribution import Offer
from portal.tickets.models_goals import TicketGoal
from portal.tickets.models_work import TimeEntry

SUBJECT = "The badge printer at the desk prints every second badge twice"
BODY = (
    "We are setting up the registration desk and have two printers on one computer. Since an hour ago the left one"
    " prints every second badge twice. Registration opens tomorrow at eight. What can we do tonight?"
)
ON_NOW = "after hours, on now"
SENT_AGO, NOTED_AGO, MINUTES = timedelta(minutes=9), timedelta(minutes=4), 5


def write_ticket_within(frame: Frame, stage: Stage) -> None:
    """Write an open ticket of a contact of an event with a window that is on, offered to whoever holds it."""
    window = frame.placed.get((stage.id, ON_NOW))
    if window is None:
        return
    contact, holder, sent = stage.contacts[0].who, frame.team.managers[-1], frame.now - SENT_AGO
    due = sent + timedelta(minutes=frame.edition.after_hours.reply_minutes)
    ticket = frame.rows.add(
        Ticket, event_id=stage.id, subject=SUBJECT, topic="problem", opened_by_id=contact.id, opened_at=sent,
        awaiting_since=sent, reply_due_at=due, last_activity_at=sent, policy_edition=frame.edition_at(sent),
        spent_minutes=MINUTES,
    )  # fmt: skip
    frame.rows.add(Message, ticket_id=ticket, author_id=contact.id, from_staff=False, body=BODY, sent_at=sent)
    _goal(frame, ticket, GoalKind.FIRST_REPLY, window_clock(sent, due, frame.edition), window)
    solved = resolution_due(sent, frame.edition)
    _goal(frame, ticket, GoalKind.RESOLUTION, started(sent, solved, frame.edition))
    because = "you hold the event's window after hours"
    frame.rows.add(Offer, ticket_id=ticket, person_id=holder.id, because=because, offered_at=sent)
    noted = frame.now - NOTED_AGO
    frame.rows.add(
        TimeEntry, ticket_id=ticket, person_id=holder.id, minutes=MINUTES, note="Tried both printer drivers", noted_at=noted
    )  # fmt: skip
    after = {"subject": SUBJECT, "topic": "problem", "reply_due_at": due.isoformat()}
    note(frame, sent, contact, "ticket.opened", Ticket, ticket, stage.place, after=after)
    spent = {"minutes": MINUTES, "spent_minutes": MINUTES}
    note(frame, noted, holder, "ticket.time_noted", Ticket, ticket, stage.place, after=spent)


def _goal(frame: Frame, ticket: int, kind: GoalKind, clock: GoalClock, window: int | None = None) -> None:
    assert clock.runs_since is not None
    frame.rows.add(
        TicketGoal, ticket_id=ticket, kind=kind.value, started_at=clock.runs_since, window_id=window,
        allowed_minutes=clock.allowed_minutes, left_minutes=clock.left_minutes, runs_since=clock.runs_since,
        due_at=clock.due_at, warn_at=clock.warn_at, policy_edition=frame.edition_at(clock.runs_since),
    )  # fmt: skip

"""Messages of a ticket that are about something else become a ticket of their own."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Invalid
from portal.policy.coverage import Topic
from portal.policy.goals import GoalKind
from portal.tickets.goals import follow, running_goals
from portal.tickets.letters_work import tell_of_split
from portal.tickets.links import link_tickets
from portal.tickets.models import Message, Ticket
from portal.tickets.promises import promise_now
from portal.tickets.queries import locked_ticket
from portal.tickets.sides import require_support

NOT_THESE = "Choose messages of this ticket."
NOTHING_ASKED = "Choose at least one message of the customer's: the new ticket is theirs."
NOTHING_LEFT = "Leave at least one message of the customer's: else there is nothing to split."


@use_case
def split_ticket(
    actor: Actor, ticket_id: int, chosen: Sequence[int], *, topic: str, subject: str, form_key: str
) -> Ticket:
    """Move the chosen messages, notes among them, to a new ticket of whoever asked first among them.

    If the old one waits for support and so does what was chosen, the promise goes along (HOW-2). Both
    tickets lead to each other, and those who took part are told. A repeated form gives the same ticket.
    Raises Invalid (messages, topic), NotFound, Forbidden.
    """
    ticket = locked_ticket(actor, ticket_id)
    require_support(actor, ticket.scope)
    own_key = actor.own_key(form_key)
    if made := db.session.scalar(select(Ticket).where(Ticket.form_key == own_key)):
        return made
    if topic not in set(Topic):
        raise Invalid(topic="Choose a topic of the list.")
    going, staying = _parted(ticket, set(chosen))
    part = _part_of(ticket, going, topic=topic, subject=subject, form_key=own_key)
    db.session.add(part)
    db.session.flush()
    keys = [message.id for message in going]
    db.session.execute(update(Message).where(Message.id.in_(keys)).values(ticket_id=part.id))
    _settle(ticket, staying)
    follow(part)
    record(actor, "ticket.split", ticket, after={"messages": keys, "ticket": part.id}, scope=ticket.scope)
    opened = {
        "subject": part.subject,
        "topic": topic,
        "reply_due_at": part.reply_due_at,
        "taken_out_of": ticket.id,
    }
    record(actor, "ticket.opened", part, after=opened, scope=part.scope)
    link_tickets(actor, ticket, part, "split")
    tell_of_split(ticket, part)
    return part


def own_messages(actor: Actor, ticket: Ticket) -> list[Message]:
    """The messages that were written on a ticket itself, oldest first, notes among them; for support alone."""
    require_support(actor, ticket.scope)
    own = select(Message).where(Message.ticket_id == ticket.id).options(joinedload(Message.author))
    return list(db.session.scalars(own.order_by(Message.id)))


def _parted(ticket: Ticket, chosen: set[int]) -> tuple[list[Message], list[Message]]:
    messages = list(
        db.session.scalars(select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id))
    )
    going = [message for message in messages if message.id in chosen]
    staying = [message for message in messages if message.id not in chosen]
    if len(going) != len(chosen) or not going:
        raise Invalid(messages=NOT_THESE)
    for those, problem in ((going, NOTHING_ASKED), (staying, NOTHING_LEFT)):
        if all(message.from_staff for message in those):
            raise Invalid(messages=problem)
    return going, staying


def _part_of(ticket: Ticket, going: list[Message], *, topic: str, subject: str, form_key: str) -> Ticket:
    asked = next(message for message in going if not message.from_staff)
    answers = [message for message in going if message.from_staff and not message.internal]
    part = Ticket(
        event=ticket.event, subject=" ".join(subject.split()), topic=topic, channel=asked.channel,
        opened_by_id=asked.author_id, opened_at=asked.sent_at, form_key=form_key,
        policy_edition=ticket.policy_edition, last_activity_at=_newest(going).sent_at,
        assignee_id=ticket.assignee_id, assigned_because=ticket.assigned_because, assigned_at=ticket.assigned_at,
        first_reply_at=answers[0].sent_at if answers else None, state="waiting",
    )  # fmt: skip
    if not _newest(going).from_staff:
        _await_support(part, ticket)
    return part


def _await_support(part: Ticket, ticket: Ticket) -> None:
    part.state = "open"
    if ticket.state == "open":
        part.awaiting_since, part.reply_due_at = ticket.awaiting_since, ticket.reply_due_at
        return
    promise, edition = promise_now(ticket.event_id)
    part.awaiting_since, part.reply_due_at = promise.received_at, promise.due_at
    part.policy_edition = edition.number


def _settle(ticket: Ticket, staying: list[Message]) -> None:
    """What is left waits for the customer when support has the last word in it; its promise went along."""
    ticket.last_activity_at = max(_newest(staying).sent_at, ticket.closed_at or _newest(staying).sent_at)
    if ticket.state == "open" and _newest(staying).from_staff:
        ticket.state, ticket.reply_due_at, ticket.awaiting_since = "waiting", None, None
        for goal in running_goals(ticket.id):
            if goal.kind != GoalKind.RESOLUTION:
                goal.dropped_at = now()
    follow(ticket)


def _newest(messages: list[Message]) -> Message:
    return [message for message in messages if not message.internal][-1]

"""Phone calls, written down by support as tickets or on them (HOW-1)."""

from dataclasses import dataclass

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Invalid, Refused
from portal.policy.contacts import may_open_ticket
from portal.policy.coverage import Topic
from portal.policy.hours import Promise
from portal.roster.queries import contact_people
from portal.tickets import letters
from portal.tickets.callers import caller
from portal.tickets.goals import follow
from portal.tickets.letters_work import tell_of_call
from portal.tickets.models import Message, Ticket
from portal.tickets.promises import promise_is_sooner, promise_now
from portal.tickets.queries import locked_target
from portal.tickets.sides import require_support
from portal.tickets.spent import MINUTES_MOST, spend

DIRECTIONS = {"in": "They called us", "out": "We called them"}


@dataclass(frozen=True)
class Call:
    """What was said by phone. `answer` is what support answered at once; empty when something is still open."""

    direction: str
    minutes: int
    summary: str
    answer: str = ""


@use_case
def log_call(actor: Actor, contact_id: int, call: Call, *, topic: str, subject: str, form_key: str) -> Ticket:
    """Write a call of a registered contact down as a ticket of theirs, answered at once or open (WHO-1, HOW-1).

    Open, it gets its promise (HOW-2) and is offered as any other. The caller is told by mail what was
    written down; the minutes count as time spent (USE-2). A repeated form gives the same ticket. Raises
    Refused for who is not registered, Invalid (topic, direction, minutes), Forbidden.
    """
    registered = caller(actor, contact_id)
    if registered is None:
        raise Refused(may_open_ticket(False))
    event, own_key = registered.event, actor.own_key(form_key)
    require_support(actor, event.scope)
    if logged := db.session.scalar(select(Ticket).where(Ticket.form_key == own_key)):
        return logged
    _check(call, topic)
    promise, edition = promise_now(event.id)
    ticket = Ticket(
        event=event, subject=" ".join(subject.split()), topic=topic, channel="phone", form_key=own_key,
        opened_by_id=registered.person_id, policy_edition=edition.number, awaiting_since=promise.received_at,
        reply_due_at=promise.due_at, opened_at=promise.received_at, last_activity_at=promise.received_at,
    )  # fmt: skip
    db.session.add(ticket)
    said = _written_down(actor, ticket, registered.person, call)
    follow(ticket)
    after = {"subject": ticket.subject, "topic": topic, "channel": "phone", "reply_due_at": promise.due_at}
    record(actor, "ticket.opened", ticket, after=after, scope=event.scope)
    _finish(actor, ticket, said, registered.person, call, promise)
    return ticket


@use_case
def log_call_on(actor: Actor, ticket_id: int, person_id: int, call: Call, *, form_key: str) -> Message:
    """Write a call with a contact of the event down on a ticket, answered at once or open again.

    As `log_call`. Raises NotFound, Forbidden, Invalid (person, direction, minutes).
    """
    ticket = locked_target(actor, ticket_id)
    require_support(actor, ticket.scope)
    own_key = actor.own_key(form_key)
    if logged := db.session.scalar(select(Message).where(Message.form_key == own_key)):
        return logged
    who = next((each for each in contact_people(ticket.event_id) if each.id == person_id), None)
    if who is None:
        raise Invalid(person="Choose a Technical Contact of the event.")
    _check(call, ticket.topic)
    before = _standing(ticket)
    said = _written_down(actor, ticket, who, call, form_key=own_key)
    asks_anew = ticket.state != "open" or promise_is_sooner(ticket)
    promise = _reopened(ticket) if asks_anew and not call.answer else None
    follow(ticket)
    _finish(actor, ticket, said, who, call, promise, before)
    return said


def contacts_to_call(actor: Actor, ticket: Ticket) -> list[Person]:
    """Whom a call on a ticket can have been with: the event's contacts of now (WHO-1)."""
    require_support(actor, ticket.scope)
    return contact_people(ticket.event_id)


def _check(call: Call, topic: str) -> None:
    if topic not in set(Topic):
        raise Invalid(topic="Choose a topic of the list.")
    if call.direction not in DIRECTIONS:
        raise Invalid(direction="Say who called.")
    if not 1 <= call.minutes <= MINUTES_MOST:
        raise Invalid(minutes=f"Note between 1 and {MINUTES_MOST:,} minutes.")


def _written_down(
    actor: Actor, ticket: Ticket, who: Person, call: Call, *, form_key: str | None = None
) -> Message:
    db.session.flush()
    said = Message(
        ticket_id=ticket.id, author_id=who.id, from_staff=False, channel="phone", body=call.summary, sent_at=now(),
        call_direction=call.direction, call_minutes=call.minutes, logged_by_id=actor.id, form_key=form_key,
    )  # fmt: skip
    db.session.add(said)
    ticket.last_activity_at = said.sent_at
    db.session.flush()
    return said


def _finish(
    actor: Actor,
    ticket: Ticket,
    said: Message,
    who: Person,
    call: Call,
    promise: Promise | None,
    before: dict[str, object] | None = None,
) -> None:
    answer = _answered(actor, ticket, call.answer) if call.answer else None
    spend(actor, ticket, call.minutes, "Phone call")
    after = _standing(ticket) | {"with": who.name, "direction": call.direction, "minutes": call.minutes}
    record(actor, "ticket.call_logged", ticket, before=before, after=after, scope=ticket.scope)
    tell_of_call(ticket, said, answer, who, None if answer else promise)
    if answer is None:
        letters.tell_support(ticket, said, who)


def _answered(actor: Actor, ticket: Ticket, body: str) -> Message:
    answer = Message(
        ticket_id=ticket.id, author_id=actor.id, from_staff=True, channel="phone", body=body, sent_at=now()
    )
    db.session.add(answer)
    ticket.state, ticket.closed_at = "waiting", None
    ticket.reply_due_at = ticket.awaiting_since = None
    ticket.first_reply_at = ticket.first_reply_at or answer.sent_at
    if ticket.assignee_id is None:
        ticket.assignee_id, ticket.assigned_because, ticket.assigned_at = actor.id, "", answer.sent_at
    ticket.last_activity_at = answer.sent_at
    follow(ticket)
    return answer


def _reopened(ticket: Ticket) -> Promise:
    promise, edition = promise_now(ticket.event_id)
    ticket.state, ticket.closed_at, ticket.policy_edition = "open", None, edition.number
    ticket.awaiting_since, ticket.reply_due_at = promise.received_at, promise.due_at
    return promise


def _standing(ticket: Ticket) -> dict[str, object]:
    return {"state": ticket.state, "reply_due_at": ticket.reply_due_at, "assignee": ticket.assignee_id}

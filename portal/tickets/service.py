"""What can be done with tickets."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select, update

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid, Link
from portal.events.models import Event
from portal.events.queries import event_for
from portal.policy.coverage import Topic
from portal.policy.hours import Promise
from portal.tickets import letters
from portal.tickets.arrivals import BY_PAGE, Arrival
from portal.tickets.closing import close
from portal.tickets.continuing import continued, is_over
from portal.tickets.drafts import drop_draft
from portal.tickets.goals import follow
from portal.tickets.holders import held_by
from portal.tickets.models import Message, Ticket
from portal.tickets.presence import leave
from portal.tickets.promises import promise_is_sooner, promise_now
from portal.tickets.queries import last_message_id, locked_target, locked_ticket, newest_of_others, ticket_for
from portal.tickets.sides import is_support
from portal.tickets.turns import added
from portal.tickets.uploads import Upload
from portal.tickets.ways_on import not_a_contact

OVERTAKEN = "Somebody wrote while you did. Read what is new, marked below, and send your reply again."


@use_case
def open_ticket(
    actor: Actor,
    event_id: int,
    *,
    topic: str,
    subject: str,
    body: str,
    form_key: str,
    uploads: Sequence[Upload] = (),
    arrival: Arrival = BY_PAGE,
) -> Ticket:
    """Open a ticket on an event; its promise counts from now (HOW-2, HOW-4). A repeated form gives the same one.

    Raises NotFound, Forbidden for who is not a contact of the event (WHO-1), Invalid for a topic that
    is none or files that cannot be attached. Topics outside support's cover are taken as questions (OUT-1 to OUT-6).
    """
    ticket = opened(
        actor, event_for(actor, event_id), topic=topic, subject=subject, body=body, form_key=form_key,
        uploads=uploads, arrival=arrival,
    )  # fmt: skip
    if arrival.channel == "page":
        drop_draft(actor, f"new:{event_id}")
    return ticket


def opened(
    actor: Actor,
    event: Event,
    *,
    topic: str,
    subject: str,
    body: str,
    form_key: str,
    uploads: Sequence[Upload] = (),
    arrival: Arrival = BY_PAGE,
) -> Ticket:
    """As `open_ticket`, in the caller's transaction."""
    if not actor.may("ticket:open", event.scope):
        raise not_a_contact(actor, event)
    if sent := db.session.scalar(select(Ticket).where(Ticket.form_key == actor.own_key(form_key))):
        return sent
    if topic not in set(Topic):
        raise Invalid(topic="Choose a topic of the list.")
    promise, edition = promise_now(event.id)
    subject = " ".join(subject.split())
    ticket = Ticket(
        event=event, subject=subject, topic=topic, opened_by_id=actor.id, form_key=actor.own_key(form_key),
        policy_edition=edition.number, awaiting_since=promise.received_at, reply_due_at=promise.due_at,
        opened_at=promise.received_at, last_activity_at=promise.received_at, channel=arrival.channel,
    )  # fmt: skip
    db.session.add(ticket)
    message = added(actor, ticket, body, uploads, arrival=arrival)
    follow(ticket)
    after = {"subject": subject, "topic": topic, "reply_due_at": promise.due_at}
    record(actor, "ticket.opened", ticket, after=after, scope=ticket.scope)
    author = _person(actor)
    letters.confirm_receipt(ticket, message, author, promise)
    letters.tell_support(ticket, message, author)
    return ticket


@use_case
def reply_to_ticket(
    actor: Actor, ticket_id: int, *, body: str, form_key: str, seen: int = 0, uploads: Sequence[Upload] = (),
    arrival: Arrival = BY_PAGE,
) -> Message:  # fmt: skip
    """Add a turn to a ticket. A repeated form gives the same one.

    Support's answer makes it wait for the customer; the customer's reply makes it wait for support, with
    a new promise unless one is running (HOW-2). Long after closing it makes a new ticket that leads back,
    which the message is on then (HOW-4). What is written to a merged one goes to the one it leads to. `seen` is the newest message an answer is written in view
    of: raises Invalid when there are newer ones. Raises NotFound or Forbidden for who may not reply.
    """
    ticket = locked_target(actor, ticket_id)
    actor.require("ticket:reply", ticket.scope)
    own_key = actor.own_key(form_key)
    if sent := db.session.scalar(select(Message).where(Message.form_key == own_key)):
        return sent
    answers = is_support(actor, ticket.scope)
    if answers and newest_of_others(actor, ticket) > seen:
        raise Invalid(seen=OVERTAKEN)
    if arrival.channel == "page":
        drop_draft(actor, f"reply:{ticket.id}")
    if not answers and is_over(ticket):
        return continued(actor, ticket, body, own_key, uploads, arrival)
    before = _state(ticket)
    message = added(actor, ticket, body, uploads, form_key=own_key, from_staff=answers, arrival=arrival)
    if answers:
        _answered(actor, ticket, message)
    else:
        _asked(actor, ticket, message)
    follow(ticket)
    leave(actor, ticket)
    action = "ticket.answered" if answers else "ticket.replied"
    record(actor, action, ticket, before=before, after=_state(ticket), scope=ticket.scope)
    return message


@use_case
def claim_ticket(actor: Actor, ticket_id: int) -> Ticket:
    """Take a ticket that nobody has; taking one's own again changes nothing.

    Raises Conflict naming who was quicker, or when it is closed; NotFound; Forbidden.
    """
    ticket = ticket_for(actor, ticket_id)
    actor.require("ticket:work", ticket.scope)
    free = update(Ticket).where(Ticket.id == ticket_id, Ticket.state != "closed", unclaimed())
    taken = db.session.scalar(free.values(held_by(actor.id, "")).returning(Ticket.id))
    db.session.refresh(ticket)
    if taken is None:
        if ticket.assignee_id != actor.id or ticket.state == "closed":
            raise _not_free(ticket)
        return ticket
    record(
        actor, "ticket.claimed", ticket, before={"assignee": None}, after={"assignee": actor.id},
        scope=ticket.scope,
    )  # fmt: skip
    return ticket


@use_case
def close_ticket(actor: Actor, ticket_id: int, *, seen: int) -> Ticket:
    """Close a ticket in view of its newest message, `seen`; the customer's next reply opens it again.

    Raises Conflict when it is closed already or a newer message has come in; NotFound; Forbidden.
    """
    ticket = locked_ticket(actor, ticket_id)
    actor.require("ticket:close", ticket.scope)
    newest = last_message_id(actor, ticket)
    if ticket.state == "closed":
        raise Conflict("This ticket is closed already.", links=(_to(ticket),))
    if newest_of_others(actor, ticket) > seen:
        raise Conflict("A message came in before you closed. Read it first.", links=(_to(ticket),))
    close(actor, ticket, newest)
    return ticket


def unclaimed() -> ColumnElement[bool]:
    """What makes one of several claims win: the write finds the ticket without an assignee."""
    return Ticket.assignee_id.is_(None)


def _answered(actor: Actor, ticket: Ticket, message: Message) -> None:
    ticket.state, ticket.closed_at = "waiting", None
    ticket.reply_due_at = ticket.awaiting_since = None
    ticket.first_reply_at = ticket.first_reply_at or message.sent_at
    if ticket.assignee_id is None:
        ticket.assignee_id, ticket.assigned_because, ticket.assigned_at = actor.id, "", now()
    letters.tell_customer(ticket, message, _person(actor))


def _asked(actor: Actor, ticket: Ticket, message: Message) -> None:
    author = _person(actor)
    if ticket.state != "open" or promise_is_sooner(ticket):
        letters.confirm_receipt(ticket, message, author, _promised_anew(ticket))
    letters.tell_support(ticket, message, author)


def _promised_anew(ticket: Ticket) -> Promise:
    promise, edition = promise_now(ticket.event_id)
    ticket.state, ticket.closed_at, ticket.policy_edition = "open", None, edition.number
    ticket.awaiting_since, ticket.reply_due_at = promise.received_at, promise.due_at
    return promise


def _not_free(ticket: Ticket) -> Conflict:
    if ticket.state == "closed":
        return Conflict("This ticket is closed.", links=(_to(ticket),))
    holder = ticket.assignee.name if ticket.assignee else "Somebody"
    return Conflict(f"{holder} has this ticket already.", links=(_to(ticket),))


def _to(ticket: Ticket) -> Link:
    return Link("See the ticket", "tickets.show", {"ticket_id": ticket.id})


def _state(ticket: Ticket) -> dict[str, object]:
    return {
        "state": ticket.state, "reply_due_at": ticket.reply_due_at, "assignee": ticket.assignee_id,
    }  # fmt: skip


def _person(actor: Actor) -> Person:
    return db.session.get_one(Person, actor.id)

"""What is written long after a ticket was closed becomes a new one that leads back (HOW-4).

Takes part in the caller's transaction.
"""

from collections.abc import Sequence

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.audit.record import record
from portal.clock import now
from portal.db import db
from portal.editions.queries import edition_at
from portal.policy.goals import may_reopen
from portal.policy.hours import Promise
from portal.tickets import letters
from portal.tickets.arrivals import Arrival
from portal.tickets.goals import follow
from portal.tickets.links import link_tickets
from portal.tickets.models import Message, Ticket
from portal.tickets.promises import promise_now
from portal.tickets.turns import added
from portal.tickets.uploads import Upload


def is_over(ticket: Ticket) -> bool:
    """Whether a ticket was closed so long ago that the customer's reply makes a new one (HOW-4)."""
    return ticket.closed_at is not None and not may_reopen(
        ticket.closed_at, now(), edition_at(ticket.closed_at)
    )


def continued(
    actor: Actor, old: Ticket, body: str, own_key: str, uploads: Sequence[Upload], arrival: Arrival
) -> Message:
    """The reply to a ticket that is over, as the first message of a new one with the same subject and topic."""
    actor.require("ticket:open", old.scope)
    promise, ticket = _successor(actor, old, arrival)
    db.session.add(ticket)
    message = added(actor, ticket, body, uploads, form_key=own_key, arrival=arrival)
    follow(ticket)
    link_tickets(actor, old, ticket, "continued")
    after = {
        "subject": ticket.subject,
        "topic": ticket.topic,
        "reply_due_at": promise.due_at,
        "continues": old.id,
    }
    record(actor, "ticket.opened", ticket, after=after, scope=old.scope)
    author = db.session.get_one(Person, actor.id)
    letters.confirm_receipt(ticket, message, author, promise)
    letters.tell_support(ticket, message, author)
    return message


def _successor(actor: Actor, old: Ticket, arrival: Arrival) -> tuple[Promise, Ticket]:
    promise, edition = promise_now(old.event_id)
    return promise, Ticket(
        event=old.event, subject=old.subject, topic=old.topic, opened_by_id=actor.id, channel=arrival.channel,
        policy_edition=edition.number, awaiting_since=promise.received_at, reply_due_at=promise.due_at,
        opened_at=promise.received_at, last_activity_at=promise.received_at,
    )  # fmt: skip

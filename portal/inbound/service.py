"""Sorting the mail that waits: to a ticket, or away. Each is decided once."""

from typing import Any

from sqlalchemy import ColumnElement, update

from portal.accounts.actor import Actor
from portal.accounts.identity import normalise_email
from portal.accounts.models import Person
from portal.accounts.queries import actor_for, person_with_email
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid, NotFound
from portal.events.models import Event
from portal.events.queries import event_for
from portal.inbound import reasons
from portal.inbound.models import InboundMail
from portal.inbound.queries import VIEWS, mail_for
from portal.jobs.queue import enqueue
from portal.tickets.models import Ticket
from portal.tickets.queries import ticket_for
from portal.tickets.sides import is_support

LONGEST_REASON = 500
NOT_WHOLE = frozenset({reasons.UNREADABLE, reasons.TOO_LARGE})


@use_case
def release_mail(
    actor: Actor, mail_id: int, *, author: str, ticket_id: int | None = None, event_id: int | None = None
) -> InboundMail:
    """Have a mail filed as a turn of a ticket, or as a new ticket on an event, in the name of `author`, an address.

    Who that is must be allowed to write there (WHO-1): raises Invalid (`author`, `ticket`) otherwise, Conflict
    when the mail waits no longer, NotFound, Forbidden. A job files it; it is asked again then.
    """
    actor.require("mail:sort")
    mail = mail_for(actor, mail_id)
    if mail.reason in NOT_WHOLE:
        raise Invalid(ticket="The portal has not got all of this mail: write down by hand what it says.")
    ticket = _ticket(actor, ticket_id) if ticket_id else None
    event = ticket.event if ticket else _event(actor, event_id)
    person = _author(actor, author, event, ticket)
    before = {"state": mail.state, "reason": mail.reason}
    where: dict[str, Any] = {"person_id": person.id, "event_id": event.id, "ticket_id": ticket and ticket.id}
    _decide(actor, mail, "released", attempts=0, decision_reason="", **where)
    record(actor, "mail.released", mail, before=before, after={"author": person.email, **where})
    enqueue("file_mail", queue="mail", mail_id=mail.id)
    return mail


@use_case
def discard_mail(actor: Actor, mail_id: int, *, reason: str) -> InboundMail:
    """Put a mail away for good, with a reason; it stays on record. Raises Conflict, NotFound, Forbidden."""
    actor.require("mail:sort")
    mail = mail_for(actor, mail_id)
    before = {"state": mail.state, "reason": mail.reason}
    _decide(actor, mail, "discarded", decision_reason=reason[:LONGEST_REASON], settled_at=now())
    record(actor, "mail.discarded", mail, before=before, after={"reason": reason})
    return mail


def undecided() -> ColumnElement[bool]:
    """What makes one of several decisions win: the write finds the mail still waiting."""
    return InboundMail.state.in_(VIEWS["waiting"])


def _ticket(actor: Actor, ticket_id: int) -> Ticket:
    try:
        found = ticket_for(actor, ticket_id)
        return found if found.merged_into_id is None else _ticket(actor, found.merged_into_id)
    except NotFound:
        raise Invalid(ticket="There is no ticket with this number.") from None


def _event(actor: Actor, event_id: int | None) -> Event:
    if event_id is None:
        raise Invalid(ticket="Enter the number of a ticket, or choose the event of a new one.")
    try:
        return event_for(actor, event_id)
    except NotFound:
        raise Invalid(event="Choose an event of the list.") from None


def _author(actor: Actor, address: str, event: Event, ticket: Ticket | None) -> Person:
    try:
        person = person_with_email(normalise_email(address))
    except Invalid as problem:
        raise Invalid(author=problem.fields["email"]) from None
    writer = actor_for(person.id) if person else None
    if person is None or writer is None:
        raise Invalid(author="Nobody is registered with this address.")
    if not writer.may("ticket:reply" if ticket else "ticket:open", event.scope):
        raise Invalid(
            author=f"{person.name} is not a Technical Contact of {event.name} (WHO-1). Name the contact it is"
            " from, or have the organiser register this person first."
        )
    if is_support(writer, event.scope) and person.id != actor.id:
        raise Invalid(author=f"Only {person.name} can release what is sent in {person.name}'s name.")
    return person


def _decide(actor: Actor, mail: InboundMail, state: str, **values: Any) -> None:
    waiting = update(InboundMail).where(InboundMail.id == mail.id, undecided())
    values |= {"state": state, "decided_by_id": actor.id, "decided_at": now()}
    if db.session.scalar(waiting.values(values).returning(InboundMail.id)) is None:
        fresh = db.session.get_one(InboundMail, mail.id, populate_existing=True)
        who = fresh.decided_by.name if fresh.decided_by else "Somebody"
        raise Conflict(f"{who} was quicker: this mail waits no longer. Nothing was changed.")

"""Tickets pass to another contact with whoever asked (WHO-6). Takes part in the caller's transaction."""

from sqlalchemy import func, select

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.audit.record import record
from portal.db import db
from portal.events.models import Event
from portal.tickets.models import Ticket


def hand_over_tickets(actor: Actor, event: Event, leaver: Person, heir: Person) -> list[Ticket]:
    """Give `heir` the tickets of an event that are not closed and that the leaver had; those, by key."""
    had = func.coalesce(Ticket.handed_to_id, Ticket.opened_by_id) == leaver.id
    unfinished = select(Ticket).where(Ticket.event_id == event.id, Ticket.state != "closed", had)
    held = unfinished.order_by(Ticket.id).with_for_update(key_share=True)
    passed = list(db.session.scalars(held.execution_options(populate_existing=True)))
    for ticket in passed:
        ticket.handed_to_id = heir.id
        record(
            actor, "ticket.handed_over", ticket, scope=event.scope,
            before={"with": leaver.id}, after={"with": heir.id},
        )  # fmt: skip
    return passed

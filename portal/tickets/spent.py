"""Time spent on tickets, as fair use counts it (USE-2). An entry is never changed, only countered."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.db import db, use_case
from portal.errors import Conflict, Invalid, NotFound
from portal.tickets.models import Ticket
from portal.tickets.models_work import TimeEntry
from portal.tickets.queries import locked_target, locked_ticket, with_merged
from portal.tickets.sides import require_support

MINUTES_MOST = 24 * 60


@use_case
def note_time(actor: Actor, ticket_id: int, *, minutes: int, note: str, form_key: str) -> TimeEntry:
    """Note minutes that the actor spent on a ticket (USE-2). A repeated form gives the same entry.

    Raises Invalid (minutes), NotFound, and Forbidden for who is not support on this ticket.
    """
    ticket = locked_target(actor, ticket_id)
    require_support(actor, ticket.scope)
    own_key = actor.own_key(form_key)
    if noted := db.session.scalar(select(TimeEntry).where(TimeEntry.form_key == own_key)):
        return noted
    return spend(actor, ticket, minutes, note, form_key=own_key)


@use_case
def correct_time(actor: Actor, ticket_id: int, entry_id: int, *, note: str) -> TimeEntry:
    """Counter an entry of a ticket with one of minus its minutes; both stay on record (USE-2).

    Raises Conflict when it was countered already or is a counter-entry itself, NotFound, Forbidden.
    """
    shown = locked_target(actor, ticket_id)
    require_support(actor, shown.scope)
    here = select(TimeEntry).where(TimeEntry.id == entry_id, TimeEntry.ticket_id.in_(with_merged(shown)))
    entry = db.session.scalar(here)
    if entry is None:
        raise NotFound
    ticket = locked_ticket(actor, entry.ticket_id)
    countered = select(TimeEntry.id).where(TimeEntry.corrects_id == entry.id)
    if entry.corrects_id or db.session.scalar(countered):
        raise Conflict("This entry is corrected already.")
    return _enter(actor, ticket, TimeEntry(minutes=-entry.minutes, note=note, corrects_id=entry.id))


def spend(actor: Actor, ticket: Ticket, minutes: int, note: str, *, form_key: str | None = None) -> TimeEntry:
    """Enter minutes on a ticket that the caller holds, in the caller's transaction. Raises Invalid (minutes)."""
    if not 1 <= minutes <= MINUTES_MOST:
        raise Invalid(minutes=f"Note between 1 and {MINUTES_MOST:,} minutes.")
    return _enter(actor, ticket, TimeEntry(minutes=minutes, note=note, form_key=form_key))


def time_on(actor: Actor, ticket: Ticket) -> list[TimeEntry]:
    """The entries of a ticket and of those merged into it, newest first, each with who noted it; for support alone."""
    require_support(actor, ticket.scope)
    here = TimeEntry.ticket_id.in_(with_merged(ticket))
    entries = select(TimeEntry).where(here).options(joinedload(TimeEntry.person))
    return list(db.session.scalars(entries.order_by(TimeEntry.id.desc()).limit(200)))


def _enter(actor: Actor, ticket: Ticket, entry: TimeEntry) -> TimeEntry:
    entry.ticket_id, entry.person_id = ticket.id, actor.id
    db.session.add(entry)
    before = ticket.spent_minutes
    ticket.spent_minutes = before + entry.minutes
    db.session.flush()
    after = {"minutes": entry.minutes, "spent_minutes": ticket.spent_minutes, "note": entry.note}
    action = "ticket.time_corrected" if entry.corrects_id else "ticket.time_noted"
    record(actor, action, ticket, before={"spent_minutes": before}, after=after, scope=ticket.scope)
    return entry

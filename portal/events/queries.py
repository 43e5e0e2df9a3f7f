"""Reading events: every reading starts from what the actor may see."""

from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.accounts.actor import Actor, Scope
from portal.accounts.models import Organisation
from portal.accounts.permissions import PERMISSIONS
from portal.db import db
from portal.errors import NotFound
from portal.events.models import Event
from portal.paging import Page, page_of


def visible_events(actor: Actor) -> Select[Event]:
    """The events `actor` may know of: all for staff, those they organise or are a contact of for others."""
    events = select(Event)
    if actor.is_system or actor.staff_roles & PERMISSIONS["event:read"]:
        return events
    organised = Event.organisation_id.in_(actor.organisation_ids)
    return events.where(or_(organised, Event.id.in_(actor.contact_event_ids)))


def event_scope(actor: Actor, event_id: int) -> Scope | None:
    """Where an event belongs; None when the actor may not know of it."""
    found = db.session.scalar(visible_events(actor).where(Event.id == event_id))
    return found.scope if found else None


def event_for(actor: Actor, event_id: int) -> Event:
    """An event with its organisation. Raises NotFound when the actor may not know of it."""
    statement = visible_events(actor).where(Event.id == event_id).options(joinedload(Event.organisation))
    return _found(db.session.scalar(statement))


def locked_event(actor: Actor, event_id: int) -> Event:
    """An event as it is now, held until the transaction closes: what a limit hangs on is locked first.

    The lock (FOR NO KEY UPDATE) keeps out others that take it, not those who write rows that refer to
    the event. Raises NotFound when the actor may not know of the event.
    """
    statement = visible_events(actor).where(Event.id == event_id).with_for_update(key_share=True)
    return _found(db.session.scalar(statement.execution_options(populate_existing=True)))


def coming_events(actor: Actor, today: date, words: str, cursor: str | None) -> Page[Event]:
    """The visible events that are not over by `today`, the next one first, with their organisations.

    With `words`, only those whose name, or whose organisation's name, holds them.
    """
    coming = _listed(actor, words).where(Event.ends_on >= today)
    return page_of(coming, (Event.starts_on, Event.id), cursor)


def past_events(actor: Actor, today: date, words: str, cursor: str | None) -> Page[Event]:
    """The visible events that were over before `today`, the latest first; else as `coming_events`."""
    past = _listed(actor, words).where(Event.ends_on < today)
    return page_of(past, (Event.starts_on, Event.id), cursor, descending=True)


def organisations() -> list[Organisation]:
    """Every customer by name, for whoever may create events."""
    return list(db.session.scalars(select(Organisation).order_by(Organisation.name)))


def _listed(actor: Actor, words: str) -> Select[Event]:
    events = visible_events(actor).join(Event.organisation).options(contains_eager(Event.organisation))
    if not words:
        return events
    named = Event.name.icontains(words, autoescape=True)
    return events.where(or_(named, Organisation.name.icontains(words, autoescape=True)))


def _found(event: Event | None) -> Event:
    if event is None:
        raise NotFound
    return event

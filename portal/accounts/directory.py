"""People and organisations as staff look them up."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.accounts.models import Grant, Organisation, Person, Session
from portal.clock import now
from portal.db import db
from portal.errors import NotFound
from portal.events.models import Event
from portal.events.queries import visible_events
from portal.paging import Page, page_of

NEWEST = 50


@dataclass(frozen=True)
class Presence:
    """In how many browsers a person is signed in now, and when they last came in."""

    open_sessions: int
    last_signed_in_at: datetime | None


def people(actor: Actor, words: str, cursor: str | None) -> Page[Person]:
    """Those whose name or address contains `words`, by name."""
    actor.require("people:manage")
    found = select(Person)
    if words:
        found = found.where(
            or_(Person.name.icontains(words, autoescape=True), Person.email.icontains(words, autoescape=True))
        )
    return page_of(found, (Person.name, Person.id), cursor)


def person_for(actor: Actor, person_id: int) -> Person:
    """A person, for whoever looks after people. Raises NotFound, Forbidden."""
    actor.require("people:manage")
    found = db.session.scalar(select(Person).where(Person.id == person_id))
    if found is None:
        raise NotFound
    return found


def person_scope(actor: Actor, person_id: int) -> Scope | None:
    """People belong nowhere; only those who look after them may know of them."""
    known = actor.may("people:manage") and db.session.scalar(select(Person.id).where(Person.id == person_id))
    return NOWHERE if known else None


def grant_scope(actor: Actor, grant_id: int) -> Scope | None:
    """A role that was given, for whoever looks after people."""
    known = actor.may("people:manage") and db.session.scalar(select(Grant.id).where(Grant.id == grant_id))
    return NOWHERE if known else None


def presence(person_id: int) -> Presence:
    """Whether and where from a person uses the portal."""
    is_open = Session.ended_at.is_(None) & (Session.expires_at > now())
    counted = select(func.count().filter(is_open), func.max(Session.signed_in_at))
    count, last = db.session.execute(counted.where(Session.person_id == person_id)).one()
    return Presence(count, last)


def organisations(actor: Actor, words: str, cursor: str | None) -> Page[Organisation]:
    """Customers whose name contains `words`, by name."""
    actor.require("organisation:manage")
    found = select(Organisation)
    if words:
        found = found.where(Organisation.name.icontains(words, autoescape=True))
    return page_of(found, (Organisation.name, Organisation.id), cursor)


def newest_events(actor: Actor, organisation_id: int) -> list[Event]:
    """The latest fifty events of an organisation that the actor may see, the last to begin first."""
    own = visible_events(actor).where(Event.organisation_id == organisation_id)
    return list(db.session.scalars(own.order_by(Event.starts_on.desc(), Event.id.desc()).limit(NEWEST)))


def organisation_for(actor: Actor, organisation_id: int) -> Organisation:
    """A customer. Raises NotFound where the actor may not know of it."""
    found = _visible(actor, organisation_id)
    if found is None:
        raise NotFound
    return found


def organisation_scope(actor: Actor, organisation_id: int) -> Scope | None:
    """Known to its organisers and to staff who work for every customer; None for others."""
    return Scope(organisation_id=organisation_id) if _visible(actor, organisation_id) else None


def _visible(actor: Actor, organisation_id: int) -> Organisation | None:
    if not actor.may("event:read", Scope(organisation_id=organisation_id)):
        return None
    return db.session.scalar(select(Organisation).where(Organisation.id == organisation_id))

"""Finding people: those whose name and address the searcher sees on a roster, or looks after."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ScalarSelect, Select, and_, false, func, or_, select

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.accounts.permissions import PERMISSIONS
from portal.db import db
from portal.events.models import Event
from portal.events.queries import visible_events
from portal.roster.models import Contact

ROSTERS_NAMED = 3


@dataclass(frozen=True)
class FoundPerson:
    """A person, and some of the events they are a Technical Contact of now: key and name of each."""

    person: Person
    events: Sequence[tuple[int, str]]


def visible_people(actor: Actor) -> Select[Person]:
    """Whose address `actor` may know: everybody's for staff who see rosters or look after people.

    For customers it is the contacts of their events now, and themselves.
    """
    people = select(Person)
    if actor.staff_roles & (PERMISSIONS["roster:read"] | PERMISSIONS["people:manage"]):
        return people
    mine = select(Contact.person_id).where(
        Contact.ended_at.is_(None), Contact.event_id.in_(visible_events(actor).with_only_columns(Event.id))
    )
    return people.where(or_(Person.id.in_(mine), Person.id == actor.person_id))


def found_people(actor: Actor, words: str, limit: int, offset: int) -> list[FoundPerson]:
    """The visible people with all of `words` in their name, or as their address or a part of it; by name. One query."""
    whole = [or_(Person.name.icontains(word, autoescape=True), Person.email.icontains(word.lower(), autoescape=True))
             for word in words.split()]  # fmt: skip
    matching = visible_people(actor).where(and_(*whole) if whole else false())
    with_events = matching.add_columns(_contact_at(actor)).order_by(Person.name, Person.id)
    rows = db.session.execute(with_events.limit(limit).offset(offset))
    return [FoundPerson(person, [(key, name) for key, name in events or []]) for person, events in rows]


def person_with(actor: Actor, who: str) -> Person | None:
    """The visible person with a key or an address; None where there is none, or none that the actor may know of."""
    named = Person.id == int(who) if is_key(who) else Person.email == who.lower()
    return db.session.scalar(visible_people(actor).where(named))


def is_key(written: str) -> bool:
    """Whether a text can be the key of something."""
    return written.isascii() and written.isdigit() and len(written) < 19


def _contact_at(actor: Actor) -> ScalarSelect[Any]:
    seated = (
        select(Event.id, Event.name)
        .join(Contact, Contact.event_id == Event.id)
        .where(
            Contact.person_id == Person.id, Contact.ended_at.is_(None),
            Event.id.in_(visible_events(actor).with_only_columns(Event.id)),
        )
        .order_by(Event.starts_on.desc(), Event.id)
        .limit(ROSTERS_NAMED)
        .correlate(Person)
        .subquery()
    )  # fmt: skip
    pairs = func.json_agg(func.json_build_array(seated.c.id, seated.c.name))
    return select(pairs).select_from(seated).scalar_subquery()

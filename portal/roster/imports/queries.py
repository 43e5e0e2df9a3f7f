"""Reading lists that wait to be confirmed: each exists for its owner alone."""

from collections.abc import Collection

from sqlalchemy import ARRAY, Select, Text, any_, cast, exists, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from portal.accounts.actor import Actor, Scope
from portal.accounts.models import Person
from portal.clock import now
from portal.db import db
from portal.errors import NotFound
from portal.events.models import Event
from portal.events.queries import visible_events
from portal.paging import Page, page_of
from portal.policy.contacts import ContactLimit
from portal.roster.imports.models import ContactImport
from portal.roster.imports.plan import Plan, plan_of
from portal.roster.imports.sheet import Sheet, SheetRow
from portal.roster.models import Contact

GONE = "This list was kept for 24 hours and is gone. Choose it again on the page of the event's contacts."
MOST_CHOSEN = 200


def import_scope(actor: Actor, import_id: int) -> Scope | None:
    """Where a list belongs; None for everybody but its owner, and for an owner who no longer sees the event."""
    mine = visible_events(actor).join(ContactImport, ContactImport.event_id == Event.id)
    found = db.session.scalar(
        mine.where(ContactImport.id == import_id, ContactImport.owner_id == actor.person_id)
    )
    return found.scope if found else None


def import_for(actor: Actor, import_id: int) -> ContactImport:
    """A list with its event. Raises NotFound for everybody but its owner, and once its time is over."""
    own = _own(actor).where(ContactImport.id == import_id)
    found = db.session.scalar(own.options(joinedload(ContactImport.event).joinedload(Event.organisation)))
    if found is None:
        raise NotFound
    if found.expires_at <= now():
        raise NotFound(GONE)
    return found


def waiting_imports(actor: Actor, event_id: int) -> list[ContactImport]:
    """The actor's lists for an event that wait to be confirmed, the newest first; at most five."""
    waiting = _own(actor).where(
        ContactImport.event_id == event_id, ContactImport.consumed_at.is_(None), ContactImport.expires_at > now()
    )  # fmt: skip
    return list(db.session.scalars(waiting.order_by(ContactImport.id.desc()).limit(5)))


def plan_for(sheet: Sheet, contacts: Collection[Contact], limit: ContactLimit) -> Plan:
    """What a list comes to beside an event's contacts (each with its person) under its limit. One query."""
    registered = {contact.person.email: contact.person.name for contact in contacts}
    return plan_of(sheet, limit, registered, _closed({row.email for row in sheet.rows if not row.problems}))


def colleagues(actor: Actor, event: Event, words: str, cursor: str | None) -> Page[Person]:
    """Who is a contact of another event of the organisation now, but not of this one, by name.

    With `words`, those whose name or address holds them.
    """
    found = _colleagues(actor, event)
    if words:
        named = Person.name.icontains(words, autoescape=True)
        found = found.where(named | Person.email.icontains(words, autoescape=True))
    return page_of(found, (Person.name, Person.id), cursor)


def posts_of(actor: Actor, event: Event, people: Collection[Person]) -> dict[int, list[Contact]]:
    """For each of these people, where else in the organisation they are a contact, the newest first."""
    held = (
        select(Contact)
        .join(Contact.event)
        .options(contains_eager(Contact.event))
        .where(
            Contact.person_id.in_([person.id for person in people]), Contact.ended_at.is_(None),
            Contact.event_id.in_(_others(actor, event)),
        )
        .order_by(Contact.registered_at.desc(), Contact.id.desc())
    )  # fmt: skip
    found: dict[int, list[Contact]] = {person.id: [] for person in people}
    for contact in db.session.scalars(held):
        found[contact.person_id].append(contact)
    return found


def chosen_colleagues(actor: Actor, event: Event, person_ids: Collection[int]) -> Sheet:
    """Those chosen as a list, with the phone number and job title of where they were registered last.

    Whom the actor may not know of is not in it.
    """
    chosen = _colleagues(actor, event).where(Person.id.in_(list(person_ids)[:MOST_CHOSEN]))
    people = list(db.session.scalars(chosen.order_by(Person.name, Person.id)))
    posts = posts_of(actor, event, people)
    rows = (
        SheetRow(number, person.name, person.email, posts[person.id][0].phone, posts[person.id][0].job_title)
        for number, person in enumerate(people, 1)
    )
    return Sheet("Person", tuple(rows))


def _own(actor: Actor) -> Select[ContactImport]:
    return select(ContactImport).where(ContactImport.owner_id == actor.person_id)


def _closed(emails: Collection[str]) -> set[str]:
    if not emails:
        return set()
    wanted = any_(cast(sorted(emails), ARRAY(Text)))
    return set(
        db.session.scalars(
            select(Person.email).where(Person.email == wanted, Person.disabled_at.is_not(None))
        )
    )


def _others(actor: Actor, event: Event) -> Select[int]:
    mine = visible_events(actor).where(Event.organisation_id == event.organisation_id, Event.id != event.id)
    return mine.with_only_columns(Event.id)


def _colleagues(actor: Actor, event: Event) -> Select[Person]:
    elsewhere, here = aliased(Contact), aliased(Contact)
    return select(Person).where(
        Person.disabled_at.is_(None),
        exists().where(
            elsewhere.person_id == Person.id, elsewhere.ended_at.is_(None),
            elsewhere.event_id.in_(_others(actor, event)),
        ),
        ~exists().where(here.person_id == Person.id, here.ended_at.is_(None), here.event_id == event.id),
    )  # fmt: skip

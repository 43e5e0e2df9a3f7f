"""The cast. Two organisations with an event each, and a person for each role.

Tests that need another world make it from these pieces: `organisation`, `event`, `person`, `contact`.
"""

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from portal.accounts.actor import Actor
from portal.accounts.models import Grant, Organisation, Person
from portal.accounts.permissions import Role
from portal.accounts.queries import actor_for
from portal.clock import now
from portal.db import db
from portal.events.models import Event
from portal.policy.contacts import contact_limit
from portal.roster.models import Contact, Seat


@dataclass
class World:
    """Who and what there is. `society` is ours; `library` is another customer, whose people are outsiders."""

    society: Organisation
    library: Organisation
    congress: Event
    workshop: Event
    fair: Event
    organiser: Person
    contact: Person
    other_contact: Person
    outsider: Person
    outside_contact: Person
    agent: Person
    moderator: Person
    manager: Person
    second_manager: Person
    admin: Person
    nobody: Person

    def actor(self, name: str) -> Actor:
        """The actor behind a member of the cast, with the grants that hold now."""
        return actor_of(getattr(self, name))


def actor_of(person: Person) -> Actor:
    """A person as an actor, with the grants that hold now."""
    found = actor_for(person.id)
    assert found is not None
    return found


def settle() -> World:
    """Write the cast to the database."""
    society, library = organisation("Society of Tests"), organisation("Library of Outsiders")
    congress = event(society, "Congress", attendees=700, licence="premium")
    workshop = event(society, "Workshop", attendees=120, licence="basic")
    fair = event(library, "Fair", attendees=250, licence="premium")
    people = {f.name: person(f.name.replace("_", " ").title()) for f in fields(World) if f.type is Person}
    grant(people["organiser"], Role.ORGANISER, organisation_id=society.id)
    grant(people["outsider"], Role.ORGANISER, organisation_id=library.id)
    for name, role in (
        ("agent", Role.AGENT), ("moderator", Role.MODERATOR), ("manager", Role.MANAGER),
        ("second_manager", Role.MANAGER), ("admin", Role.ADMIN),
    ):  # fmt: skip
        grant(people[name], role)
    contact(congress, people["contact"])
    contact(congress, people["other_contact"])
    contact(fair, people["outside_contact"])
    db.session.commit()
    return World(society=society, library=library, congress=congress, workshop=workshop, fair=fair, **people)


def organisation(name: str) -> Organisation:
    """A customer."""
    made = Organisation(name=name, billing_address=f"1 {name} Street\nSpringfield", billing_email="")
    db.session.add(made)
    db.session.flush()
    return made


def event(owner: Organisation, name: str, **changes: Any) -> Event:
    """A licensed event of `owner`, three months ahead, with the seats of its limit."""
    starts = now().date() + timedelta(days=90)
    values: dict[str, Any] = {
        "slug": f"{name}-{owner.id}".lower().replace(" ", "-"), "starts_on": starts,
        "ends_on": starts + timedelta(days=2), "place": "Vienna", "time_zone": "Europe/Vienna", "attendees": 200,
        "licence": "basic", "account_opened_on": now().date() - timedelta(days=100),
    }  # fmt: skip
    made = Event(organisation_id=owner.id, name=name, **values | changes)
    db.session.add(made)
    db.session.flush()
    for number in range(1, contact_limit(made.attendees, made.licence_kind).total + 1):
        db.session.add(Seat(event_id=made.id, number=number))
    db.session.flush()
    return made


def person(name: str, **changes: Any) -> Person:
    """A person without any role."""
    email = f"{name.lower().replace(' ', '.')}@people.example"
    made = Person(**{"name": name, "email": email, "time_zone": "Europe/Vienna"} | changes)
    db.session.add(made)
    db.session.flush()
    return made


def grant(holder: Person, role: Role, **where: int) -> Grant:
    """Give a role."""
    made = Grant(person_id=holder.id, role=role, **where)
    db.session.add(made)
    db.session.flush()
    return made


def contact(at: Event, who: Person) -> Contact:
    """Register `who` on the lowest free seat of `at`."""
    taken = db.select(Contact.seat_id).where(Contact.seat_id.is_not(None))
    free = db.select(Seat).where(Seat.event_id == at.id, Seat.id.not_in(taken)).order_by(Seat.number).limit(1)
    seat = db.session.scalars(free).one()
    made = Contact(
        event_id=at.id, person_id=who.id, seat_id=seat.id, seat_number=seat.number,
        grant_id=grant(who, Role.CONTACT, event_id=at.id).id, registered_at=now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made

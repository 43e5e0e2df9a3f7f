"""Registering contacts (WHO-3, WHO-5)."""

from collections.abc import Callable

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.accounts.grants import grant_role
from portal.accounts.identity import normalise_email, normalise_name
from portal.accounts.invitations import find_or_invite, invite
from portal.accounts.models import Person
from portal.accounts.permissions import Role
from portal.audit.record import record
from portal.db import db, use_case
from portal.editions.queries import edition_in_force
from portal.errors import Invalid, Refused
from portal.events.models import Event
from portal.events.queries import locked_event
from portal.mail.post import post
from portal.policy.contacts import ContactLimit, may_add_contact, may_register
from portal.roster.models import Contact, Seat
from portal.roster.phones import international
from portal.roster.queries import contacts_of
from portal.roster.seats import sync_seats
from portal.roster.ways_on import ways_on

LONGEST_JOB_TITLE = 100


@use_case
def register_contact(
    actor: Actor, event_id: int, *, name: str, email: str, phone: str = "", job_title: str = "", form_key: str
) -> Contact:
    """Register a person as Technical Contact of an event, within its limit; sent twice, it is done once.

    Whoever is new is invited; whoever is known keeps their own name. Raises Refused (WHO-3) with the ways
    on when there is no room, Invalid for what cannot be taken, NotFound when the actor may not know of
    the event, Forbidden when they may not register anybody there.
    """
    event = locked_event(actor, event_id)
    actor.require("roster:add", event.scope)
    earlier = db.session.scalar(select(Contact).where(Contact.form_key == actor.own_key(form_key)))
    if earlier is not None:
        return earlier
    details = _checked(event, name=name, email=email, phone=phone, job_title=job_title)
    _refuse_twice(event, details["email"])
    limit = _room(actor, event)
    person, _ = find_or_invite(actor, email=details["email"], name=details["name"])
    contact = _seat(actor, event, person, details, form_key)
    record(
        actor, "contact.registered", contact, scope=event.scope,
        after={"person": person.email, "seat": contact.seat_number, "limit": limit.total},
    )  # fmt: skip
    _tell(actor, contact, event, person)
    return contact


def _checked(event: Event, *, name: str, email: str, phone: str, job_title: str) -> dict[str, str]:
    problems: dict[str, str] = {}
    checked: dict[str, str] = {"job_title": " ".join(job_title.split())}
    readers: tuple[tuple[str, Callable[[], str]], ...] = (
        ("name", lambda: normalise_name(name)),
        ("email", lambda: normalise_email(email)),
        ("phone", lambda: international(phone, event.time_zone)),
    )
    for field, reader in readers:
        try:
            checked[field] = reader()
        except Invalid as error:
            problems |= error.fields
    if len(checked["job_title"]) > LONGEST_JOB_TITLE:
        problems["job_title"] = f"Enter at most {LONGEST_JOB_TITLE} characters."
    if problems:
        raise Invalid(**problems)
    complete = may_register(checked["name"], checked["email"], checked["phone"])
    if not complete:
        raise Refused(complete)
    return checked


def _refuse_twice(event: Event, email: str) -> None:
    for contact in contacts_of(event.id):
        if contact.person.email == email:
            raise Invalid(email=f"{contact.person.name} is a Technical Contact of this event already.")


def _room(actor: Actor, event: Event) -> ContactLimit:
    limit = sync_seats(event, edition_in_force())
    decision = may_add_contact(limit, len(contacts_of(event.id)))
    if not decision:
        raise Refused(decision, links=ways_on(actor, decision, event))
    return limit


def _seat(actor: Actor, event: Event, person: Person, details: dict[str, str], form_key: str) -> Contact:
    taken = select(Contact.seat_id).where(Contact.event_id == event.id, Contact.seat_id.is_not(None))
    free = select(Seat).where(Seat.event_id == event.id, Seat.closing.is_(False), Seat.id.not_in(taken))
    seat = db.session.scalars(free.order_by(Seat.number).limit(1)).one()
    contact = Contact(
        event_id=event.id, person_id=person.id, seat_id=seat.id, seat_number=seat.number,
        grant_id=grant_role(actor, person.id, Role.CONTACT, event_id=event.id).id,
        phone=details["phone"], job_title=details["job_title"], registered_by_id=actor.person_id,
        form_key=actor.own_key(form_key),
    )  # fmt: skip
    db.session.add(contact)
    db.session.flush()
    return contact


def _tell(actor: Actor, contact: Contact, event: Event, person: Person) -> None:
    invited = invite(actor, person)
    post(
        person, "contact_registered", cause=f"contact-registered:{contact.id}", permission="event:read",
        scope=event.scope, event=event, registered_by=actor, invited=invited,
    )  # fmt: skip

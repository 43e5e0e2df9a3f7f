"""Putting one person on a roster (WHO-3, WHO-5). These take part in the caller's transaction.

Whoever registers, by form, by import or as a replacement, does it through `register`, on a locked event.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.accounts.grants import grant_role
from portal.accounts.identity import normalise_email, normalise_name
from portal.accounts.invitations import find_or_invite, invite
from portal.accounts.models import Person
from portal.accounts.permissions import Role
from portal.audit.record import record
from portal.db import db
from portal.editions.queries import edition_in_force
from portal.errors import Invalid, Refused
from portal.events.models import Event
from portal.mail.post import post
from portal.policy.contacts import ContactLimit, may_add_contact, may_register
from portal.roster.models import Contact, Seat
from portal.roster.phones import international
from portal.roster.queries import contacts_of
from portal.roster.seats import sync_seats
from portal.roster.ways_on import ways_on

LONGEST_JOB_TITLE = 100


@dataclass(frozen=True)
class Details:
    """What a contact is registered with, in the one spelling that is kept (WHO-5)."""

    name: str
    email: str
    phone: str = ""
    job_title: str = ""


def checked_details(
    time_zone: str, *, name: str, email: str, phone: str = "", job_title: str = ""
) -> Details:
    """What was typed, in the spelling that is kept; phone numbers are read as of where `time_zone` lies.

    Raises Invalid with a message for every field that cannot be taken, Refused (WHO-5) when incomplete.
    """
    problems: dict[str, str] = {}
    checked = {"name": "", "email": "", "phone": "", "job_title": " ".join(job_title.split())}
    readers: tuple[tuple[str, Callable[[], str]], ...] = (
        ("name", lambda: normalise_name(name)),
        ("email", lambda: normalise_email(email)),
        ("phone", lambda: international(phone, time_zone)),
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
    return Details(**checked)


def register(actor: Actor, event: Event, details: Details, form_key: str) -> Contact:
    """Register one person on a locked event: seat, role, audit row, mail.

    Raises Invalid (`email`) for whoever is registered already or closed out, Refused (WHO-3) without room.
    """
    refuse_twice(event, details.email)
    limit = room(actor, event)
    person, _ = find_or_invite(actor, email=details.email, name=details.name)
    contact = seat(actor, event, person, details, form_key)
    record(
        actor, "contact.registered", contact, scope=event.scope,
        after={"person": person.email, "seat": contact.seat_number, "limit": limit.total},
    )  # fmt: skip
    tell(actor, contact, event, person)
    return contact


def refuse_twice(event: Event, email: str) -> None:
    """Raise Invalid (`email`), naming the person, when this address is on the roster already."""
    for contact in contacts_of(event.id):
        if contact.person.email == email:
            raise Invalid(email=f"{contact.person.name} is a Technical Contact of this event already.")


def room(actor: Actor, event: Event) -> ContactLimit:
    """The limit of a locked event that has room for one more. Raises Refused (WHO-3) with the ways on."""
    limit = sync_seats(event, edition_in_force())
    decision = may_add_contact(limit, len(contacts_of(event.id)))
    if not decision:
        raise Refused(decision, links=ways_on(actor, decision, event))
    return limit


def seat(actor: Actor, event: Event, person: Person, details: Details, form_key: str) -> Contact:
    """Seat a person on the lowest free seat of a locked event, with the role of a contact."""
    taken = select(Contact.seat_id).where(Contact.event_id == event.id, Contact.seat_id.is_not(None))
    free = select(Seat).where(Seat.event_id == event.id, Seat.closing.is_(False), Seat.id.not_in(taken))
    place = db.session.scalars(free.order_by(Seat.number).limit(1)).one()
    contact = Contact(
        event_id=event.id, person_id=person.id, seat_id=place.id, seat_number=place.number,
        grant_id=grant_role(actor, person.id, Role.CONTACT, event_id=event.id).id,
        phone=details.phone, job_title=details.job_title, registered_by_id=actor.person_id,
        form_key=actor.own_key(form_key),
    )  # fmt: skip
    db.session.add(contact)
    db.session.flush()
    return contact


def tell(actor: Actor, contact: Contact, event: Event, person: Person) -> None:
    """Write to a new contact; whoever has no password yet is invited to choose one."""
    invited = invite(actor, person)
    post(
        person, "contact_registered", cause=f"contact-registered:{contact.id}", permission="event:read",
        scope=event.scope, event=event, registered_by=actor, invited=invited,
    )  # fmt: skip

"""Somebody takes over a contact's seat (WHO-6). These take part in the caller's transaction.

The number of contacts stays the same: it goes neither over the limit nor down in between.
"""

from portal.accounts.actor import Actor
from portal.accounts.grants import grant_role
from portal.accounts.invitations import find_or_invite, invite
from portal.accounts.models import Person
from portal.accounts.permissions import Role
from portal.accounts.queries import person_with_email
from portal.audit.record import record
from portal.db import db
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Invalid, Refused
from portal.events.models import Event
from portal.mail.post import post
from portal.roster.models import Contact, Removal, Seat
from portal.roster.queries import contacts_of, may_be_replaced, replacement_named
from portal.roster.registration import refuse_twice
from portal.roster.seats import sync_seats
from portal.roster.ways_on import ways_on


def check_replacement(event: Event, email: str) -> None:
    """Raise Invalid (`email`), naming them, for whoever is a contact already or is named in another request."""
    refuse_twice(event, email)
    other = replacement_named(event.id, email)
    if other is not None:
        name = other.contact.person.name
        raise Invalid(email=f"{other.replacement_name} is to replace {name} already. It waits to be decided.")
    known = person_with_email(email)
    if known is not None and known.disabled_at is not None:
        raise Invalid(
            email="Support has closed the account with this address. Use another address, or ask us."
        )


def refuse_closing(actor: Actor, contact: Contact, event: Event) -> None:
    """Raise Refused (WHO-3) with the ways on when the contact's seat lies beyond a limit that has fallen."""
    sync_seats(event, edition_in_force())
    decision = may_be_replaced(contact, event, edition_in_force())
    if not decision:
        raise Refused(decision, links=ways_on(actor, decision, event))


def newcomer_of(actor: Actor, removal: Removal, event: Event) -> Person:
    """Who is to come, with an account. Raises Conflict for whoever became a contact or was closed out meanwhile."""
    for contact in contacts_of(event.id):
        if contact.person.email == removal.replacement_email:
            raise Conflict(
                f"{contact.person.name} has become a contact of this event meanwhile, so they cannot take this"
                " seat. Decline the request: a plain removal can be asked for instead."
            )
    try:
        return find_or_invite(actor, email=removal.replacement_email, name=removal.replacement_name)[0]
    except Invalid as error:
        raise Conflict(f"{error} Decline the request with that reason.") from None


def seat_newcomer(actor: Actor, removal: Removal, event: Event, person: Person, seat: Seat) -> Contact:
    """Put whoever is to come on the seat that the leaver has just left, with role, audit row and mail."""
    contact = Contact(
        event_id=event.id, person_id=person.id, person=person, seat_id=seat.id, seat_number=seat.number,
        grant_id=grant_role(actor, person.id, Role.CONTACT, event_id=event.id).id,
        phone=removal.replacement_phone, job_title=removal.replacement_job_title,
        registered_by_id=removal.requested_by_id,
    )  # fmt: skip
    db.session.add(contact)
    db.session.flush()
    record(
        actor, "contact.registered", contact, scope=event.scope,
        after={"person": person.email, "seat": seat.number, "instead_of": removal.contact.person.email},
    )  # fmt: skip
    post(
        person, "contact_registered", cause=f"contact-registered:{contact.id}", permission="event:read",
        scope=event.scope, event=event, registered_by=removal.requested_by, invited=invite(actor, person),
    )  # fmt: skip
    return contact

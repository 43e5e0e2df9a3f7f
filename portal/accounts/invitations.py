"""Letting somebody in. These take part in the caller's transaction."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.actor import Actor
from portal.accounts.identity import normalise_email, normalise_name, normalise_phone
from portal.accounts.links import Purpose, make_link, withdraw_links
from portal.accounts.models import Person
from portal.audit.record import record
from portal.db import db
from portal.errors import Invalid
from portal.mail.post import post


def find_or_invite(actor: Actor, *, email: str, name: str, phone: str = "") -> tuple[Person, bool]:
    """The person with this address, whose own name and number stay; or a new one. True when new.

    Writes no mail: call `invite` once the person holds a role. Raises Invalid (`email`, `name`, `phone`)
    for what cannot be taken, and for an account that support has closed.
    """
    address = normalise_email(email)
    values = {"email": address, "name": normalise_name(name), "phone": normalise_phone(phone)}
    made = insert(Person).values(values).on_conflict_do_nothing(index_elements=["email"]).returning(Person.id)
    new = db.session.scalar(made) is not None
    person = db.session.scalars(select(Person).where(Person.email == address)).one()
    if person.disabled_at is not None:
        raise Invalid(
            email="Support has closed the account with this address. Use another address, or ask us."
        )
    if new:
        record(actor, "person.created", person, after=values)
    return person, new


def invite(actor: Actor, person: Person) -> bool:
    """Send a link to choose a password with, good for seven days; False for whoever has a password already."""
    if person.password_hash is not None:
        return False
    token, link = make_link(person, Purpose.INVITATION)
    post(
        person,
        "invitation",
        cause=f"invitation:{link.id}",
        token=token,
        expires_at=link.expires_at,
        inviter=actor.name,
    )
    record(actor, "person.invited", person, after={"expires_at": link.expires_at})
    return True


def withdraw_invitations(person: Person) -> None:
    """End every invitation of a person that was not used: a newer one takes their place."""
    withdraw_links(person.id, Purpose.INVITATION)

"""Reading rosters."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Person
from portal.db import db
from portal.roster.models import Contact


def contacts_of(event_id: int) -> list[Contact]:
    """The contacts of an event now, by seat, each with its person."""
    active = select(Contact).where(Contact.event_id == event_id, Contact.ended_at.is_(None))
    return list(db.session.scalars(active.options(joinedload(Contact.person)).order_by(Contact.seat_number)))


def contact_people(event_id: int) -> list[Person]:
    """The people who are contacts of an event now, by seat."""
    return [contact.person for contact in contacts_of(event_id)]

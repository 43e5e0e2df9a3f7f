"""Reading rosters: every reading for a page starts from what the actor may see."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.accounts.actor import Actor, Scope
from portal.accounts.models import Grant, Person
from portal.accounts.permissions import Role
from portal.db import db
from portal.events.models import Event
from portal.events.queries import visible_events
from portal.paging import Page, page_of
from portal.policy.contacts import (
    ContactLimit,
    contact_limit,
    is_over_limit,
    may_add_contact,
    may_replace_contact,
)
from portal.policy.decision import Decision
from portal.policy.edition import Edition
from portal.roster.models import Contact, Removal, Seat

# A request with everybody whom its page and its mail name.
WHOLE = (
    joinedload(Removal.contact).joinedload(Contact.person),
    joinedload(Removal.handover_to).joinedload(Contact.person),
    joinedload(Removal.event).joinedload(Event.organisation),
    joinedload(Removal.requested_by),
    joinedload(Removal.decided_by),
)


@dataclass(frozen=True)
class Place:
    """A seat with whoever sits on it, and the request to remove them, if there is one."""

    seat: Seat
    contact: Contact | None
    removal: Removal | None


@dataclass(frozen=True)
class Roster:
    """The contacts of an event now, and what the policy says about their number (WHO-3, WHO-4)."""

    places: tuple[Place, ...]
    limit: ContactLimit

    @property
    def used(self) -> int:
        """How many contacts are registered."""
        return sum(place.contact is not None for place in self.places)

    @property
    def is_over(self) -> bool:
        """WHO-3: whether there are more contacts than the event may have now."""
        return is_over_limit(self.limit, self.used)

    @property
    def room(self) -> Decision:
        """WHO-3, WHO-5: whether one more may be registered."""
        return may_add_contact(self.limit, self.used)


@dataclass(frozen=True)
class SeatCount:
    """How many contacts an event has and how many seats were bought for it."""

    used: int
    bought: int

    def limit(self, event: Event, edition: Edition) -> ContactLimit:
        """WHO-3, WHO-4: the most contacts the event may have."""
        return contact_limit(event.attendees, event.licence_kind, extra_seats=self.bought, edition=edition)


def roster_of(event: Event, edition: Edition) -> Roster:
    """The seats of an event the actor may see, by number, with their people and pending removals. One query."""
    pending = and_(Removal.contact_id == Contact.id, Removal.state == "pending")
    rows = db.session.execute(
        select(Seat, Contact, Removal)
        .outerjoin(Contact, Contact.seat_id == Seat.id)
        .outerjoin(Contact.person)
        .outerjoin(Removal, pending)
        .options(contains_eager(Contact.person))
        .where(Seat.event_id == event.id)
        .order_by(Seat.number)
    ).all()
    places = tuple(Place(seat, contact, removal) for seat, contact, removal in rows)
    bought = sum(place.seat.order_line_id is not None for place in places)
    return Roster(places, SeatCount(0, bought).limit(event, edition))


def seat_counts(event_ids: Collection[int]) -> dict[int, SeatCount]:
    """The contacts and bought seats of each of these events, in one query."""
    rows = db.session.execute(
        select(Seat.event_id, func.count(Contact.id), func.count(Seat.order_line_id))
        .outerjoin(Contact, Contact.seat_id == Seat.id)
        .where(Seat.event_id.in_(event_ids))
        .group_by(Seat.event_id)
    )
    found = {event_id: SeatCount(used, bought) for event_id, used, bought in rows}
    return {event_id: found.get(event_id, SeatCount(0, 0)) for event_id in event_ids}


def contacts_of(event_id: int) -> list[Contact]:
    """The contacts of an event now, by seat, each with its person."""
    active = select(Contact).where(Contact.event_id == event_id, Contact.ended_at.is_(None))
    return list(db.session.scalars(active.options(joinedload(Contact.person)).order_by(Contact.seat_number)))


def contact_people(event_id: int) -> list[Person]:
    """The people who are contacts of an event now, by seat."""
    return [contact.person for contact in contacts_of(event_id)]


def past_contacts(event_id: int) -> list[Contact]:
    """Who was a contact of an event, the last to leave first, at most a hundred; each with its person."""
    ended = select(Contact).where(Contact.event_id == event_id, Contact.ended_at.is_not(None))
    newest = ended.order_by(Contact.ended_at.desc(), Contact.id.desc()).limit(100)
    return list(db.session.scalars(newest.options(joinedload(Contact.person))))


def contact_scope(actor: Actor, contact_id: int) -> Scope | None:
    """Where a contact belongs; None when the actor may not know of it."""
    mine = visible_events(actor).join(Contact, Contact.event_id == Event.id)
    found = db.session.scalar(mine.where(Contact.id == contact_id))
    return found.scope if found else None


def contact_with(actor: Actor, contact_id: int) -> Contact | None:
    """A contact with its person and event; None when the actor may not know of it."""
    return db.session.scalar(
        select(Contact)
        .where(Contact.id == contact_id, Contact.event_id.in_(_visible(actor)))
        .options(joinedload(Contact.person), joinedload(Contact.event).joinedload(Event.organisation))
    )


def removal_scope(actor: Actor, removal_id: int) -> Scope | None:
    """Where a request for removal belongs; None when the actor may not know of it."""
    mine = visible_events(actor).join(Removal, Removal.event_id == Event.id)
    found = db.session.scalar(mine.where(Removal.id == removal_id))
    return found.scope if found else None


def removal_with(actor: Actor, removal_id: int) -> Removal | None:
    """A request for removal with all that its page shows; None when the actor may not know of it."""
    return db.session.scalar(_removals(actor).where(Removal.id == removal_id))


def pending_removal(contact_id: int) -> Removal | None:
    """The request to remove a contact that waits to be decided."""
    pending = select(Removal).where(Removal.contact_id == contact_id, Removal.state == "pending")
    return db.session.scalar(pending.options(joinedload(Removal.requested_by)))


def replacement_named(event_id: int, email: str) -> Removal | None:
    """The request that waits to be decided in which somebody with this address is to come."""
    named = select(Removal).where(
        Removal.event_id == event_id, Removal.state == "pending", Removal.replacement_email == email
    )
    return db.session.scalar(named.options(joinedload(Removal.contact).joinedload(Contact.person)))


def may_be_replaced(contact: Contact, event: Event, edition: Edition) -> Decision:
    """WHO-3, WHO-6: whether somebody else may take over the seat of a contact of now. One query."""
    closes = func.bool_or(Seat.closing).filter(Seat.id == contact.seat_id)
    used, bought, seat_closes = db.session.execute(
        select(func.count(Contact.id), func.count(Seat.order_line_id), closes)
        .select_from(Seat)
        .outerjoin(Contact, Contact.seat_id == Seat.id)
        .where(Seat.event_id == event.id)
    ).one()
    return may_replace_contact(
        SeatCount(used, bought).limit(event, edition), used, seat_closes=bool(seat_closes)
    )


def pending_removals(actor: Actor, cursor: str | None) -> Page[Removal]:
    """The requests that wait to be decided, the one due first first (WHO-6)."""
    pending = _removals(actor).where(Removal.state == "pending")
    return page_of(pending, (Removal.due_at, Removal.id), cursor)


def decided_removals(actor: Actor, cursor: str | None) -> Page[Removal]:
    """The requests that were decided or withdrawn, the newest request first."""
    decided = _removals(actor).where(Removal.state != "pending")
    return page_of(decided, (Removal.id,), cursor, descending=True)


def organisers_of(organisation_id: int) -> list[Person]:
    """Everyone who organises an organisation's events now, by name."""
    holders = select(Grant.person_id).where(
        Grant.role == Role.ORGANISER, Grant.organisation_id == organisation_id, Grant.ended_at.is_(None)
    )
    found = select(Person).where(Person.id.in_(holders), Person.disabled_at.is_(None)).order_by(Person.name)
    return list(db.session.scalars(found))


def _visible(actor: Actor) -> Select[int]:
    return visible_events(actor).with_only_columns(Event.id)


def _removals(actor: Actor) -> Select[Removal]:
    return select(Removal).where(Removal.event_id.in_(_visible(actor))).options(*WHOLE)

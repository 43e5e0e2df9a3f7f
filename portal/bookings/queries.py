"""Reading live sessions: every reading starts from what the actor may see."""

from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.accounts.actor import Actor, Scope
from portal.accounts.permissions import PERMISSIONS
from portal.bookings.models import Booking
from portal.clock import now
from portal.db import db
from portal.editions.queries import edition_numbered
from portal.errors import NotFound
from portal.events.models import Event
from portal.paging import Page, page_of
from portal.policy.terms import Audience, SessionKind
from portal.policy.training import cancel_by, is_given_back


def visible_sessions(actor: Actor) -> Select[Booking]:
    """The live sessions `actor` may know of, with event and host: staff who handle them see all,
    others those of the events they organise or are a contact of."""
    sessions = (
        select(Booking).join(Booking.event).options(contains_eager(Booking.event), joinedload(Booking.host))
    )
    if actor.is_system or actor.staff_roles & PERMISSIONS["booking:read"]:
        return sessions
    organised = Event.organisation_id.in_(actor.organisation_ids)
    return sessions.where(or_(organised, Event.id.in_(actor.contact_event_ids)))


def booking_scope(actor: Actor, booking_id: int) -> Scope | None:
    """Where a session belongs; None when the actor may not know of it."""
    found = db.session.scalar(visible_sessions(actor).where(Booking.id == booking_id))
    return found.scope if found else None


def session_for(actor: Actor, booking_id: int) -> Booking:
    """A session with its event, host and booker. Raises NotFound when the actor may not know of it."""
    parties = joinedload(Booking.booked_by), joinedload(Booking.handed_to), joinedload(Booking.placed_by)
    statement = visible_sessions(actor).options(*parties)
    found = db.session.scalar(
        statement.where(Booking.id == booking_id).execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def session_using(event_id: int, audience: Audience) -> Booking | None:
    """The session that uses up an event's entitlement, if one does (COV-5 to COV-7)."""
    return sessions_using(event_id).get(audience)


def sessions_using(event_id: int) -> dict[Audience, Booking]:
    """For each audience whose one session is booked or used up, that session (COV-5 to COV-7)."""
    using = select(Booking).where(Booking.event_id == event_id, Booking.uses_entitlement)
    return {Audience(found.audience): found for found in db.session.scalars(using)}


def coming_sessions(actor: Actor, event_id: int, cursor: str | None) -> Page[Booking]:
    """A page of an event's sessions that are to come or going on, the next first."""
    coming = visible_sessions(actor).where(
        Booking.event_id == event_id, Booking.state == "confirmed", Booking.ends_at > now()
    )
    return page_of(coming, [Booking.starts_at, Booking.id], cursor)


def past_sessions(actor: Actor, event_id: int, cursor: str | None) -> Page[Booking]:
    """A page of an event's sessions that were held, missed or cancelled, the latest first."""
    past = visible_sessions(actor).where(
        Booking.event_id == event_id, or_(Booking.state != "confirmed", Booking.ends_at <= now())
    )
    return page_of(past, [Booking.starts_at, Booking.id], cursor, descending=True)


def upcoming_sessions(actor: Actor, limit: int) -> list[Booking]:
    """The next live sessions that `actor` may see, of all events, those going on included."""
    coming = visible_sessions(actor).where(Booking.state == "confirmed", Booking.ends_at > now())
    return list(db.session.scalars(coming.order_by(Booking.starts_at, Booking.id).limit(limit)))


def sessions_to_close(actor: Actor, host_id: int | None, limit: int) -> list[Booking]:
    """Sessions that have ended without anyone saying how, oldest first; of one host where asked."""
    ended = visible_sessions(actor).where(Booking.state == "confirmed", Booking.ends_at <= now())
    if host_id is not None:
        ended = ended.where(Booking.host_id == host_id)
    return list(db.session.scalars(ended.order_by(Booking.starts_at, Booking.id).limit(limit)))


def cut_off(booking: Booking) -> datetime | None:
    """Until when cancelling gives the entitlement back, under the edition the session was booked in.

    None for a session that uses up no entitlement (COV-1).
    """
    edition = edition_numbered(booking.policy_edition) if booking.one_per_event else None
    return cancel_by(SessionKind(booking.kind), booking.starts_at, edition) if edition else None


def is_given_back_at(booking: Booking, at: datetime) -> bool:
    """Whether cancelling at an instant gives the entitlement back, under the edition it was booked in."""
    edition = edition_numbered(booking.policy_edition)
    return edition is not None and is_given_back(SessionKind(booking.kind), booking.starts_at, at, edition)

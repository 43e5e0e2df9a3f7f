"""What there is now that an edition of the policy could change something for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from portal.bookings.models import Booking
from portal.clock import now
from portal.db import db
from portal.events.models import Event
from portal.orders.models import Order
from portal.policy.hours import EASTERN, eastern_day
from portal.policy.terms import Licence
from portal.policy.wording import clock, long_day
from portal.quotes.models import Quote
from portal.roster.models import Contact, Removal, Seat
from portal.tickets.models import Ticket


@dataclass(frozen=True)
class Standing:
    """How much is promised, booked and sold, and not settled."""

    tickets: int
    removals: int
    sessions: int
    orders: int
    quotes: int


@dataclass(frozen=True)
class EventRoster:
    """An event's roster in numbers."""

    event_id: int
    name: str
    attendees: int
    licence: Licence
    used: int
    bought: int


@dataclass(frozen=True)
class BookedSession:
    """A live session that is booked."""

    event_id: int
    name: str
    starts_at: datetime

    @property
    def when(self) -> str:
        """Its day and time in US Eastern, in words."""
        here = self.starts_at.astimezone(EASTERN)
        return f"{long_day(here.date())}, {clock(here.time())} US Eastern"


def standing() -> Standing:
    """How much is promised, booked and sold, and not settled. One query."""
    counts = (
        select(func.count(Ticket.id)).where(Ticket.state != "closed"),
        select(func.count(Removal.id)).where(Removal.state == "pending"),
        select(func.count(Booking.id)).where(Booking.state == "confirmed", Booking.starts_at > now()),
        select(func.count(Order.id)).where(Order.state == "pending"),
        select(func.count(Quote.id)).where(Quote.state == "sent"),
    )
    return Standing(*db.session.execute(select(*(count.scalar_subquery() for count in counts))).one())


def rosters(begins: datetime) -> list[EventRoster]:
    """The rosters of the events that are not over when an edition begins, the next event first. One query."""
    counted = (
        select(
            Seat.event_id,
            func.count(Contact.id).label("used"),
            func.count(Seat.order_line_id).label("bought"),
        )
        .outerjoin(Contact, Contact.seat_id == Seat.id)
        .group_by(Seat.event_id)
        .subquery()
    )
    numbers = func.coalesce(counted.c.used, 0), func.coalesce(counted.c.bought, 0)
    wanted = select(Event.id, Event.name, Event.attendees, Event.licence, *numbers)
    coming = wanted.outerjoin(counted, counted.c.event_id == Event.id).where(
        Event.ends_on >= eastern_day(begins)
    )
    rows: Sequence[Any] = db.session.execute(coming.order_by(Event.starts_on, Event.id)).all()
    return [EventRoster(row[0], row[1], row.attendees, Licence(row.licence), row[4], row[5]) for row in rows]


def sessions_from(begins: datetime) -> list[BookedSession]:
    """The live sessions booked for after an edition begins, in order. One query."""
    booked = select(Event.id, Event.name, Booking.starts_at).join(Event, Event.id == Booking.event_id)
    coming = booked.where(Booking.state == "confirmed", Booking.starts_at >= begins)
    return [BookedSession(*row) for row in db.session.execute(coming.order_by(Booking.starts_at, Booking.id))]

"""Live sessions pass to another contact with whoever booked (WHO-6). Takes part in the caller's transaction."""

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.audit.record import record
from portal.bookings.letters import send_handover
from portal.bookings.models import Booking
from portal.bookings.models_calendars import new_room
from portal.clock import now
from portal.db import db
from portal.events.models import Event


def hand_over_sessions(actor: Actor, event: Event, leaver: Person, heir: Person) -> list[Booking]:
    """Give `heir` the sessions of a locked event to come that the leaver had, with an entry for their calendar.

    The host is told whom to write to. Gives those sessions, the next first.
    """
    had = func.coalesce(Booking.handed_to_id, Booking.booked_by_id) == leaver.id
    coming = select(Booking).where(
        Booking.event_id == event.id, Booking.state == "confirmed", Booking.ends_at > now(), had
    )
    whole = coming.options(joinedload(Booking.event), joinedload(Booking.host), joinedload(Booking.booked_by))
    passed = list(db.session.scalars(whole.order_by(Booking.starts_at, Booking.id)))
    for booking in passed:
        booking.handed_to = heir
        booking.calendar_sequence += 1
        # Where they meet is known to the leaver.
        booking.room = new_room()
        record(
            actor, "booking.handed_over", booking, scope=event.scope,
            before={"with": leaver.id}, after={"with": heir.id},
        )  # fmt: skip
        send_handover(booking, leaver, heir)
    return passed

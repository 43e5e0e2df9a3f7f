"""Reminders of live sessions, a day and an hour before: once each for a time, to host and customer."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from portal.accounts.actor import Actor
from portal.bookings.letters import customers_of
from portal.bookings.models import Booking
from portal.bookings.queries import cut_off
from portal.clock import now
from portal.db import db, use_case
from portal.mail.post import post

AT_ONCE = 50
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Reminder:
    """One of the two: how long before the session it is due, until when it still helps, and where it is marked."""

    name: str
    before: timedelta
    until: timedelta
    mark: InstrumentedAttribute[object]


REMINDERS = (
    Reminder("hour", HOUR, timedelta(0), Booking.hour_reminder_for),
    Reminder("day", DAY, HOUR, Booking.day_reminder_for),
)


@use_case
def remind_of_sessions(system: Actor) -> int:
    """Send the reminders that are due, at most 50 of a kind at a time; how many sessions were reminded of.

    One that fell due before the session's present time was set is not sent: its mail has only just gone out.
    """
    return sum(_send(reminder) for reminder in REMINDERS)


def _send(reminder: Reminder) -> int:
    due = _due(reminder)
    for booking in due:
        # The row is held by this transaction: another worker passes it over.
        setattr(booking, reminder.mark.key, booking.starts_at)
        _post(booking, reminder)
    return len(due)


def _due(reminder: Reminder) -> list[Booking]:
    moment, mark = now(), reminder.mark
    known_since = func.coalesce(Booking.time_set_at, Booking.booked_at)
    due = select(Booking).where(
        Booking.state == "confirmed",
        Booking.starts_at <= moment + reminder.before, Booking.starts_at > moment + reminder.until,
        Booking.starts_at - reminder.before >= known_since,
        or_(mark.is_(None), mark != Booking.starts_at),
    )  # fmt: skip
    whole = due.options(
        joinedload(Booking.event), joinedload(Booking.host), joinedload(Booking.booked_by), joinedload(Booking.handed_to)
    )  # fmt: skip
    held = whole.with_for_update(of=Booking, key_share=True, skip_locked=True)
    return list(db.session.scalars(held.order_by(Booking.starts_at, Booking.id).limit(AT_ONCE)))


def _post(booking: Booking, reminder: Reminder) -> None:
    cause = f"session-reminder:{booking.id}:{reminder.name}:{booking.starts_at.timestamp():.0f}"
    for person in (*customers_of(booking), booking.host):
        post(
            person, "session_reminder", cause=cause, permission="booking:read", scope=booking.scope,
            booking=booking, cut_off=cut_off(booking),
        )  # fmt: skip

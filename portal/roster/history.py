"""The roster at a day that is over: who sat on which seat, from what is kept of every contact."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from portal.clock import now
from portal.db import db
from portal.errors import Invalid
from portal.events.models import Event
from portal.roster.models import Contact


@dataclass(frozen=True)
class PastRoster:
    """Who was a contact of an event at the end of `day`, by seat; `moment` is that instant, in UTC."""

    day: date
    moment: datetime
    contacts: tuple[Contact, ...]


def days_kept(event: Event) -> tuple[date, date]:
    """The first day that can be asked for and the last: from the event's beginning here to today, in its zone."""
    zone = ZoneInfo(event.time_zone)
    today = now().astimezone(zone).date()
    return min(event.account_opened_on, event.created_at.astimezone(zone).date(), today), today


def day_asked(event: Event, typed: str) -> date:
    """The day that `typed` names, such as 2026-03-01. Raises Invalid (`on`) for one that has no roster."""
    first, last = days_kept(event)
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise Invalid(on="Enter a day as year-month-day, such as 2026-03-01.") from None
    if day > last:
        raise Invalid(on="That day is still to come. Choose today or a day before.")
    if day < first:
        raise Invalid(
            on=f"The event is known here since {first.isoformat()}. Choose that day or a later one."
        )
    return day


def roster_at(event: Event, day: date) -> PastRoster:
    """The contacts at the end of a day in the event's time zone, each with its person. One query."""
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(event.time_zone))
    moment = midnight.astimezone(UTC)
    then = select(Contact).where(
        Contact.event_id == event.id, Contact.registered_at < moment,
        or_(Contact.ended_at.is_(None), Contact.ended_at >= moment),
    )  # fmt: skip
    by_seat = then.options(joinedload(Contact.person)).order_by(Contact.seat_number, Contact.id)
    return PastRoster(day, moment, tuple(db.session.scalars(by_seat)))

"""Connecting a calendar kept elsewhere, and disconnecting it (HOW-5). Its address is a secret: no record holds it."""

from urllib.parse import urlsplit

from sqlalchemy import func, select

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.audit.record import record
from portal.bookings.host_queries import visible_hosts
from portal.bookings.hosts import hold_host
from portal.busy_calendars.addresses import NotFetched, target, tidied
from portal.busy_calendars.models import BusyCalendar
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid, NotFound
from portal.jobs.queue import enqueue

MOST = 5


@use_case
def connect_calendar(
    actor: Actor, host_id: int, *, name: str, address: str, here: bool, form_key: str
) -> BusyCalendar:
    """Connect a calendar of a host, which a worker reads at once; sent twice, one is connected.

    `here` lets one on this machine through. Raises Invalid (`address`, `name`) for an address that no calendar
    may be fetched from, one that is connected already, or too many; NotFound.
    """
    host = _held(actor, host_id)
    key = actor.own_key(form_key)
    earlier = db.session.scalar(select(BusyCalendar).where(BusyCalendar.form_key == key))
    if earlier is not None:
        return earlier
    kept = _checked(address, here=here)
    own = select(BusyCalendar.address).where(BusyCalendar.host_id == host.id)
    connected = db.session.scalars(own).all()
    if kept in connected:
        raise Invalid(address="This calendar is connected already.")
    if len(connected) >= MOST:
        raise Invalid(name=f"At most {MOST} calendars can be connected. Disconnect one first.")
    calendar = BusyCalendar(host_id=host.id, name=name, address=kept, next_at=now(), form_key=key)
    db.session.add(calendar)
    db.session.flush()
    record(actor, "calendar.connected", calendar, after=_facts(calendar, host))
    queue_reading(calendar.id)
    return calendar


@use_case
def read_soon(actor: Actor, busy_calendar_id: int) -> int:
    """Have a worker read a calendar now; whose it is. Raises NotFound."""
    calendar = db.session.get(BusyCalendar, busy_calendar_id)
    if calendar is None:
        raise NotFound
    host = _held(actor, calendar.host_id)
    queue_reading(calendar.id)
    return host.id


@use_case
def disconnect_calendar(actor: Actor, busy_calendar_id: int) -> int:
    """Disconnect a calendar and forget all of it, its address too; whose it was. Raises Conflict, NotFound."""
    calendar = db.session.get(BusyCalendar, busy_calendar_id)
    if calendar is None:
        raise NotFound
    host = _held(actor, calendar.host_id)
    left = select(func.count()).select_from(BusyCalendar).where(BusyCalendar.id == busy_calendar_id)
    if not db.session.scalar(left):
        raise Conflict("This calendar was disconnected already.")
    db.session.delete(calendar)
    record(actor, "calendar.disconnected", calendar, before=_facts(calendar, host))
    return host.id


def queue_reading(busy_calendar_id: int) -> None:
    """Queue the reading of a calendar, one at a time; takes part in the caller's transaction."""
    enqueue("read_calendar", lock=f"calendar-{busy_calendar_id}", busy_calendar_id=busy_calendar_id)


def _held(actor: Actor, host_id: int) -> Person:
    actor.require("availability:publish")
    hold_host(host_id)
    host = db.session.scalar(visible_hosts(actor).where(Person.id == host_id))
    if host is None:
        raise NotFound
    return host


def _checked(address: str, *, here: bool) -> str:
    try:
        kept = tidied(address)
        target(kept, here=here)
    except NotFetched as problem:
        raise Invalid(address=str(problem)) from None
    except ValueError:
        raise Invalid(address="That is not an address.") from None
    return kept


def _facts(calendar: BusyCalendar, host: Person) -> dict[str, object]:
    return {"host": host.name, "name": calendar.name, "server": urlsplit(calendar.address).hostname}

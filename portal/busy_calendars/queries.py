"""Reading the calendars that hosts connected; their addresses are secrets and stay out of every page."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor, Scope
from portal.bookings.host_queries import host_scope
from portal.bookings.host_times import hosts
from portal.busy_calendars.models import BusyCalendar
from portal.db import db

SHOWN_END = 4


@dataclass(frozen=True)
class Connected:
    """A calendar as its host sees it: where it lies without the secret part, and how reading it goes."""

    row: BusyCalendar

    @property
    def shown_address(self) -> str:
        """The server's name and the last signs of the address, by which its owner knows it again."""
        parts = urlsplit(self.row.address)
        return f"{parts.scheme}://{parts.hostname}/…{self.row.address[-SHOWN_END:]}"

    def busy_ahead(self, at: datetime) -> int:
        """How many busy stretches are to come."""
        return sum(each.upper is not None and each.upper > at for each in self.row.busy)


def calendars_of(host_id: int) -> list[Connected]:
    """The calendars of a host, in the order in which they were connected."""
    own = select(BusyCalendar).where(BusyCalendar.host_id == host_id).order_by(BusyCalendar.id)
    return [Connected(row) for row in db.session.scalars(own)]


def calendar_scope(actor: Actor, busy_calendar_id: int) -> Scope | None:
    """A calendar, for those who may change its host's hours; None for others."""
    host_id = db.session.scalar(select(BusyCalendar.host_id).where(BusyCalendar.id == busy_calendar_id))
    return host_scope(actor, host_id) if host_id is not None else None


def due_calendars(at: datetime, limit: int) -> Select[int]:
    """The keys of the calendars that are to be read by now, the longest due first; of those who are hosts now."""
    due = select(BusyCalendar.id).where(BusyCalendar.next_at <= at, BusyCalendar.host_id.in_(hosts()))
    return due.order_by(BusyCalendar.next_at).limit(limit)


def calendar_with_host(busy_calendar_id: int) -> BusyCalendar | None:
    """A calendar with its host; None when it was disconnected meanwhile."""
    found = select(BusyCalendar).where(BusyCalendar.id == busy_calendar_id)
    return db.session.scalar(found.options(joinedload(BusyCalendar.host)))

"""Reading hosts: their weekly hours, other dates, kinds, and the sessions that lie outside all of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.accounts.models import Person
from portal.bookings.host_times import hosts, windows_of
from portal.bookings.models import Availability, Booking
from portal.bookings.models_hosts import HostDay, HostHours, HostProfile
from portal.bookings.windows import sees_all
from portal.busy_calendars.models import BusyCalendar
from portal.clock import now
from portal.db import db
from portal.editions.queries import edition_in_force
from portal.errors import NotFound
from portal.policy.host_hours import HostHours as Hours
from portal.policy.host_hours import Minutes, Weekly
from portal.policy.training import SessionKind, Window
from portal.policy.wording import open_time


@dataclass(frozen=True)
class Host:
    """A host with what they chose. `zone` is that of their hours: their account's until they choose another."""

    person: Person
    profile: HostProfile | None
    hours: Sequence[HostHours]
    days: Sequence[HostDay]

    @property
    def zone(self) -> str:
        """The zone on whose clock the hours are told."""
        return self.profile.zone if self.profile else self.person.time_zone

    @property
    def kinds(self) -> list[SessionKind]:
        """The kinds of session they chose, in the policy's order; none is all of them."""
        chosen = self.profile.kinds if self.profile else []
        return [kind for kind in SessionKind if kind in chosen]

    @property
    def told(self) -> Hours:
        """Their hours as the policy reads them."""
        weekly = tuple(
            Weekly(row.weekday, Minutes(row.opens, row.closes), row.first_day, row.last_day)
            for row in self.hours
        )
        others = {
            row.day: Minutes(row.opens, row.closes)
            if row.opens is not None and row.closes is not None
            else None
            for row in self.days
        }
        return Hours(self.zone, weekly, others)


def visible_hosts(actor: Actor) -> Select[Person]:
    """The hosts whose hours `actor` may change: all for managers, themself for other hosts."""
    found = select(Person).where(Person.id.in_(hosts()))
    return found if sees_all(actor) else found.where(Person.id == actor.person_id)


def host_scope(actor: Actor, host_id: int) -> Scope | None:
    """Nowhere in particular, for a host whose hours the actor may change; None for any other."""
    return NOWHERE if db.session.scalar(visible_hosts(actor).where(Person.id == host_id)) else None


def hours_scope(actor: Actor, hours_id: int) -> Scope | None:
    """Weekly hours, for those who may change them."""
    return _of_host(actor, select(HostHours.host_id).where(HostHours.id == hours_id))


def day_scope(actor: Actor, day_id: int) -> Scope | None:
    """A date with other hours, for those who may change it."""
    return _of_host(actor, select(HostDay.host_id).where(HostDay.id == day_id))


def _of_host(actor: Actor, whose: Select[int]) -> Scope | None:
    host_id = db.session.scalar(whose)
    return host_scope(actor, host_id) if host_id is not None else None


def host_for(actor: Actor, host_id: int) -> Host:
    """A host with hours and dates that are not over. Raises NotFound when the actor may not change them."""
    row = db.session.execute(
        visible_hosts(actor)
        .add_columns(HostProfile)
        .outerjoin(HostProfile, HostProfile.host_id == Person.id)
        .where(Person.id == host_id)
    ).first()
    if row is None:
        raise NotFound
    today = earliest_today()
    standing = select(HostHours).where(
        HostHours.host_id == host_id, func.coalesce(HostHours.last_day, today) >= today
    )
    ahead = select(HostDay).where(HostDay.host_id == host_id, HostDay.day >= today).order_by(HostDay.day)
    order = HostHours.weekday, HostHours.opens, HostHours.first_day
    return Host(
        row.Person,
        row.HostProfile,
        db.session.scalars(standing.order_by(*order)).all(),
        db.session.scalars(ahead).all(),
    )


def earliest_today() -> date:
    """A date that is not over in any zone."""
    return (now() - timedelta(days=1)).date()


@dataclass(frozen=True)
class HostLine:
    """A host in the list: the zone of their hours, weekly hours in minutes, kinds, and calendars read and failing."""

    person: Person
    zone: str
    minutes: int
    kinds: list[SessionKind]
    calendars: int
    failing: int

    @property
    def a_week(self) -> str:
        """Their weekly hours in words: `12 h 30 min`."""
        return open_time(self.minutes)


def host_lines(actor: Actor) -> list[HostLine]:
    """Every host that the actor may change, by name, in one query."""
    today = earliest_today()
    holding = HostHours.host_id == Person.id, func.coalesce(HostHours.last_day, today) >= today
    minutes = select(func.coalesce(func.sum(HostHours.closes - HostHours.opens), 0)).where(
        *holding, HostHours.first_day <= now().date()
    )
    calendars = select(func.count()).select_from(BusyCalendar).where(BusyCalendar.host_id == Person.id)
    rows = db.session.execute(
        visible_hosts(actor)
        .add_columns(
            HostProfile.zone,
            HostProfile.kinds,
            minutes.correlate(Person).scalar_subquery().label("minutes"),
            calendars.correlate(Person).scalar_subquery().label("calendars"),
            calendars.where(BusyCalendar.failures > 0).correlate(Person).scalar_subquery().label("failing"),
        )
        .outerjoin(HostProfile, HostProfile.host_id == Person.id)
        .order_by(Person.name, Person.id)
    )
    return [
        HostLine(
            row.Person, row.zone or row.Person.time_zone, int(row.minutes),
            [kind for kind in SessionKind if kind in (row.kinds or ())], row.calendars, row.failing,
        )
        for row in rows
    ]  # fmt: skip


def sessions_outside(host: Host) -> list[Booking]:
    """The sessions to come of a host that lie outside their hours and windows, or are of a kind they do not take.

    They stay as they are booked: what a host changes later moves nothing.
    """
    coming = _coming(host.person.id)
    if not coming:
        return []
    start, end = coming[0].Booking.starts_at, max(row.Booking.ends_at for row in coming)
    windows = list(windows_of(host.person.id, host.told, start, end, edition_in_force().hours))
    taken = host.kinds or list(SessionKind)
    return [
        row.Booking
        for row in coming
        if row.Booking.kind not in taken or not (row.in_window or _is_within(row.Booking, windows))
    ]


def _coming(host_id: int) -> Sequence[Any]:
    """A host's sessions to come, the next first, each with whether it lies in a window of theirs."""
    window = select(Availability.id).where(
        Availability.host_id == Booking.host_id,
        Availability.starts_at <= Booking.starts_at,
        Availability.ends_at >= Booking.ends_at,
    )
    ahead = select(Booking, window.exists().label("in_window")).join(Booking.event)
    ahead = ahead.options(contains_eager(Booking.event)).where(
        Booking.host_id == host_id, Booking.state == "confirmed", Booking.starts_at > now()
    )
    return db.session.execute(ahead.order_by(Booking.starts_at, Booking.id)).all()


def _is_within(session: Booking, windows: list[Window]) -> bool:
    return any(each.starts_at <= session.starts_at and session.ends_at <= each.ends_at for each in windows)


def hours_for(hours_id: int) -> HostHours:
    """Weekly hours by their key, which the address has been admitted with. Raises NotFound."""
    found = db.session.get(HostHours, hours_id)
    if found is None:
        raise NotFound
    return found


def zone_of(host: Person) -> str:
    """The zone on whose clock a host's hours are told."""
    chosen = db.session.scalar(select(HostProfile.zone).where(HostProfile.host_id == host.id))
    return chosen or host.time_zone

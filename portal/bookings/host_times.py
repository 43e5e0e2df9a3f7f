"""Reading when hosts take live sessions by their weekly hours and other dates, and which kinds they take (HOW-5)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, or_, select, union
from sqlalchemy.dialects.postgresql import JSONB

from portal.accounts.models import Grant, Person
from portal.accounts.permissions import PERMISSIONS
from portal.bookings.models import Availability
from portal.bookings.models_hosts import HostDay, HostHours, HostProfile
from portal.db import db
from portal.policy.host_hours import HostHours as Hours
from portal.policy.host_hours import Minutes, Weekly, stretches
from portal.policy.parameters import HoursRules
from portal.policy.training import SessionKind, Window

DAY = timedelta(days=1)
ALL_KINDS = frozenset(SessionKind)


@dataclass(frozen=True)
class Standing:
    """When hosts take sessions by their hours of the week, and the kinds of those who chose some."""

    windows: tuple[Window, ...] = ()
    kinds: Mapping[int, frozenset[SessionKind]] = field(default_factory=dict)

    def takes(self, host_id: int, kind: SessionKind) -> bool:
        """Whether a host takes a kind of session: one they chose, or any where they chose none."""
        return kind in self.kinds.get(host_id, ALL_KINDS)


def standing_hours(start: datetime, end: datetime, rules: HoursRules, host_id: int | None = None) -> Standing:
    """The stretches that reach into the time from `start` to `end`, of every host or of one, in one query."""
    told = told_hours(start, end)
    if host_id is not None:
        told = told.where(HostProfile.host_id == host_id)
    rows = [(host, hours) for host, hours in db.session.execute(told)]
    return standing_of(rows, start, end, rules)


def standing_of(
    told: Iterable[tuple[int, list[Any]]], start: datetime, end: datetime, rules: HoursRules
) -> Standing:
    """The same from what `told_hours` found: a host's key, and what they told."""
    rows = [(host_id, *each) for host_id, each in told]
    windows = tuple(
        window
        for host_id, zone, _, weekly, days in rows
        for window in windows_of(host_id, _hours(zone, weekly, days), start, end, rules)
    )
    chosen = {host_id: frozenset(map(SessionKind, kinds)) for host_id, _, kinds, *_ in rows if kinds}
    return Standing(windows, chosen)


def windows_of(
    host_id: int, hours: Hours, start: datetime, end: datetime, rules: HoursRules
) -> Iterator[Window]:
    """The stretches of a host's hours that reach into the time from `start` to `end`, in order."""
    first, last = (at.astimezone(ZoneInfo(hours.zone)).date() for at in (start, end))
    for stretch in stretches(hours, first, last, rules):
        if stretch.ends_at > start and stretch.starts_at <= end:
            yield Window(host_id, *stretch)


def hosts() -> Select[int]:
    """The keys of those who may take sessions. Whoever lost the role, or was closed out, takes none."""
    roles = PERMISSIONS["availability:publish"]
    held = select(Grant.person_id).where(Grant.role.in_(roles), Grant.ended_at.is_(None))
    return held.join(Person, Person.id == Grant.person_id).where(Person.disabled_at.is_(None))


def who_may_be_open(at: datetime) -> Select[int]:
    """The keys of every host whose windows or hours could hold an instant, and perhaps of some whose do not."""
    published = select(Availability.host_id).where(Availability.starts_at <= at, Availability.ends_at > at)
    # The date differs by one at most between UTC and any zone; the calendar has a first and a last.
    nearby = (max(at.toordinal() - 1, 1), at.toordinal(), min(at.toordinal() + 1, date.max.toordinal()))
    days = [date.fromordinal(each) for each in nearby]
    weekly = select(HostHours.host_id).where(HostHours.weekday.in_([day.weekday() for day in days]))
    return select(union(published, weekly, select(HostDay.host_id).where(HostDay.day.in_(days))).subquery())


def told_hours(start: datetime, end: datetime) -> Select[Any]:
    """Each host's key with what they told, as JSON: zone, kinds, weekly hours, dates of that time."""
    first, last = start.date() - 2 * DAY, end.date() + 2 * DAY
    hours = (
        HostHours.weekday, HostHours.opens, HostHours.closes, HostHours.first_day, HostHours.last_day,
    )  # fmt: skip
    holding = HostHours.first_day <= last, or_(HostHours.last_day.is_(None), HostHours.last_day >= first)
    others = (HostDay.day, HostDay.opens, HostDay.closes)
    told = func.jsonb_build_array(
        HostProfile.zone,
        func.to_jsonb(HostProfile.kinds),
        _gathered(hours, HostHours.host_id == HostProfile.host_id, *holding),
        _gathered(others, HostDay.host_id == HostProfile.host_id, HostDay.day.between(first, last)),
        type_=JSONB,
    )
    return select(HostProfile.host_id, told.label("told")).where(HostProfile.host_id.in_(hosts()))


def _hours(zone: str, told_weekly: list[Any] | None, told_days: list[Any] | None) -> Hours:
    weekly = tuple(
        Weekly(
            weekday,
            Minutes(opens, closes),
            date.fromisoformat(first),
            date.fromisoformat(last) if last else None,
        )
        for weekday, opens, closes, first, last in told_weekly or ()
    )
    others = {
        date.fromisoformat(day): Minutes(opens, closes) if opens is not None else None
        for day, opens, closes in told_days or ()
    }
    return Hours(zone, weekly, others)


def _gathered(columns: Sequence[Any], *conditions: ColumnElement[bool]) -> ScalarSelect[Any]:
    rows = select(func.jsonb_agg(func.jsonb_build_array(*columns))).where(*conditions)
    return rows.correlate(HostProfile).scalar_subquery()

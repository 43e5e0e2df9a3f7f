"""What live sessions an event may book, kind by kind, and the open times: the next ones, a list, a week (HOW-5)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.bookings.days import DAY, WEEK, Day, by_day, day_in, midnight, utc_offset
from portal.bookings.models import Booking
from portal.bookings.open_times import OpenTimes, furthest, one_for_each_start, open_times
from portal.bookings.queries import sessions_using
from portal.clock import now
from portal.editions.queries import edition_in_force
from portal.events.models import Event
from portal.policy.parameters import SessionTimes
from portal.policy.training import Entitlement, SessionKind, entitlements, session_times
from portal.policy.wording import WEEKDAYS, length, long_day

FIRST_SHOWN, LISTED = 6, 40


@dataclass(frozen=True)
class Kind:
    """One kind of live session at an event: what entitles it, what it takes, and the session that uses it up."""

    entitlement: Entitlement
    times: SessionTimes
    used_by: Booking | None

    @property
    def key(self) -> SessionKind:
        """Which kind it is."""
        return self.entitlement.kind

    @property
    def is_open(self) -> bool:
        """Whether the event has a session of it left to book."""
        return self.entitlement.entitled and self.used_by is None

    @property
    def terms(self) -> str:
        """Its length and capacity in words, and by when one that comes with the event is cancelled to be kept."""
        most = f"{length(self.times.length_minutes)}, up to {self.times.capacity:,} people"
        if self.entitlement.sessions is None:
            return f"{most}."
        return f"{most}. Kept for another day when cancelled {length(self.times.cut_off_minutes)} before it starts."


@dataclass(frozen=True)
class Listed:
    """Open times one after the other; `later` is from when the next ones are asked for, where there are more."""

    days: tuple[Day, ...]
    later: datetime | None = None
    is_start: bool = True


@dataclass(frozen=True)
class WeekDay:
    """A day of a week with its open times, in two parts where the clocks change that day."""

    day: date
    parts: tuple[Day, ...]

    @property
    def name(self) -> str:
        """Its weekday."""
        return WEEKDAYS[self.day.weekday()]


@dataclass(frozen=True)
class Week:
    """A week of open times from a Monday on. `earlier` and `later` are Mondays of the next weeks that have any."""

    monday: date
    days: tuple[WeekDay, ...]
    earlier: date | None
    later: date | None
    change: str | None

    @property
    def has_times(self) -> bool:
        """Whether anything is open in it."""
        return any(day.parts for day in self.days)


@dataclass(frozen=True)
class Overview:
    """The kinds of live session of one event, and when each could be had."""

    kinds: tuple[Kind, ...]
    times: OpenTimes

    def next_few(self, kind: SessionKind, zone: str) -> Listed:
        """The first few open times of a kind, by the days of `zone`."""
        return Listed(by_day(self.times.soonest(kind, FIRST_SHOWN), zone))

    def listed(self, kind: SessionKind, zone: str, after: datetime | None) -> Listed:
        """The open times of a kind from a moment on, or from the first: so many, and where the next begin."""
        found = self.times.soonest(kind, LISTED + 1, after)
        later = found[LISTED].starts_at if len(found) > LISTED else None
        return Listed(by_day(found[:LISTED], zone), later, after is None)

    def week(self, kind: SessionKind, zone: str, wanted: date | None) -> Week:
        """The week of a day, or the first that has open times, by the days of `zone`."""
        today, last = day_in(self.times.at, zone), day_in(furthest(self.times.edition, self.times.at), zone)
        monday = _monday(min(max(wanted or self._first_day(kind, zone), today), last))
        begins, ends = midnight(monday, zone), midnight(monday + WEEK, zone)
        before, after = self.times.last(kind, begins), self.times.soonest(kind, 1, after=ends)
        slots = one_for_each_start(self.times.between(kind, begins, ends))
        return Week(
            monday,
            tuple(
                WeekDay(day, by_day((s for s in slots if day_in(s.starts_at, zone) == day), zone))
                for day in (monday + number * DAY for number in range(7))
            ),
            earlier=_monday(day_in(before.starts_at, zone)) if before else None,
            later=_monday(day_in(after[0].starts_at, zone)) if after else None,
            change=_change(monday, zone),
        )

    def _first_day(self, kind: SessionKind, zone: str) -> date:
        soonest = self.times.soonest(kind, 1)
        return day_in(soonest[0].starts_at if soonest else self.times.at, zone)


def overview(event: Event) -> Overview:
    """What live sessions `event` is entitled to under the edition in force, what is used, and the open times."""
    edition, using = edition_in_force(), sessions_using(event.id)
    kinds = tuple(
        Kind(
            found,
            session_times(found.kind, edition),
            using.get(found.audience) if found.sessions is not None else None,
        )
        for found in entitlements(event.facts, edition)
    )
    return Overview(kinds, open_times(edition, now()))


def _monday(day: date) -> date:
    return day - day.weekday() * DAY


def _change(monday: date, zone: str) -> str | None:
    """A sentence on the clocks that change within a week of `zone`, if they do."""
    for day in (monday + number * DAY for number in range(7)):
        before, after = (utc_offset(midnight(each, zone), zone) for each in (day, day + DAY))
        if before != after:
            return f"Clocks change on {long_day(day)}: {before} becomes {after}."
    return None


def day_from(text: str | None) -> date | None:
    """The day that an address names; None for what is no day, or one that no calendar of ours reaches."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if abs(day - now().date()) < timedelta(days=3_660) else None

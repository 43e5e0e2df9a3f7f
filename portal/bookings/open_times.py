"""The times that can be booked now. What is shown and what is accepted is asked here, in the same way (HOW-5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, Select, func, literal, null, select, union_all
from sqlalchemy.dialects.postgresql import JSONB, Range

from portal.bookings.host_times import Standing, hosts, standing_of, told_hours
from portal.bookings.models import Availability
from portal.bookings.models_commitments import Commitment, SlotHold
from portal.bookings.taken import ranges_elsewhere, still_takes
from portal.db import db
from portal.policy.edition import Edition
from portal.policy.training import BusyRange, SessionKind, Slot, Window, open_slots, session_times

HostTimes = Select[Any]

# What a row tells of: when a host has published, when one is taken, or what one told of their hours.
WINDOW, BUSY, TOLD = "window", "busy", "told"
NONE = null().cast(JSONB)

INSTANT = timedelta(microseconds=1)
DAY = timedelta(days=1)
# Longer than any session with its buffers can be (see the bounds of SessionTimes).
REACH = DAY


@dataclass(frozen=True)
class Besides:
    """What takes a host now, but is left aside because it is about to give way."""

    booking_id: int | None = None
    hold_id: int | None = None


NOTHING = Besides()


@dataclass(frozen=True)
class OpenTimes:
    """HOW-5: when hosts are available and when they are taken, as of `at`, under one edition.

    `standing` tells which kinds each host takes; `windows` hold the stretches of their weekly hours already.
    """

    windows: tuple[Window, ...]
    busy: tuple[BusyRange, ...]
    at: datetime
    edition: Edition
    standing: Standing = field(default_factory=Standing)

    def between(self, kind: SessionKind, start: datetime, end: datetime) -> tuple[Slot, ...]:
        """Every slot that starts from `start` until before `end`, by start, then by host."""
        windows = [
            w
            for w in self.windows
            if w.starts_at < end and w.ends_at > start and self.standing.takes(w.host_id, kind)
        ]
        busy = [b for b in self.busy if b.starts_at < end + REACH and b.ends_at > start - REACH]
        found = open_slots(windows, busy, kind, self.at, self.edition)
        return tuple(slot for slot in found if start <= slot.starts_at < end)

    def starting(self, kind: SessionKind, starts_at: datetime) -> tuple[Slot, ...]:
        """The slots at one start: one for each host who can take it, none when it cannot be booked."""
        return self.between(kind, starts_at, starts_at + INSTANT)

    def soonest(self, kind: SessionKind, count: int, after: datetime | None = None) -> tuple[Slot, ...]:
        """The first `count` starts from `after` on, one slot for each, whoever the host."""
        times = session_times(kind, self.edition)
        start = max(after or self.at, self.at + timedelta(minutes=times.least_notice_minutes))
        end = self.at + timedelta(days=times.horizon_days) + INSTANT
        found: tuple[Slot, ...] = ()
        span = DAY
        # A growing stretch at a time: most often the first day has enough.
        while len(found) < count and start < end:
            until = min(start + span, end)
            found += one_for_each_start(self.between(kind, start, until))
            start, span = until, 2 * span
        return found[:count]

    def last(self, kind: SessionKind, before: datetime) -> Slot | None:
        """The latest slot that starts before an instant, if there is one."""
        end, span = before, DAY
        while end > self.at:
            start = max(end - span, self.at)
            if found := self.between(kind, start, end):
                return found[-1]
            end, span = start, 2 * span
        return None


def one_for_each_start(slots: Iterable[Slot]) -> tuple[Slot, ...]:
    """The slots as the customer sees them: a start once, however many hosts could take it."""
    return tuple({slot.starts_at: slot for slot in slots}.values())


def furthest(edition: Edition, at: datetime) -> datetime:
    """The last instant at which any live session may start."""
    return at + timedelta(days=max(times.horizon_days for times in edition.training.sessions))


def open_times(
    edition: Edition, at: datetime, *, around: datetime | None = None, besides: Besides = NOTHING
) -> OpenTimes:
    """Read when hosts take sessions, which kinds, and what keeps them busy, in one query.

    From `at` to the furthest horizon; with `around`, only what decides a start at that instant. `besides` is
    what is about to give way: a session that moves, a hold that is taken up.
    """
    if around is not None and not at <= around <= furthest(edition, at):
        # No calendar of ours reaches what is past or beyond every horizon, and nothing is open there.
        return OpenTimes((), (), at, edition)
    start = around or at
    end = around + INSTANT if around else furthest(edition, at)
    reach = start - REACH, end + REACH
    parts = _windows(start, end), _busy(*reach, at, besides), _busy_elsewhere(*reach), _told(start, end)
    rows: Sequence[Any] = db.session.execute(union_all(*parts)).all()
    published = tuple(Window(host, begins, ends) for of, host, begins, ends, _ in rows if of == WINDOW)
    busy = tuple(BusyRange(host, begins, ends) for of, host, begins, ends, _ in rows if of == BUSY)
    told = [(host, hours) for of, host, _, _, hours in rows if of == TOLD]
    standing = standing_of(told, start, end, edition.hours)
    return OpenTimes((*published, *standing.windows), busy, at, edition, standing)


def _windows(start: datetime, end: datetime) -> HostTimes:
    published = select(
        literal(WINDOW),
        Availability.host_id,
        Availability.starts_at,
        Availability.ends_at,
        NONE.label("told"),
    )
    return published.where(
        Availability.ends_at > start, Availability.starts_at <= end, Availability.host_id.in_(hosts())
    )


def _busy(start: datetime, end: datetime, at: datetime, besides: Besides) -> HostTimes:
    """What takes hosts, whatever it is; a hold that has run out takes nobody."""
    taken = (
        select(
            literal(BUSY),
            Commitment.host_id,
            func.lower(Commitment.during),
            func.upper(Commitment.during),
            NONE,
        )
        .outerjoin(SlotHold, SlotHold.id == Commitment.hold_id)
        .where(Commitment.during.op("&&")(Range(start, end)))
        .where(still_takes(at))
    )
    if besides.booking_id is not None:
        taken = taken.where(Commitment.booking_id.is_distinct_from(besides.booking_id))
    if besides.hold_id is not None:
        taken = taken.where(Commitment.hold_id.is_distinct_from(besides.hold_id))
    return taken


def _busy_elsewhere(start: datetime, end: datetime) -> HostTimes:
    """What the calendars that hosts keep elsewhere say, as far as it was read."""
    taken = ranges_elsewhere()
    found = select(literal(BUSY), taken.host_id, func.lower(taken.during), func.upper(taken.during), NONE)
    return found.where(taken.during.op("&&")(Range(start, end)))


def _told(start: datetime, end: datetime) -> HostTimes:
    """What hosts told of their weekly hours, dates and kinds."""
    told = told_hours(start, end).subquery().c
    never = null().cast(DateTime(timezone=True))
    return select(literal(TOLD), told.host_id, never, never, told.told)

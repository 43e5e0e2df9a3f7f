"""The times at which a live session may start: what is shown is what is checked (HOW-5)."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from portal.policy.decision import PolicyError
from portal.policy.edition_shape import Edition
from portal.policy.instants import in_utc
from portal.policy.parameters import SessionTimes
from portal.policy.terms import SessionKind


class Window(NamedTuple):
    """HOW-5: when a host has published to be available."""

    host_id: int
    starts_at: datetime
    ends_at: datetime


class BusyRange(NamedTuple):
    """HOW-5: when a host is taken, the buffers of what takes them included; the end is free again."""

    host_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """HOW-5: a time at which a host can hold a live session (UTC), buffers not included."""

    starts_at: datetime
    ends_at: datetime
    host_id: int


def session_times(kind: SessionKind, edition: Edition) -> SessionTimes:
    """HOW-5: length, buffers and notice (minutes) and horizon (days) of a kind of live session."""
    return next(times for times in edition.training.sessions if times.kind == kind)


def busy_range(starts_at: datetime, edition: Edition, kind: SessionKind) -> tuple[datetime, datetime]:
    """HOW-5: from and until when a session keeps its host busy, buffers included, in UTC.

    The end is not included. Raises PolicyError without a time zone.
    """
    times, start = session_times(kind, edition), in_utc(starts_at, "HOW-5")
    after = timedelta(minutes=times.length_minutes + times.buffer_after_minutes)
    return start - timedelta(minutes=times.buffer_before_minutes), start + after


def open_slots(
    windows: Iterable[tuple[int, datetime, datetime]],
    busy: Iterable[tuple[int, datetime, datetime]],
    kind: SessionKind,
    now: datetime,
    edition: Edition,
) -> tuple[Slot, ...]:
    """HOW-5: every slot that may be booked now for a kind of session, by start, then by host.

    `windows` are (host id, start, end) as published; `busy` are the same, buffers included. Slots
    start every `grid_minutes` from a window's start and end within it; their buffers may reach beyond
    the window, but not into what keeps the host busy. The start keeps the least notice and the
    horizon, in elapsed time. Raises PolicyError for an instant without a time zone, or for a window
    or busy range that ends before it starts.
    """
    taken = _merged(busy)
    times, moment = session_times(kind, edition), in_utc(now, "HOW-5")
    first = moment + timedelta(minutes=times.least_notice_minutes)
    last = moment + timedelta(days=times.horizon_days)
    found = {
        Slot(start, start + timedelta(minutes=times.length_minutes), host_id)
        for host_id, opens, closes in map(_checked, windows)
        for start in _starts(opens, closes, first, last, times, edition.training.grid_minutes)
        if _is_free(busy_range(start, edition, kind), taken[host_id])
    }
    return tuple(sorted(found))


def is_open_slot(
    slot: Slot,
    windows: Iterable[tuple[int, datetime, datetime]],
    busy: Iterable[tuple[int, datetime, datetime]],
    kind: SessionKind,
    now: datetime,
    edition: Edition,
) -> bool:
    """HOW-5: whether `open_slots` would show that very slot now; it raises what `open_slots` raises."""
    return slot in open_slots(windows, busy, kind, now, edition)


def _starts(
    opens: datetime, closes: datetime, first: datetime, last: datetime, times: SessionTimes, grid_minutes: int
) -> Iterator[datetime]:
    grid = timedelta(minutes=grid_minutes)
    # The first place on the grid that keeps the notice, so that a window long past costs nothing.
    start = opens + max(0, -(-(first - opens) // grid)) * grid
    latest = min(last, closes - timedelta(minutes=times.length_minutes))
    while start <= latest:
        yield start
        start += grid


def _checked(span: tuple[int, datetime, datetime]) -> tuple[int, datetime, datetime]:
    host_id, start, end = span[0], in_utc(span[1], "HOW-5"), in_utc(span[2], "HOW-5")
    if end < start:
        raise PolicyError("HOW-5", "A time cannot end before it starts.")
    return host_id, start, end


def _merged(busy: Iterable[tuple[int, datetime, datetime]]) -> dict[int, list[tuple[datetime, datetime]]]:
    """Each host's busy time as ranges in order that neither touch nor overlap."""
    merged: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for host_id, start, end in sorted(map(_checked, busy)):
        ranges = merged[host_id]
        if ranges and start <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(end, ranges[-1][1]))
        elif start < end:
            ranges.append((start, end))
    return merged


def _is_free(wanted: tuple[datetime, datetime], ranges: list[tuple[datetime, datetime]]) -> bool:
    # Of ranges that do not overlap, only the last one that begins before the wanted end can reach into it.
    index = bisect_left(ranges, (wanted[1],))
    return index == 0 or ranges[index - 1][1] <= wanted[0]

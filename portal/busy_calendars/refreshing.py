"""Reading connected calendars anew: fetched and read outside of any transaction, then kept whole or not at all."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from portal.accounts.actor import SYSTEM, Actor
from portal.audit.record import record
from portal.bookings.host_queries import zone_of
from portal.bookings.open_times import furthest
from portal.busy_calendars.addresses import NotFetched
from portal.busy_calendars.confined import fetched, read
from portal.busy_calendars.models import BusyCalendar
from portal.busy_calendars.queries import calendar_with_host, due_calendars
from portal.busy_calendars.service import queue_reading
from portal.clock import now
from portal.db import db, use_case
from portal.editions.queries import edition_in_force

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=30)
LONGEST_WAIT = timedelta(hours=12)
AT_ONCE = 200
# What a session with its buffers can reach beyond the horizon, and a margin while reading fails.
MARGIN = timedelta(days=8)

Busy = list[Range[datetime]]


@use_case
def queue_due(actor: Actor) -> list[int]:
    """Queue a reading of each calendar that is due, each once, so that a slow one holds up no other; their keys."""
    due = due_calendars(now(), AT_ONCE).with_for_update(skip_locked=True)
    taken = list(db.session.scalars(due))
    db.session.execute(update(BusyCalendar).where(BusyCalendar.id.in_(taken)).values(next_at=now() + EVERY))
    for busy_calendar_id in taken:
        queue_reading(busy_calendar_id)
    return taken


def refresh(busy_calendar_id: int) -> str:
    """Fetch and read one calendar; why that failed, or nothing. What was known before stays until it is read anew."""
    calendar = calendar_with_host(busy_calendar_id)
    if calendar is None:
        return ""
    address, zone = calendar.address, zone_of(calendar.host)
    end = furthest(edition_in_force(), now()) + MARGIN
    try:
        body = fetched(address, here=reads_here())
        found = read(body, zone, now() - timedelta(days=1), end)
    except NotFetched as problem:
        log.info("calendar_not_read", calendar=busy_calendar_id)
        keep_failure(SYSTEM, busy_calendar_id, address, str(problem))
        return str(problem)
    keep_busy(SYSTEM, busy_calendar_id, address, _ranges(found["busy"]), str(found["note"]))
    return ""


def reads_here() -> bool:
    """Whether calendars on this very machine are read, which only a trial does."""
    return bool(current_app.extensions["settings"].reads_calendars_here)


@use_case
def keep_busy(actor: Actor, busy_calendar_id: int, address: str, busy: Busy, note: str) -> None:
    """Keep what was read in place of what was known; nothing when the calendar was disconnected meanwhile."""
    calendar = _held(busy_calendar_id, address)
    if calendar is None:
        return
    if calendar.failures:
        record(actor, "calendar.read_again", calendar, before={"problem": calendar.problem})
    calendar.busy, calendar.note, calendar.problem, calendar.failures = busy, note, "", 0
    calendar.tried_at = calendar.read_at = now()
    calendar.next_at = now() + EVERY


@use_case
def keep_failure(actor: Actor, busy_calendar_id: int, address: str, problem: str) -> None:
    """Keep why a calendar could not be read; it is tried again, each time after a longer wait."""
    calendar = _held(busy_calendar_id, address)
    if calendar is None:
        return
    if not calendar.failures:
        record(actor, "calendar.not_read", calendar, after={"problem": problem})
    calendar.problem, calendar.failures = problem, calendar.failures + 1
    calendar.tried_at = now()
    calendar.next_at = now() + min(EVERY * 2 ** min(calendar.failures - 1, 10), LONGEST_WAIT)


def _held(busy_calendar_id: int, address: str) -> BusyCalendar | None:
    """The calendar, held, if it is still the one at that address."""
    here = select(BusyCalendar).where(BusyCalendar.id == busy_calendar_id, BusyCalendar.address == address)
    held = here.with_for_update(key_share=True).execution_options(populate_existing=True)
    return db.session.scalar(held)


def _ranges(busy: Sequence[Sequence[str]]) -> Busy:
    moments = [[datetime.fromisoformat(at) for at in each] for each in busy]
    return [Range(start, end, bounds="[)") for start, end in moments]

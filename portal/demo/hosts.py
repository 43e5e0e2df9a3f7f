"""Hosts with hours of the week, other dates, kinds of their own, and calendars kept elsewhere (HOW-5)."""

from datetime import date, datetime, timedelta

from portal.accounts.models import Person
from portal.bookings.models_hosts import HostDay, HostHours, HostProfile
from portal.busy_calendars.models import BusyCalendar
from portal.busy_calendars.refreshing import EVERY
from portal.demo.frame import Frame, Someone, note
from portal.demo.moments import at_local
from portal.policy.holiday_list import closed_days

ZONE = "America/Los_Angeles"
# Weekday (Monday is 0), from and until, in minutes of the day on the clock of that zone.
WEEKLY = ((1, 8 * 60, 11 * 60), (3, 8 * 60, 11 * 60), (3, 13 * 60, 16 * 60))
KINDS = ["contact_training", "live_assistance"]
TRAINING_ONLY = ["exhibitor_training", "operator_training", "presenter_training"]
BEGUN, CLOSED_IN, ENDS_IN = timedelta(days=40), 12, timedelta(days=45)
READ = "https://calendar.example/private-demo-5e1f/basic.ics"
GONE = "https://calendar.example/private-demo-77ab/gone.ics"


def write_hosts(frame: Frame) -> None:
    """Write a manager who takes sessions by weekly hours, and an agent whose calendar cannot be read."""
    manager, agent = frame.team.managers[0], frame.people["agent@demo.example"]
    frame.rows.put(HostProfile, host_id=manager.id, zone=ZONE, kinds=KINDS)
    for weekday, opens, closes in WEEKLY:
        last = frame.today + ENDS_IN if opens > 12 * 60 else None
        frame.rows.add(
            HostHours, host_id=manager.id, weekday=weekday, opens=opens, closes=closes,
            first_day=frame.today - BEGUN, last_day=last,
        )  # fmt: skip
    _note(frame, manager, "hours.added", {"days": ["Tuesday", "Thursday"], "zone": ZONE})
    closed = frame.today + timedelta(days=CLOSED_IN)
    frame.rows.add(HostDay, host_id=manager.id, day=closed)
    frame.rows.add(HostDay, host_id=manager.id, day=_next_holiday(frame), opens=9 * 60, closes=11 * 60)
    _note(frame, manager, "hours.day_set", {"day": closed.isoformat(), "hours": "none"})
    _connect(frame, manager, "Work", READ, busy=_busy(frame))
    if len(frame.team.agents) > 1:
        frame.rows.put(
            HostProfile, host_id=frame.team.agents[1].id, zone="America/New_York", kinds=TRAINING_ONLY
        )
    problem = "The server answers with status 404. Is the address still valid?"
    _connect(frame, agent, "Private", GONE, problem=problem)


def _next_holiday(frame: Frame) -> date:
    years = frame.today.year, frame.today.year + 1
    days = [day for year in years for day in closed_days(year, frame.edition.hours)]
    return next(day for day in days if day > frame.today and day != frame.today + timedelta(days=CLOSED_IN))


def _busy(frame: Frame) -> str:
    """An hour of each of the next Tuesdays, and a whole Thursday, as PostgreSQL writes ranges."""
    days = (frame.today + timedelta(days=number) for number in range(60))
    spans = [
        (at_local(day, ZONE, 9), at_local(day, ZONE, 10))
        if day.weekday() == 1
        else (at_local(day, ZONE, 0), at_local(day + timedelta(days=1), ZONE, 0))
        for day in days
        if day.weekday() == 1 or (day.weekday() == 3 and day.day <= 7)
    ]
    return f"{{{','.join(f'[{start.isoformat()},{end.isoformat()})' for start, end in spans)}}}"


def _connect(
    frame: Frame, host: Someone, name: str, address: str, *, busy: str = "{}", problem: str = ""
) -> None:
    connected, tried = frame.now - timedelta(days=9), frame.now - timedelta(minutes=12)
    key = frame.rows.add(
        BusyCalendar, host_id=host.id, name=name, address=address, busy=busy, connected_at=connected,
        tried_at=tried, read_at=None if problem else tried, failures=1 if problem else 0, problem=problem,
        note="", next_at=tried + EVERY if problem else _never(frame),
    )  # fmt: skip
    told = {"host": host.name, "name": name, "server": "calendar.example"}
    note(frame, connected, host, "calendar.connected", BusyCalendar, key, after=told)


def _never(frame: Frame) -> datetime:
    # There is no server behind the demo's addresses: what is shown must not depend on asking it.
    return frame.now + timedelta(days=3_650)


def _note(frame: Frame, host: Someone, action: str, after: dict[str, object]) -> None:
    note(frame, frame.now - BEGUN, host, action, Person, host.id, after=after)

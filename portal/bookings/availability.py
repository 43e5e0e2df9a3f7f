"""When a member of staff takes live sessions: published in their own zone, kept in UTC (HOW-5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.bookings.clashes import WINDOW_OVERLAPS, Clash, clashes
from portal.bookings.hosts import hold_host
from portal.bookings.letters import send_window_removed
from portal.bookings.models import Availability, Booking
from portal.bookings.windows import sessions_in, window_for
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid
from portal.local_times import readings
from portal.policy.wording import clock, long_day

WEEKS_AT_ONCE = 26
FURTHEST = timedelta(days=366)


@dataclass(frozen=True)
class Hours:
    """Hours of a day in a zone, the same each week for so many weeks."""

    day: date
    opens: time
    closes: time
    zone: str
    weeks: int = 1


@use_case
def publish_availability(actor: Actor, hours: Hours) -> list[Availability]:
    """Publish the hours of one day, or of that weekday in the weeks that follow, for sessions with `actor`.

    All or none. Publishing what stands already changes nothing. Raises Invalid for a window in the
    past, too far ahead, ending before it starts, overlapping another, or at a clock time that the
    change to or from summer time leaves out or doubles.
    """
    actor.require("availability:publish")
    hold_host(actor.id)
    wanted = list(_windows(hours))
    standing = _standing(actor.id, wanted[0][0], wanted[-1][1])
    new = [span for span in wanted if span not in {(w.starts_at, w.ends_at) for w in standing}]
    for span in new:
        _refuse_overlap(span, standing, hours.zone)
    return [_publish(actor, span) for span in new]


@use_case
def remove_availability(actor: Actor, availability_id: int) -> list[Booking]:
    """Take a window back that has not begun; gives the sessions booked in it, which stay.

    For its host, and for managers, whose removal the host is told of. Raises Conflict when it has begun.
    """
    window = window_for(actor, availability_id)
    actor.require("availability:publish")
    hold_host(window.host_id)
    future = (Availability.id == window.id, Availability.starts_at > now())
    kept = sessions_in([window])
    if db.session.scalar(delete(Availability).where(*future).returning(Availability.id)) is None:
        raise Conflict("This window has begun or was removed already.")
    before = {"host": window.host.name, "starts_at": window.starts_at, "ends_at": window.ends_at}
    record(actor, "availability.removed", window, before=before)
    if window.host_id != actor.person_id:
        send_window_removed(window, actor, kept)
    return kept


def _windows(hours: Hours) -> Iterator[tuple[datetime, datetime]]:
    _check(hours)
    for week in range(hours.weeks):
        day = hours.day + timedelta(weeks=week)
        span = (
            _instant("opens", day, hours.opens, hours.zone),
            _instant("closes", day, hours.closes, hours.zone),
        )
        # Clocks that go back between the two could turn them round.
        if span[1] <= span[0]:
            raise Invalid(closes="The window must end after it starts.")
        yield span


def _check(hours: Hours) -> None:
    if not 1 <= hours.weeks <= WEEKS_AT_ONCE:
        raise Invalid(weeks=f"Publish between 1 and {WEEKS_AT_ONCE} weeks at once.")
    if hours.closes <= hours.opens:
        raise Invalid(closes="The window must end after it starts, on the same day.")
    if not _is_zone(hours.zone):
        raise Invalid(zone="This time zone is not known. Set yours in your account.")
    today = now().astimezone(ZoneInfo(hours.zone)).date()
    if not today <= hours.day <= today + FURTHEST:
        raise Invalid(day="Choose a day from today until a year ahead.")
    if _instant("opens", hours.day, hours.opens, hours.zone) <= now():
        raise Invalid(opens="The window must start in the future.")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _instant(field: str, day: date, at: time, zone: str) -> datetime:
    """The instant of a clock time; Invalid on `field` when that day has it not at all, or twice."""
    where, found = f"{clock(at)} on {long_day(day)} in {zone}", readings(day, at, ZoneInfo(zone))
    if not found:
        raise Invalid(**{field: f"There is no {where}: the clocks go forward past it. Choose another time."})
    if len(found) > 1:
        raise Invalid(**{field: f"{where} comes twice: the clocks go back. Choose a time before or after."})
    return found[0]


def _standing(host_id: int, start: datetime, end: datetime) -> list[Availability]:
    own = select(Availability).where(Availability.host_id == host_id)
    return list(db.session.scalars(own.where(Availability.starts_at < end, Availability.ends_at > start)))


def _refuse_overlap(span: tuple[datetime, datetime], standing: list[Availability], zone: str) -> None:
    for window in standing:
        if window.starts_at < span[1] and window.ends_at > span[0]:
            opens, closes = (at.astimezone(ZoneInfo(zone)) for at in (window.starts_at, window.ends_at))
            when = f"{long_day(opens.date())}, {clock(opens.time())} to {clock(closes.time())}"
            raise Invalid(day=f"This overlaps with what you have published on {when}. Remove that first.")


def _publish(actor: Actor, span: tuple[datetime, datetime]) -> Availability:
    window = Availability(host_id=actor.id, starts_at=span[0], ends_at=span[1])
    try:
        with clashes(WINDOW_OVERLAPS):
            db.session.add(window)
    except Clash as clash:
        raise Invalid(day="This overlaps with a window that has just been published.") from clash
    record(actor, "availability.published", window, after={"starts_at": span[0], "ends_at": span[1]})
    return window

"""What takes a host (HOW-5), asked behind the host's lock. Takes part in the caller's transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import joinedload

from portal.accounts.models import Person
from portal.bookings.models import Booking
from portal.bookings.models_commitments import Commitment
from portal.bookings.turns import clear_run_out
from portal.db import db
from portal.errors import Conflict, Link
from portal.policy.wording import clock, counted, listed, long_day

ONE_PLACE = "ex_commitment_host"

_OTHERS = {
    "absence": "an absence",
    "entry": "an entry of the calendar",
    "after_hours": "support ordered outside business hours",
    "hold": "a time that is being booked at this moment",
}


class StandsInTheWay(Conflict):
    """HOW-5: the host is taken. `links` lead to the sessions, which can be moved, handed on or cancelled there."""

    title = "Something stands in the way"

    def __init__(self, taken: Sequence[Commitment], zone: str) -> None:
        sessions = [each.booking for each in taken if each.booking]
        super().__init__(
            _what_stands(taken), rule="HOW-5", links=tuple(_way_to(each, zone) for each in sessions)
        )
        self.taken = taken


def refuse_over_others(host_id: int, during: Range[datetime], zone: str, *, but: int | None = None) -> None:
    """Raise StandsInTheWay when something takes a locked host in a stretch; its times are told in `zone`.

    `but` is the commitment that is about to change, which does not stand in its own way.
    """
    clear_run_out([host_id])
    if taken := [each for each in what_takes(host_id, during) if each.id != but]:
        raise StandsInTheWay(taken, zone)


def what_takes(host_id: int, during: Range[datetime]) -> Sequence[Commitment]:
    """What takes a host in a stretch, the first of it first; sessions with their events."""
    within = select(Commitment).where(Commitment.host_id == host_id, Commitment.during.overlaps(during))
    session = joinedload(Commitment.booking).joinedload(Booking.event)
    return db.session.scalars(within.options(session).order_by(Commitment.during)).all()


def lock_hosts(host_ids: Iterable[int]) -> None:
    """Lock hosts, in order of key, until the transaction closes: before what takes them is read and written."""
    hosts = select(Person.id).where(Person.id.in_(set(host_ids))).order_by(Person.id)
    db.session.execute(hosts.with_for_update(key_share=True))


def _what_stands(taken: Sequence[Commitment]) -> str:
    sessions = sum(each.booking is not None for each in taken)
    others = sorted({_OTHERS[each.kind] for each in taken if each.booking is None})
    words = [counted(sessions, "live session"), *others] if sessions else others
    ways_on = " Move it, hand it to another host or cancel it first." if sessions == 1 else ""
    ways_on = " Move them, hand them to another host or cancel them first." if sessions > 1 else ways_on
    return f"In that time there is {listed(words)}.{ways_on}"


def _way_to(session: Booking, zone: str) -> Link:
    at = session.starts_at.astimezone(ZoneInfo(zone))
    label = f"{session.title}, {session.event.name}, {long_day(at.date())}, {clock(at.time())}"
    return Link(label, "bookings.show", {"booking_id": session.id})

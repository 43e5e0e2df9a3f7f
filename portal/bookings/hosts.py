"""Who holds a session: locked before it is chosen, and chosen fairly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from portal.accounts.models import Person
from portal.bookings.host_times import who_may_be_open
from portal.bookings.models import Booking
from portal.clock import now
from portal.db import db
from portal.policy.training import Slot
from portal.policy.wording import counted

LOAD_DAYS = 30


@dataclass(frozen=True)
class Choice:
    """The slot of the host who was chosen, and why that host."""

    slot: Slot
    reason: str


def hold_hosts(starts_at: datetime, *others: int) -> list[int]:
    """Lock every host who may be open at that instant, and others, in order of key; the keys of all.

    Until the transaction closes. FOR NO KEY UPDATE: two bookings, or a booking and the removal of its window,
    take turns.
    """
    wanted = or_(Person.id.in_(who_may_be_open(starts_at)), Person.id.in_(others))
    hosts = select(Person.id).where(wanted).order_by(Person.id)
    return list(db.session.scalars(hosts.with_for_update(key_share=True)))


def hold_host(host_id: int) -> None:
    """Lock one host, whose availability or sessions are about to change."""
    db.session.execute(select(Person.id).where(Person.id == host_id).with_for_update(key_share=True))


def fairest(slots: Sequence[Slot]) -> Choice:
    """Of the hosts who could take a start, the one with fewest sessions in the last and next 30 days.

    Equals go by key, so that the same state gives the same host.
    """
    load = _sessions_of([slot.host_id for slot in slots])
    chosen = min(slots, key=lambda slot: (load.get(slot.host_id, 0), slot.host_id))
    sessions = counted(load.get(chosen.host_id, 0), "session")
    reason = f"fewest of {counted(len(slots), 'free host')}: {sessions} in the last and next {LOAD_DAYS} days"
    return Choice(chosen, reason)


def _sessions_of(host_ids: Sequence[int]) -> dict[int, int]:
    reach = timedelta(days=LOAD_DAYS)
    counts = (
        select(Booking.host_id, func.count())
        .where(Booking.host_id.in_(host_ids), Booking.state != "cancelled")
        .where(Booking.starts_at.between(now() - reach, now() + reach))
        .group_by(Booking.host_id)
    )
    return dict(db.session.execute(counts).all())

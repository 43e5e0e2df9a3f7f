"""Who of support could hold a window, by the hours they have stated and what takes them already (AFT-1)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import CompoundSelect, Select, func, or_, select, union_all
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range
from sqlalchemy.orm import joinedload

from portal.accounts.models import Grant, Person
from portal.accounts.permissions import PERMISSIONS
from portal.after_hours.models import BOUGHT, ReadyHours, Window
from portal.after_hours.quoting import Wanted, is_free
from portal.bookings.models_commitments import Commitment, SlotHold
from portal.busy_calendars.models import BusyCalendar
from portal.clock import now
from portal.db import db
from portal.policy.duty import Span
from portal.policy.edition import Edition
from portal.policy.readiness import DayKind, could_hold
from portal.policy.terms import Channel
from portal.policy.windows import may_order_window

Stretch = tuple[datetime, datetime]
REACH = timedelta(days=14)
STEP = timedelta(minutes=30)
APART = timedelta(hours=2)
NEAREST = 3


@dataclass
class Taker:
    """A member of staff who takes windows: by which channel when, and what takes them meanwhile."""

    person: Person
    ready: dict[Channel, dict[DayKind, Span]] = field(default_factory=lambda: defaultdict(dict))
    busy: list[Stretch] = field(default_factory=list)

    def could_hold(self, wanted: Wanted, edition: Edition) -> bool:
        """Whether they could hold a window: within their hours, and not taken."""
        stretch = (wanted.starts_at, wanted.ends_at)
        if overlapping(stretch, self.busy):
            return False
        return could_hold(*stretch, self.ready.get(wanted.channel, {}), edition.hours)


@dataclass(frozen=True)
class Takers:
    """Everyone who takes windows; the windows that nobody holds yet, and those of the event that asks."""

    everyone: tuple[Taker, ...]
    unheld: tuple[Stretch, ...]
    own: dict[int, Stretch]
    edition: Edition

    def overlap(self, wanted: Wanted) -> int | None:
        """The key of a window that the event has at that time already, if it has one."""
        stretch = (wanted.starts_at, wanted.ends_at)
        return next((key for key, each in self.own.items() if overlapping(stretch, [each])), None)

    def able(self, wanted: Wanted) -> list[Person]:
        """Those who could hold a window."""
        return [taker.person for taker in self.everyone if taker.could_hold(wanted, self.edition)]

    def is_holdable(self, wanted: Wanted) -> bool:
        """Whether somebody is left for a window, beside those whom the windows ordered before it need."""
        stretch = (wanted.starts_at, wanted.ends_at)
        return len(self.able(wanted)) > len(overlapping(stretch, self.unheld))

    def nearest(self, wanted: Wanted, at: datetime) -> list[Wanted]:
        """The windows of the same length nearest to one, which could be ordered and held; some way apart."""
        found: list[Wanted] = []
        steps = sorted(range(-(REACH // STEP), REACH // STEP + 1), key=lambda step: (abs(step), step))
        for other in (_moved(wanted, step) for step in steps if step):
            if len(found) == NEAREST:
                break
            near = any(abs(other.starts_at - each.starts_at) < APART for each in found)
            if not near and self._can_be_ordered(other, at):
                found.append(other)
        return sorted(found, key=lambda each: each.starts_at)

    def _can_be_ordered(self, wanted: Wanted, at: datetime) -> bool:
        return (
            bool(may_order_window(wanted.starts_at, at, self.edition))
            and self.overlap(wanted) is None
            and not is_free(wanted, self.edition)
            and self.is_holdable(wanted)
        )


def takers_for(wanted: Wanted, event_id: int, edition: Edition, *, but: int | None = None) -> Takers:
    """Who could hold a window of an event, or one near it; leaving the window with the key `but` out of sight.

    Three queries.
    """
    during = Range(wanted.starts_at - REACH, wanted.ends_at + REACH)
    windows = db.session.execute(_windows(during, but)).all()
    own = {row.id: (row.starts_at, row.ends_at) for row in windows if row.event_id == event_id}
    unheld = tuple((row.starts_at, row.ends_at) for row in windows if row.state in ("ordered", "offered"))
    return Takers(tuple(_takers(during)), unheld, own, edition)


def overlapping(stretch: Stretch, others: Iterable[Stretch]) -> list[Stretch]:
    """Those of `others` that a stretch overlaps with; ends are left out."""
    start, end = stretch
    return [each for each in others if each[0] < end and start < each[1]]


def _moved(wanted: Wanted, step: int) -> Wanted:
    return Wanted(wanted.channel, wanted.starts_at + step * STEP, wanted.ends_at + step * STEP, wanted.note)


def _windows(during: Range[datetime], but: int | None) -> Select[int, int, str, datetime, datetime]:
    columns = (Window.id, Window.event_id, Window.state, Window.starts_at, Window.ends_at)
    bought = select(*columns).where(Window.state.in_(BOUGHT), Window.id.is_distinct_from(but))
    return bought.where(Window.ends_at > during.lower, Window.starts_at < during.upper)


def _takers(during: Range[datetime]) -> Iterable[Taker]:
    held = select(Grant.person_id).where(
        Grant.role.in_(PERMISSIONS["after_hours:hold"]), Grant.ended_at.is_(None)
    )
    hours = select(ReadyHours).join(ReadyHours.person).options(joinedload(ReadyHours.person))
    staff = hours.where(Person.id.in_(held), Person.disabled_at.is_(None)).order_by(Person.name, Person.id)
    found: dict[int, Taker] = {}
    for each in db.session.scalars(staff):
        taker = found.setdefault(each.person_id, Taker(each.person))
        for channel in each.channels:
            taker.ready[Channel(channel)][DayKind(each.day_kind)] = (each.opens, each.closes)
    for row in db.session.execute(_taken(list(found), during)):
        found[row[0]].busy.append((row[1], row[2]))
    return found.values()


def _taken(ids: list[int], during: Range[datetime]) -> CompoundSelect[int, datetime, datetime]:
    """What takes people: their commitments, but no hold that has run out, and their calendars elsewhere."""
    committed = (
        select(Commitment.host_id, func.lower(Commitment.during), func.upper(Commitment.during))
        .outerjoin(SlotHold, SlotHold.id == Commitment.hold_id)
        .where(Commitment.host_id.in_(ids), Commitment.during.overlaps(during))
        .where(or_(SlotHold.id.is_(None), SlotHold.expires_at > now()))
    )
    each = select(BusyCalendar.host_id, func.unnest(BusyCalendar.busy, type_=TSTZRANGE).label("during"))
    busy = each.where(BusyCalendar.host_id.in_(ids)).subquery().c
    elsewhere = select(busy.host_id, func.lower(busy.during), func.upper(busy.during))
    return union_all(committed, elsewhere.where(busy.during.op("&&")(during)))

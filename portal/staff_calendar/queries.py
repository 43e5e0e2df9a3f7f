"""What takes hosts in a day or a week, and when they take live sessions (HOW-5). For support alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import joinedload

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.accounts.models import Person
from portal.after_hours.models import Window
from portal.bookings.days import day_in, midnight
from portal.bookings.host_times import hosts, standing_hours
from portal.bookings.models import Availability, Booking
from portal.bookings.models_commitments import Commitment, SlotHold
from portal.bookings.taken import ranges_elsewhere, still_takes
from portal.clock import now
from portal.db import db
from portal.editions.queries import edition_in_force
from portal.errors import NotFound
from portal.local_times import day_near
from portal.policy.parameters import HoursRules
from portal.policy.terms import Channel, in_words
from portal.staff_calendar.grid import Column, Item

Spans = Mapping[int, list[tuple[datetime, datetime]]]


class View(StrEnum):
    """What is looked at: one host's day, one host's week, or a day of all of them."""

    DAY = "day"
    WEEK = "week"
    TEAM = "team"


@dataclass(frozen=True)
class Shown:
    """What was asked for, made possible: an unknown host or day is oneself and today."""

    view: View
    day: date
    host_id: int
    today: date

    @property
    def days(self) -> tuple[date, ...]:
        """The days that are shown: one, or the week from its Monday."""
        if self.view is not View.WEEK:
            return (self.day,)
        monday = self.day - timedelta(days=self.day.weekday())
        return tuple(monday + timedelta(days=number) for number in range(7))

    @property
    def before(self) -> date:
        """The day, or the day a week, before."""
        return self.day - timedelta(days=7 if self.view is View.WEEK else 1)

    @property
    def after(self) -> date:
        """The day, or the day a week, after."""
        return self.day + timedelta(days=7 if self.view is View.WEEK else 1)


def shown(actor: Actor, team: Sequence[Person], *, view: str, day: str, host: str) -> Shown:
    """What an address asks for, in the reader's zone."""
    today = day_in(now(), actor.time_zone)
    known = {str(person.id): person.id for person in team}
    own = actor.id if actor.id in known.values() else next(iter(known.values()), actor.id)
    return Shown(
        View(view) if view in set(View) else View.WEEK, day_near(day, today), known.get(host, own), today
    )


def team_members() -> Sequence[Person]:
    """Everyone who may take live sessions, by name (HOW-5)."""
    return db.session.scalars(
        select(Person).where(Person.id.in_(hosts())).order_by(Person.name, Person.id)
    ).all()


def columns_of(actor: Actor, asked: Shown, team: Sequence[Person]) -> tuple[Column, ...]:
    """Each host's days that are shown, with what takes them and what is open, in four queries."""
    zone = actor.time_zone
    people = [each for each in team if asked.view is View.TEAM or each.id == asked.host_id]
    start, end = midnight(asked.days[0], zone), midnight(asked.days[-1] + timedelta(days=1), zone)
    items = _items(actor, [each.id for each in people], start, end)
    opened = _open([each.id for each in people], start, end, edition_in_force().hours)
    return tuple(
        _column(person, day, zone, items[person.id], opened[person.id])
        for person in people
        for day in asked.days
    )


def entry_scope(actor: Actor, entry_id: int) -> Scope | None:
    """Nowhere in particular, for an entry of the staff's calendar; None for who is not of support."""
    return NOWHERE if _entry(actor, entry_id) else None


def entry_for(actor: Actor, entry_id: int) -> Commitment:
    """An entry of the staff's calendar, with its host. Raises NotFound for who may not know of it."""
    found = _entry(actor, entry_id)
    if found is None:
        raise NotFound
    return found


def _entry(actor: Actor, entry_id: int) -> Commitment | None:
    if not actor.may("availability:publish", NOWHERE):
        return None
    entries = select(Commitment).where(Commitment.kind == "entry", Commitment.id == entry_id)
    return db.session.scalar(entries.options(joinedload(Commitment.host)))


def _column(
    person: Person, day: date, zone: str, items: Iterable[Item], opened: Iterable[tuple[datetime, datetime]]
) -> Column:
    start, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    return Column(
        day, person.id, person.name,
        [item for item in items if item.from_at < end and item.until > start],
        [(max(opens, start), min(closes, end)) for opens, closes in opened if opens < end and closes > start],
    )  # fmt: skip


def _items(
    actor: Actor, host_ids: Sequence[int], start: datetime, end: datetime
) -> Mapping[int, Sequence[Item]]:
    found: dict[int, list[Item]] = defaultdict(list)
    for commitment, window in _taken(host_ids, start, end):
        found[commitment.host_id].append(_item(actor, commitment, window))
    taken = ranges_elsewhere()
    elsewhere = select(taken.host_id, func.lower(taken.during), func.upper(taken.during))
    within = taken.host_id.in_(host_ids), taken.during.op("&&")(Range(start, end))
    for host_id, begins, ends in db.session.execute(elsewhere.where(*within)):
        found[host_id].append(Item("elsewhere", host_id, begins, ends, "Busy in another calendar"))
    return found


def _taken(
    host_ids: Sequence[int], start: datetime, end: datetime
) -> Iterator[tuple[Commitment, Window | None]]:
    """What takes them, with the window after hours where it is one. A hold that has run out takes nobody."""
    within = (
        select(Commitment, Window)
        .outerjoin(SlotHold, SlotHold.id == Commitment.hold_id)
        .outerjoin(Window, Window.id == Commitment.window_id)
        .where(Commitment.host_id.in_(host_ids), Commitment.during.overlaps(Range(start, end)))
        .where(still_takes(now()))
    )
    session = joinedload(Commitment.booking).joinedload(Booking.event)
    for row in db.session.execute(within.options(session, joinedload(Window.event))):
        yield row.Commitment, row.Window


def _item(actor: Actor, taken: Commitment, window: Window | None) -> Item:
    span, booking = (taken.host_id, taken.starts_at, taken.ends_at), taken.booking
    if booking is not None:
        movable = booking.state == "confirmed" and booking.starts_at > now()
        return Item(
            "session", *span, booking.title, booking.event.name, booking_id=booking.id, movable=movable
        )
    if window is not None:
        detail = f"{window.event.name}, {in_words(Channel(window.channel))}"
        return Item("after_hours", *span, "Support after hours", detail, window_id=window.id)
    if taken.kind == "entry":
        return Item("entry", *span, taken.title, entry_id=taken.id, movable=may_change(actor, taken))
    return Item(taken.kind, *span, "Away" if taken.kind == "absence" else "Held while somebody books")


def may_change(actor: Actor, entry: Commitment) -> bool:
    """Whether an entry is the actor's to change: their own, and any to those who keep the rota."""
    return entry.host_id == actor.person_id or actor.may("duty:manage", NOWHERE)


def _open(host_ids: Sequence[int], start: datetime, end: datetime, rules: HoursRules) -> Spans:
    found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    published = select(Availability.host_id, Availability.starts_at, Availability.ends_at).where(
        Availability.host_id.in_(host_ids), Availability.starts_at < end, Availability.ends_at > start
    )
    for host_id, opens, closes in db.session.execute(published):
        found[host_id].append((opens, closes))
    for window in standing_hours(start, end, rules).windows:
        found[window.host_id].append((window.starts_at, window.ends_at))
    return found

"""All rosters at once: who is over the limit, who is full or empty, and what waits (WHO-3, WHO-6)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import contains_eager

from portal.accounts.actor import Actor
from portal.accounts.models import Organisation, Person
from portal.accounts.permissions import PERMISSIONS
from portal.db import db
from portal.events.models import Event
from portal.events.queries import visible_events
from portal.orders.models import Order
from portal.paging import Page, page_of
from portal.policy.edition import Edition
from portal.policy.terms import Licence
from portal.roster.models import Contact, Removal, Seat

MOST_EXPORTED = 10_000
EXPORTED_AT_ONCE = 2_500


class State(StrEnum):
    """What a roster can be looked for by."""

    OVER = "over"
    FULL = "full"
    EMPTY = "empty"
    REMOVAL = "removal"
    ORDER = "order"


@dataclass(frozen=True)
class Wanted:
    """Which rosters are asked for: in a state, by words, and whether of events that are over as well."""

    state: State | None = None
    words: str = ""
    past: bool = False


@dataclass(frozen=True)
class Line:
    """An event's roster in numbers. `limit` is the most contacts it may have now, bought seats included."""

    event: Event
    used: int
    limit: int
    removals: int
    orders: int

    @property
    def standing(self) -> State | None:
        """Over, full or empty; None where there is room beside somebody."""
        if self.used > self.limit:
            return State.OVER
        if not self.used:
            return State.EMPTY
        return State.FULL if self.used == self.limit else None


def overview(actor: Actor, wanted: Wanted, today: date, edition: Edition, cursor: str | None) -> Page[Line]:
    """A page of the rosters that the actor looks after, the next event first. Two queries.

    Raises Forbidden for whoever looks after none.
    """
    found = page_of(_events(actor, wanted, today, edition), (Event.starts_on, Event.id), cursor)
    numbers = _numbers([event.id for event in found.items], edition)
    return Page([Line(event, *numbers[event.id]) for event in found.items], found.previous, found.next)


def totals(actor: Actor, wanted: Wanted, today: date, edition: Edition) -> dict[State, int]:
    """How many rosters are in each state, of those that `wanted` asks for in any state. One query."""
    rosters = _events(actor, Wanted(None, wanted.words, wanted.past), today, edition)
    named = zip(("used", "allowed", "removals", "orders"), _counts(edition), strict=True)
    # Counted once for each event; folded into the outer query they would be counted for every state.
    each = rosters.with_only_columns(*(count.label(name) for name, count in named)).cte("each")
    line = each.prefix_with("MATERIALIZED").c
    states = {
        State.OVER: line.used > line.allowed,
        State.FULL: and_(line.used == line.allowed, line.used > 0),
        State.EMPTY: line.used == 0,
        State.REMOVAL: line.removals > 0,
        State.ORDER: line.orders > 0,
    }
    counted = select(*(func.count().filter(states[state]) for state in State))
    return dict(zip(State, db.session.execute(counted).one(), strict=True))


def exported(actor: Actor, wanted: Wanted, today: date, edition: Edition) -> Iterator[tuple[Line, str]]:
    """The same rosters for a file, each with its people in words; at most MOST_EXPORTED.

    Read a few thousand at a time while they are sent.
    """
    everything = _events(actor, wanted, today, edition).add_columns(*_counts(edition), _people())
    after: tuple[Any, ...] | None = None
    sent = 0
    while sent < MOST_EXPORTED:
        rows = _stretch(everything, after)
        for event, used, limit, removals, orders, people in rows:
            yield Line(event, used, limit, removals, orders), people or ""
        sent += len(rows)
        if len(rows) < EXPORTED_AT_ONCE:
            return
        after = (rows[-1][0].starts_on, rows[-1][0].id)
        db.session.expunge_all()


def _stretch(everything: Select[Any], after: tuple[Any, ...] | None) -> Sequence[Any]:
    statement = everything.order_by(Event.starts_on, Event.id).limit(EXPORTED_AT_ONCE)
    if after is not None:
        on, key = after
        statement = statement.where(or_(Event.starts_on > on, and_(Event.starts_on == on, Event.id > key)))
    return db.session.execute(statement).unique().all()


def _events(actor: Actor, wanted: Wanted, today: date, edition: Edition) -> Select[Event]:
    actor.require("roster:overview")
    events = visible_events(actor).join(Event.organisation).options(contains_eager(Event.organisation))
    if not actor.staff_roles & PERMISSIONS["roster:overview"]:
        events = events.where(Event.organisation_id.in_(actor.organisation_ids))
    if not wanted.past:
        events = events.where(Event.ends_on >= today)
    if wanted.words:
        events = events.where(_holds(wanted.words))
    return events if wanted.state is None else events.where(_states(edition)[wanted.state])


def _holds(words: str) -> ColumnElement[bool]:
    # The people first, once; asked for each event anew it took twenty times as long.
    named = select(Contact.event_id).join(Contact.person).where(
        Contact.ended_at.is_(None),
        or_(Person.name.icontains(words, autoescape=True), Person.email.icontains(words, autoescape=True)),
    )  # fmt: skip
    return or_(
        Event.name.icontains(words, autoescape=True), Organisation.name.icontains(words, autoescape=True),
        Event.id.in_(named),
    )  # fmt: skip


def _states(edition: Edition) -> dict[State, ColumnElement[bool]]:
    used, limit, *_ = _counts(edition)
    return {
        State.OVER: used > limit,
        State.FULL: and_(used == limit, used > 0),
        State.EMPTY: ~exists().where(_seated()),
        State.REMOVAL: exists().where(_pending_removal()),
        State.ORDER: exists().where(_pending_order()),
    }


def _numbers(event_ids: Sequence[int], edition: Edition) -> dict[int, tuple[int, int, int, int]]:
    counts = _counts(edition)
    rows = db.session.execute(select(Event.id).add_columns(*counts).where(Event.id.in_(event_ids)))
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}


def _counts(edition: Edition) -> tuple[ColumnElement[int], ...]:
    bought = _count(Seat, (Seat.event_id == Event.id) & Seat.order_line_id.is_not(None))
    return (
        _count(Contact, _seated()), _included(edition) + bought, _count(Removal, _pending_removal()),
        _count(Order, _pending_order()),
    )  # fmt: skip


def _count(table: type[Any], where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(table).where(where).correlate(Event).scalar_subquery()


def _seated() -> ColumnElement[bool]:
    return (Contact.event_id == Event.id) & Contact.ended_at.is_(None)


def _pending_removal() -> ColumnElement[bool]:
    return (Removal.event_id == Event.id) & (Removal.state == "pending")


def _pending_order() -> ColumnElement[bool]:
    return (Order.event_id == Event.id) & (Order.state == "pending")


def _included(edition: Edition) -> ColumnElement[int]:
    """WHO-3: the contacts that a licence includes, as the database reads the edition's table."""
    cells = [
        (_within(band.up_to) & (Event.licence == licence.value), band.for_licence(licence))
        for band in edition.contacts.bands
        for licence in Licence
    ]
    return case(*cells, else_=0)


def _within(up_to: int | None) -> ColumnElement[bool]:
    return Event.attendees > 0 if up_to is None else Event.attendees <= up_to


def _people() -> ScalarSelect[str]:
    said = func.concat(Person.name, " <", Person.email, ">")
    return (
        select(func.string_agg(said, aggregate_order_by(literal("; "), Contact.seat_number)))
        .select_from(Contact)
        .join(Person, Person.id == Contact.person_id)
        .where(_seated())
        .correlate(Event)
        .scalar_subquery()
    )

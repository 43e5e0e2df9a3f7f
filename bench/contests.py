"""What the clients of bench/races.py compete for, and how the database is asked who got it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import text

from portal.accounts.models import Organisation, Person
from portal.accounts.passwords import hash_password
from portal.accounts.permissions import Role
from portal.bookings.days import instant_text
from portal.bookings.models import Availability
from portal.clock import now
from portal.db import db
from portal.events.models import Event
from portal.policy.contacts import contact_limit
from tests.people import contact, event, grant, organisation, person

PASSWORD = "eight racers and one seat"

CONTACTS = text("SELECT count(*) FROM contact WHERE event_id = :event AND ended_at IS NULL")
SEATS = text("SELECT count(*) FROM seat WHERE event_id = :event")
BOOKED = text("SELECT count(*) FROM booking WHERE host_id = :host AND state != 'cancelled'")
# Pairs of live sessions that keep one host busy at the same time, buffers included.
TWICE_BUSY = text(
    "SELECT count(*) FROM booking a JOIN booking b ON a.id < b.id AND a.host_id = b.host_id"
    " AND a.busy && b.busy WHERE a.host_id = :host AND 'cancelled' NOT IN (a.state, b.state)"
)
# Pairs of live sessions that use up one entitlement.
TWICE_USED = text(
    "SELECT count(*) FROM booking a JOIN booking b ON a.id < b.id AND a.event_id = b.event_id"
    " AND a.audience = b.audience AND a.uses_entitlement AND b.uses_entitlement"
    " WHERE a.host_id = :host AND 'cancelled' NOT IN (a.state, b.state)"
)
# What takes a host, session or hold, from its own table, so that it counts where the common one has no constraint.
BOTH = (
    "(SELECT 'b' || id AS id, host_id, busy FROM booking WHERE state != 'cancelled'"
    " UNION ALL SELECT 'h' || id, host_id, busy FROM slot_hold)"
)
TAKEN = text(f"SELECT count(*) FROM {BOTH} taken WHERE host_id = :host")
TWICE_TAKEN = text(
    f"SELECT count(*) FROM {BOTH} a JOIN {BOTH} b ON a.id < b.id AND a.host_id = b.host_id"
    " AND a.busy && b.busy WHERE a.host_id = :host"
)
# Half hours; each start is busy for 85 minutes, so that any two of them overlap.
OVERLAPPING = (0, 1, 2)


@dataclass(frozen=True)
class Place:
    """The customer for whom the clients race, and the address of each client's person."""

    customer: Organisation
    emails: list[str]


@dataclass(frozen=True)
class Trial:
    """One race. `forms`: each client's form and what is typed there. `winners`: how many may get something.

    `sent_to` is where each is sent, where that is not the form's own address. `count` gives how many got it, `broken` whether that is over a limit; `close` clears the way for the next.
    """

    forms: list[tuple[str, dict[str, str]]]
    winners: range
    count: Callable[[], int]
    broken: Callable[[], bool]
    close: Callable[[], None] = lambda: None
    sent_to: tuple[str, ...] = ()


Contest = Callable[[Place, int], Trial]


def settle(clients: int) -> Place:
    """Write the customer and an organiser for each client."""
    # Each server has a database of its own.
    _standing_events.cache_clear()
    customer, stored = organisation("Racing Society"), hash_password(PASSWORD)
    people = [person(f"Client {number}", password_hash=stored) for number in range(clients)]
    for each in people:
        grant(each, Role.ORGANISER, organisation_id=customer.id)
    db.session.commit()
    return Place(customer, [each.email for each in people])


def last_seat(place: Place, number: int) -> Trial:
    """WHO-3: an event with one free seat, and for each client somebody to register."""
    at = event(place.customer, f"Roster {number}", attendees=200, licence="premium")
    contact(at, person(f"Seated {number}"))
    db.session.commit()
    limit, taken = contact_limit(at.attendees, at.licence_kind).total, 1
    forms = [
        (
            f"/events/{at.id}/contacts/new",
            {"name": f"Racer {client}", "email": f"racer-{number}-{client}@people.example"},
        )
        for client in range(len(place.emails))
    ]
    return Trial(
        forms,
        range(limit - taken, limit - taken + 1),
        count=lambda: _number(CONTACTS, event=at.id) - taken,
        broken=lambda: _number(CONTACTS, event=at.id) > min(limit, _number(SEATS, event=at.id)),
    )


def one_slot_one_event(place: Place, number: int) -> Trial:
    """COV-5, HOW-5: one event with an unused entitlement, and one open slot."""
    at = _event(place, f"Alone {number}")
    return _booking(place, number, [at] * len(place.emails), hours=1)


def one_slot(place: Place, number: int) -> Trial:
    """HOW-5: an event for each client, and one open slot."""
    return _booking(place, number, _events(place, number), hours=1)


def overlapping_slots(place: Place, number: int) -> Trial:
    """HOW-5: an event for each client, whose slots begin half an hour apart and overlap with their buffers."""
    clients = len(place.emails)
    # Busy for 85 minutes each: every third start is free of the others, at most.
    winners = range(-(-clients // 5), -(-clients // 3) + 1)
    step = timedelta(minutes=30)
    return _booking(place, number, _events(place, number), hours=clients, step=step, winners=winners)


def one_entitlement(place: Place, number: int) -> Trial:
    """COV-5: one event with an unused entitlement, and for each client a slot that overlaps no other."""
    at, clients = _event(place, f"Entitled {number}"), len(place.emails)
    step = timedelta(minutes=90)
    return _booking(place, number, [at] * clients, hours=2 * clients, step=step)


def one_place(place: Place, number: int) -> Trial:
    """HOW-5: one host, whose starts half an hour apart overlap all three; half the clients book, half have one kept."""
    clients, step = len(place.emails), timedelta(minutes=30)
    starts = _a_week_ahead()
    host, events = _host(number, clients, starts, hours=2), _standing_events(place.customer.id, clients)
    db.session.commit()
    wanted = [starts + (client % len(OVERLAPPING)) * step for client in range(clients)]
    forms = [
        (
            _form_address(at, start, "contact_training"),
            {"kind": "contact_training", "starts_at": instant_text(start)},
        )
        for at, start in zip(events, wanted, strict=True)
    ]
    doors = ("new", "holds")
    return Trial(
        forms,
        range(1, 2),
        count=lambda: _number(TAKEN, host=host.id),
        broken=lambda: _number(TWICE_TAKEN, host=host.id) > 0,
        close=_close_windows,
        sent_to=tuple(
            f"/events/{at.id}/bookings/{doors[client // len(OVERLAPPING) % 2]}"
            for client, at in enumerate(events)
        ),
    )


CONTESTS: dict[str, Contest] = {
    "one host, starts that overlap, booked and kept": one_place,
    "the last seat of a roster": last_seat,
    "one slot, one entitlement": one_slot_one_event,
    "one slot, an event for each client": one_slot,
    "overlapping slots, an event for each client": overlapping_slots,
    "one entitlement, a slot for each client": one_entitlement,
}


def _booking(
    place: Place, number: int, events: list[Event], *, hours: int, step: timedelta = timedelta(),
    winners: range = range(1, 2),
) -> Trial:  # fmt: skip
    starts = _a_week_ahead()
    host = _host(number, len(events), starts, hours)
    db.session.commit()
    forms = [
        (_form_address(at, starts + client * step), {"note": f"Client {client}"})
        for client, at in enumerate(events)
    ]
    return Trial(
        forms,
        winners,
        count=lambda: _number(BOOKED, host=host.id),
        broken=lambda: _number(TWICE_BUSY, host=host.id) + _number(TWICE_USED, host=host.id) > 0,
        close=_close_windows,
    )


def _form_address(at: Event, starts_at: datetime, kind: str = "presenter_training") -> str:
    return f"/events/{at.id}/bookings/new?kind={kind}&starts_at={instant_text(starts_at)}"


def _events(place: Place, number: int) -> list[Event]:
    return [_event(place, f"Race {number} {client}") for client in range(len(place.emails))]


def _event(place: Place, name: str) -> Event:
    return event(place.customer, name, slug=f"bench-{now().timestamp()}", virtual_event_package=True)


def _host(number: int, clients: int, starts_at: datetime, hours: int) -> Person:
    # Another host for each trial: nothing of the trials before keeps them busy.
    host = person(f"Host {number} {clients} {now().timestamp()}")
    grant(host, Role.AGENT)
    closes = starts_at + timedelta(hours=hours)
    db.session.add(Availability(host_id=host.id, starts_at=starts_at, ends_at=closes))
    return host


def _a_week_ahead() -> datetime:
    return now().replace(minute=0, second=0, microsecond=0) + timedelta(days=7)


@cache
def _standing_events(customer_id: int, clients: int) -> list[Event]:
    """An event for each client, for sessions of which there is no limit: the same ones in each trial."""
    customer = db.session.get_one(Organisation, customer_id)
    return [
        event(customer, f"Standing {client}", slug=f"standing-{client}-{now().timestamp()}")
        for client in range(clients)
    ]


def _close_windows() -> None:
    db.session.execute(text("DELETE FROM slot_hold"))
    db.session.execute(text("DELETE FROM availability"))
    db.session.commit()


def _number(statement: object, **values: int) -> int:
    return int(db.session.execute(statement, values).scalar_one())  # type: ignore[call-overload]

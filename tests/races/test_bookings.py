"""Eight at once for the same session: never two in one place, never two for one entitlement.

Each race has controls in which a guard is taken away on a table without constraints: without both lock
and constraint the limit is broken, and either of them alone holds it.
"""

import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal.accounts.actor import SYSTEM
from portal.accounts.models import Person
from portal.bookings.availability import Hours, publish_availability
from portal.bookings.endings import cancel_booking
from portal.bookings.holds import hold_slot
from portal.bookings.models import Availability, Booking
from portal.bookings.models_commitments import SlotHold, Waiting
from portal.bookings.moving import move_booking
from portal.bookings.service import Wanted, book_session
from portal.bookings.waiting_list import join_list, tend_waiting_list
from portal.db import db
from portal.duty.service import add_absence
from portal.errors import Conflict, Invalid, PortalError
from portal.events.models import Event
from portal.policy.terms import SessionKind
from tests.people import World, actor_of, event
from tests.races.contest import at_once

CLIENTS = 8
ROUNDS = range(3)
MONDAY = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
WEDNESDAY = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
HALF = timedelta(minutes=30)

pytestmark = pytest.mark.usefixtures("outbox")

# Pairs of sessions that keep one host busy at the same time, and that use up one entitlement.
DOUBLED = {
    "host": "SELECT count(*) FROM {0} a JOIN {0} b ON a.id < b.id AND a.host_id = b.host_id AND a.busy && b.busy",
    "entitlement": "SELECT count(*) FROM {0} a JOIN {0} b ON a.id < b.id AND a.event_id = b.event_id"
    " AND a.audience = b.audience AND a.uses_entitlement AND b.uses_entitlement",
}


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def events(monday: None, world: World) -> list[Event]:
    """Eight events of one customer, each entitled to train its presenters."""
    made = [event(world.society, f"Event {n}", virtual_event_package=True) for n in range(CLIENTS)]
    db.session.commit()
    return made


def open_hours(host: Person, hours: int = 12) -> None:
    db.session.add(
        Availability(host_id=host.id, starts_at=WEDNESDAY, ends_at=WEDNESDAY + timedelta(hours=hours))
    )
    db.session.commit()


def booked(answers: list[Any]) -> list[Booking]:
    unexpected = [a for a in answers if not isinstance(a, Booking | PortalError)]
    assert unexpected == []
    return [answer for answer in answers if isinstance(answer, Booking)]


def doubled(kind: str, table: str = "booking") -> int:
    return int(db.session.execute(text(DOUBLED[kind].format(table))).scalar_one())


def taken_twice() -> int:
    """Pairs of stretches that take one host at the same time."""
    db.session.rollback()
    pairs = (
        "SELECT count(*) FROM commitment a JOIN commitment b ON a.id < b.id AND a.host_id = b.host_id"
        " AND a.during && b.during"
    )
    return int(db.session.execute(text(pairs)).scalar_one())


def booking_of(who: Any, at: Event, starts_at: datetime, key: str = "") -> Callable[[], Booking]:
    wanted = Wanted(SessionKind.PRESENTER_TRAINING, starts_at)
    return lambda: book_session(who, at.id, wanted, form_key=key or str(uuid.uuid4()))


@pytest.mark.parametrize("_round", ROUNDS)
def test_eight_events_for_one_slot(_round: int, app: Flask, world: World, events: list[Event]) -> None:
    open_hours(world.agent)
    who = actor_of(world.organiser)
    answers = at_once(app, [booking_of(who, each, WEDNESDAY) for each in events])
    assert len(booked(answers)) == 1
    assert {a.status for a in answers if isinstance(a, PortalError)} == {409}
    assert doubled("host") == 0


@pytest.mark.parametrize("_round", ROUNDS)
def test_eight_events_for_slots_that_overlap(
    _round: int, app: Flask, world: World, events: list[Event]
) -> None:
    open_hours(world.agent)
    who = actor_of(world.organiser)
    works = [booking_of(who, each, WEDNESDAY + number * HALF) for number, each in enumerate(events)]
    # Starts half an hour apart, each busy for an hour and 25 minutes: at least every third is free at first.
    assert 2 <= len(booked(at_once(app, works))) <= 3
    assert doubled("host") == 0


@pytest.mark.parametrize("_round", ROUNDS)
def test_eight_clients_for_one_entitlement(
    _round: int, app: Flask, world: World, events: list[Event]
) -> None:
    for host in (world.agent, world.manager):
        open_hours(host)
    who = actor_of(world.organiser)
    works = [booking_of(who, events[0], WEDNESDAY + number * 3 * HALF) for number in range(CLIENTS)]
    answers = at_once(app, works)
    assert len(booked(answers)) == 1
    assert {a.rule for a in answers if isinstance(a, PortalError)} == {"COV-5"}
    assert doubled("entitlement") == 0


def test_two_hosts_take_two_of_eight_for_one_slot(app: Flask, world: World, events: list[Event]) -> None:
    for host in (world.agent, world.manager):
        open_hours(host)
    who = actor_of(world.organiser)
    won = booked(at_once(app, [booking_of(who, each, WEDNESDAY) for each in events]))
    assert {session.host_id for session in won} == {world.agent.id, world.manager.id}
    assert len(won) == 2


def hold_of(who: Any, at: Event, starts_at: datetime) -> Callable[[], SlotHold]:
    return lambda: hold_slot(who, at.id, SessionKind.PRESENTER_TRAINING, starts_at)


def test_keeping_booking_moving_and_being_away_at_once(app: Flask, world: World, events: list[Event]) -> None:
    open_hours(world.agent)
    who = actor_of(world.organiser)
    session = booking_of(who, events[0], WEDNESDAY + 8 * HALF)()
    away = partial(add_absence, actor_of(world.agent), world.agent.id, WEDNESDAY.date(), WEDNESDAY.date())
    works: list[Callable[[], Any]] = [
        hold_of(who, each, WEDNESDAY + n % 3 * HALF) for n, each in enumerate(events[1:4])
    ]
    works += [booking_of(who, each, WEDNESDAY + n % 3 * HALF) for n, each in enumerate(events[4:7])]
    works += [lambda: move_booking(who, session.id, WEDNESDAY), away]
    answers = at_once(app, works)
    won = [answer for answer in answers if not isinstance(answer, PortalError)]
    # Any two of the starts overlap, and the session is in the absence's way wherever it is.
    assert len(won) == 1
    assert [a for a in answers if isinstance(a, DBAPIError)] == []
    assert taken_twice() == 0


def test_a_person_keeps_no_more_than_three_at_once(app: Flask, world: World, events: list[Event]) -> None:
    for host in (world.agent, world.manager):
        open_hours(host, 30)
    who = actor_of(world.organiser)
    answers = at_once(app, [hold_of(who, each, WEDNESDAY + n * 3 * HALF) for n, each in enumerate(events)])
    assert sum(isinstance(answer, SlotHold) for answer in answers) == 3
    assert {a.status for a in answers if isinstance(a, PortalError)} == {422}


def test_two_jobs_and_a_cancellation_offer_a_time_once(app: Flask, world: World, events: list[Event]) -> None:
    open_hours(world.agent, 1)
    who = actor_of(world.organiser)
    session = booking_of(who, events[0], WEDNESDAY)()
    for each in events[1:4]:
        join_list(who, each.id, SessionKind.PRESENTER_TRAINING, form_key=str(uuid.uuid4()))
    works: list[Callable[[], Any]] = [lambda: cancel_booking(who, session.id)]
    works += [lambda: tend_waiting_list(SYSTEM)] * 3 + [
        booking_of(who, each, WEDNESDAY) for each in events[4:7]
    ]
    answers = at_once(app, works)
    assert [a for a in answers if isinstance(a, DBAPIError)] == []
    offered = db.session.scalars(select(Waiting.event_id).where(Waiting.state == "offered")).all()
    assert offered == [events[1].id]
    assert taken_twice() == 0


def test_control_without_the_constraint_the_common_table_doubles(app: Flask, world: World) -> None:
    table = (
        "CREATE TABLE scratch (id bigint GENERATED BY DEFAULT AS IDENTITY, host_id bigint, busy tstzrange)"
    )
    check = "SELECT count(*) FROM scratch WHERE host_id = :host AND busy && tstzrange(:starts, :ends)"
    write = "INSERT INTO scratch (host_id, busy) VALUES (:host, tstzrange(:starts, :ends))"
    row = {"host": world.agent.id, "starts": WEDNESDAY, "ends": WEDNESDAY + HALF}
    checked = threading.Barrier(CLIENTS)

    def work() -> str:
        with db.engine.begin() as connection:
            free = connection.execute(text(check), row).scalar_one() == 0
            checked.wait(timeout=10)
            connection.execute(text(write), row)
        return "free" if free else "taken"

    with db.engine.begin() as connection:
        connection.execute(text(table))
    try:
        assert at_once(app, [work] * CLIENTS).count("free") == CLIENTS
        assert doubled("host", "scratch") > 0
    finally:
        db.session.remove()
        with db.engine.begin() as connection:
            connection.execute(text("DROP TABLE scratch"))


def test_one_form_sent_eight_times_books_once(app: Flask, world: World, events: list[Event]) -> None:
    open_hours(world.agent)
    work = booking_of(actor_of(world.organiser), events[0], WEDNESDAY, key="one")
    answers = booked(at_once(app, [work] * CLIENTS))
    assert len(answers) == CLIENTS
    assert len({session.id for session in answers}) == 1


def test_eight_cancellations_cancel_once(app: Flask, world: World, events: list[Event], outbox: Any) -> None:
    open_hours(world.agent)
    session = booking_of(actor_of(world.organiser), events[0], WEDNESDAY)()
    outbox.all()
    works = [lambda: cancel_booking(actor_of(world.organiser), session.id)] * CLIENTS
    answers = at_once(app, works)
    assert len(booked(answers)) == 1
    assert sum(isinstance(answer, Conflict) for answer in answers) == CLIENTS - 1
    assert db.session.scalars(select(Booking.calendar_sequence)).all() == [1]
    assert len(outbox.all()) == 2


def test_cancelling_and_booking_anew_at_once(app: Flask, world: World, events: list[Event]) -> None:
    open_hours(world.agent)
    who = actor_of(world.organiser)
    session = booking_of(who, events[0], WEDNESDAY)()
    works: list[Callable[[], Any]] = [lambda: cancel_booking(who, session.id)]
    works += [booking_of(who, events[0], WEDNESDAY + n * 3 * HALF) for n in range(1, CLIENTS)]
    answers = booked(at_once(app, works))
    assert len(answers) in (1, 2)
    assert doubled("entitlement") == 0


def test_eight_overlapping_windows_publish_one(app: Flask, world: World) -> None:
    who = actor_of(world.agent)
    day = WEDNESDAY.date()

    def publishing(number: int) -> Callable[[], Any]:
        hours = Hours(day, time(9, number), time(12), "Europe/Vienna")
        return lambda: publish_availability(who, hours)

    answers = at_once(app, [publishing(number) for number in range(CLIENTS)])
    assert sum(isinstance(answer, list) for answer in answers) == 1
    assert sum(isinstance(answer, Invalid) for answer in answers) == CLIENTS - 1


# The controls: the same check and write on a table like ours, with each guard there or taken away.

SCRATCH = (
    "CREATE TABLE scratch (id bigint GENERATED BY DEFAULT AS IDENTITY, event_id bigint, audience text, host_id bigint,"
    " busy tstzrange, uses_entitlement boolean)"
)
GUARDS = {
    "host": "ALTER TABLE scratch ADD EXCLUDE USING gist (int8range(host_id, host_id, '[]') WITH &&, busy WITH &&)",
    "entitlement": "CREATE UNIQUE INDEX ON scratch (event_id, audience) WHERE uses_entitlement",
}
LOCKS = {
    "host": "SELECT id FROM person WHERE id = :host FOR NO KEY UPDATE",
    "entitlement": "SELECT id FROM event WHERE id = :event FOR NO KEY UPDATE",
}
CHECKS = {
    "host": "SELECT count(*) FROM scratch WHERE host_id = :host AND busy && tstzrange(:starts, :ends)",
    "entitlement": "SELECT count(*) FROM scratch WHERE event_id = :event AND uses_entitlement",
}
WRITE = text(
    "INSERT INTO scratch (event_id, audience, host_id, busy, uses_entitlement)"
    " VALUES (:event, 'presenters', :host, tstzrange(:starts, :ends), true)"
)


@pytest.fixture
def scratch(context: None) -> Iterator[None]:
    with db.engine.begin() as connection:
        connection.execute(text(SCRATCH))
    yield
    db.session.remove()
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE scratch"))


def contend(app: Flask, kind: str, rows: list[dict[str, Any]], *, lock: bool) -> list[Any]:
    """Check, then write, with every client between the two at the same moment when nothing keeps it out."""
    checked = threading.Barrier(len(rows))

    def client(row: dict[str, Any]) -> Callable[[], str]:
        def work() -> str:
            with db.engine.begin() as connection:
                if lock:
                    connection.execute(text(LOCKS[kind]), row)
                taken = connection.execute(text(CHECKS[kind]), row).scalar_one()
                if not lock:
                    checked.wait(timeout=10)
                if taken:
                    return "taken"
                connection.execute(WRITE, row)
            return "booked"

        return work

    return at_once(app, [client(row) for row in rows])


def rows_for(kind: str, world: World, events: list[Event], step: timedelta) -> list[dict[str, Any]]:
    return [
        {
            "event": events[number].id if kind == "host" else events[0].id,
            "host": world.agent.id,
            "starts": WEDNESDAY + number * step,
            "ends": WEDNESDAY + number * step + timedelta(minutes=85),
        }
        for number in range(CLIENTS)
    ]


CASES = [("host", timedelta()), ("host", timedelta(minutes=10)), ("entitlement", timedelta(hours=2))]


@pytest.mark.parametrize(("kind", "step"), CASES)
def test_control_without_lock_and_constraint_the_limit_is_broken(
    kind: str, step: timedelta, app: Flask, world: World, events: list[Event], scratch: None
) -> None:
    contend(app, kind, rows_for(kind, world, events, step), lock=False)
    assert doubled(kind, "scratch") > 0


@pytest.mark.parametrize(("kind", "step"), CASES)
def test_control_the_lock_alone_holds_the_limit(
    kind: str, step: timedelta, app: Flask, world: World, events: list[Event], scratch: None
) -> None:
    answers = contend(app, kind, rows_for(kind, world, events, step), lock=True)
    assert answers.count("booked") == 1
    assert doubled(kind, "scratch") == 0


@pytest.mark.parametrize(("kind", "step"), CASES)
def test_control_the_constraint_alone_holds_the_limit(
    kind: str, step: timedelta, app: Flask, world: World, events: list[Event], scratch: None
) -> None:
    with db.engine.begin() as connection:
        connection.execute(text(GUARDS[kind]))
    contend(app, kind, rows_for(kind, world, events, step), lock=False)
    assert doubled(kind, "scratch") == 0

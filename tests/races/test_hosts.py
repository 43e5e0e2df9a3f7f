"""Eight at once for the hours of one host: no two stretches of a day overlap, no hour is booked that was removed first.

The control does the same on a table without constraints and without the host's lock, and goes over.
"""

import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text

from portal.bookings.host_hours import Span, add_hours, remove_hours
from portal.bookings.models import Booking
from portal.bookings.models_hosts import HostHours
from portal.bookings.service import Wanted, book_session
from portal.db import db
from portal.errors import Conflict, Invalid, NotFound, PortalError
from portal.policy.host_hours import Minutes
from portal.policy.terms import SessionKind
from tests.people import World, actor_of
from tests.races.contest import at_once

CLIENTS = 8
MONDAY = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
OVERLAPS = (
    "SELECT count(*) FROM {0} a JOIN {0} b ON a.id < b.id AND a.host_id = b.host_id AND a.weekday = b.weekday"
    " AND a.opens < b.closes AND b.opens < a.closes"
)

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(MONDAY, tick=False):
        yield


def span(number: int) -> Span:
    """Three hours, each a quarter of an hour later than the one before."""
    return Span(Minutes(540 + 15 * number, 720 + 15 * number), date(2026, 11, 23))


def test_eight_overlapping_stretches_of_one_day(app: Flask, world: World) -> None:
    who, host_id = actor_of(world.agent), world.agent.id
    works = [lambda n=n: add_hours(who, host_id, {2}, span(n)) for n in range(CLIENTS)]
    answers = at_once(app, works)
    assert sorted(type(each).__name__ for each in answers) == ["Invalid"] * (CLIENTS - 1) + ["list"]
    assert {tuple(each.fields) for each in answers if isinstance(each, Invalid)} == {("opens",)}
    assert db.session.execute(text(OVERLAPS.format("host_hours"))).scalar_one() == 0


def test_without_lock_and_constraint_they_overlap(app: Flask, world: World) -> None:
    """Looking first and writing then is not enough: all have looked before any writes."""
    db.session.execute(
        text("CREATE TABLE bare_hours (LIKE host_hours INCLUDING IDENTITY INCLUDING DEFAULTS)")
    )
    db.session.commit()
    looked, host_id = threading.Barrier(CLIENTS), world.agent.id

    def add(number: int) -> None:
        opens, closes = span(number).minutes
        values = {"host": host_id, "opens": opens, "closes": closes}
        free = text("SELECT count(*) = 0 FROM bare_hours WHERE opens < :closes AND :opens < closes")
        is_free = db.session.execute(free, values).scalar_one()
        looked.wait(timeout=20)
        if is_free:
            write = "INSERT INTO bare_hours (host_id, weekday, opens, closes, first_day) VALUES (:host, 2, :opens, :closes, '2026-11-23')"
            db.session.execute(text(write), values)
        db.session.commit()

    try:
        at_once(app, [lambda n=n: add(n) for n in range(CLIENTS)])
        assert db.session.execute(text(OVERLAPS.format("bare_hours"))).scalar_one() > 0
    finally:
        db.session.rollback()
        db.session.execute(text("DROP TABLE bare_hours"))
        db.session.commit()


def test_hours_removed_while_eight_book_in_them(app: Flask, world: World) -> None:
    """Whoever comes after the removal is refused; what was booked before it stays and is told to who removed."""
    agent, contact, event_id = actor_of(world.agent), actor_of(world.contact), world.congress.id
    add_hours(agent, world.agent.id, {2}, Span(Minutes(0, 1440), date(2026, 11, 23)))
    hours_id = db.session.scalars(select(HostHours.id)).one()
    start = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)

    def book(number: int) -> Any:
        wanted = Wanted(SessionKind.CONTACT_TRAINING, start + number * timedelta(hours=1, minutes=30))
        return book_session(contact, event_id, wanted, form_key=str(uuid.uuid4()))

    works: list[Any] = [lambda n=n: book(n) for n in range(CLIENTS - 1)]
    answers = at_once(app, [*works, lambda: remove_hours(agent, hours_id)])
    told = {each.id for each in answers[-1]}
    booked = {each.id for each in answers[:-1] if isinstance(each, Booking)}
    refused = [each for each in answers[:-1] if isinstance(each, PortalError)]
    assert told == booked == set(db.session.scalars(select(Booking.id)))
    assert len(refused) + len(booked) == CLIENTS - 1
    assert not [each for each in refused if isinstance(each, NotFound | Conflict)]

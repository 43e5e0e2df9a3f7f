"""A window is held by one of several who accept at once, beside no session, and counted on by one order.

Each race has a control in which the guard is taken away, and the limit is broken.
"""

import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, text

from portal.accounts.permissions import Role
from portal.after_hours import holding, service
from portal.after_hours.models import Window, WindowOffer
from portal.after_hours.quoting import Wanted
from portal.bookings.models import Availability
from portal.bookings.models_commitments import Commitment
from portal.bookings.service import Wanted as Session
from portal.bookings.service import book_session
from portal.db import db
from portal.errors import Conflict, PortalError
from portal.orders.models import Order
from portal.orders.service import grant_order
from portal.policy.terms import Channel, SessionKind
from tests.after_hours.conftest import takes
from tests.people import World, actor_of, event, grant, person
from tests.policy.moments import et
from tests.races.contest import at_once, kinds

CLIENTS = 8
ROUNDS = range(3)
NOW = et("2026-12-02 12:00")
EVENING = et("2026-12-04 16:30")
DOUBLED = (
    "SELECT count(*) FROM {0} a JOIN {0} b ON a.id < b.id AND a.host_id = b.host_id AND a.during && b.during"
)

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture(autouse=True)
def wednesday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def agents(world: World) -> list[Any]:
    """Eight agents who take windows at any time."""
    made = [world.agent, *(person(f"Agent {n}") for n in range(2, CLIENTS + 1))]
    for each in made[1:]:
        grant(each, Role.AGENT)
    takes(*made)
    return made


def wanted(start: datetime = EVENING, hours: int = 3) -> Wanted:
    return Wanted(Channel.EMAIL, start, start + timedelta(hours=hours))


def ordering(world: World, who: str, at: Any, what: Wanted | None = None) -> Callable[[], Window]:
    actor, event_id, key = world.actor(who), at.id, str(uuid.uuid4())
    return lambda: service.order_window(actor, event_id, what or wanted(), form_key=key)


def offered(world: World, what: Wanted | None = None, who: str = "organiser", at: Any = None) -> int:
    window = ordering(world, who, at or world.congress, what)()
    assert window.order_id is not None
    grant_order(world.actor("agent"), window.order_id)
    return window.id


def doubled(table: str = "commitment") -> int:
    return int(db.session.execute(text(DOUBLED.format(table))).scalar_one())


@pytest.mark.parametrize("_round", ROUNDS)
def test_the_first_of_eight_to_accept_holds_it(
    _round: int, app: Flask, world: World, agents: list[Any], outbox: Any
) -> None:
    window_id = offered(world)
    outbox.all()
    actors = [actor_of(each) for each in agents]
    answers = at_once(app, [lambda a=a: holding.hold_window(a, window_id) for a in actors])
    assert kinds(answers) == {"Conflict": CLIENTS - 1, "Window": 1}
    holder_id = db.session.scalar(select(Window.holder_id))
    assert all(
        next(a.name for a in agents if a.id == holder_id) in e.message
        for e in answers
        if isinstance(e, Conflict)
    )
    assert db.session.scalars(select(Commitment.host_id)).all() == [holder_id]
    assert sum(mail.subject.startswith("You hold") for mail in outbox.all()) == 1


@pytest.mark.parametrize("_round", ROUNDS)
def test_a_window_and_a_session_at_once_never_both_have_a_host(_round: int, app: Flask, world: World) -> None:
    takes(world.agent)
    db.session.add(
        Availability(
            host_id=world.agent.id,
            starts_at=EVENING - timedelta(hours=7),
            ends_at=EVENING + timedelta(hours=1),
        )
    )
    db.session.commit()
    made = event(world.society, "Presenters", virtual_event_package=True)
    db.session.commit()
    window_id, agent, organiser = offered(world), world.actor("agent"), world.actor("organiser")
    session = Session(SessionKind.PRESENTER_TRAINING, EVENING - timedelta(minutes=30))
    works: list[Callable[[], Any]] = [lambda: holding.hold_window(agent, window_id)]
    works += [lambda: book_session(organiser, made.id, session, form_key=str(uuid.uuid4()))]
    answers = at_once(app, works * 2)
    assert all(not isinstance(answer, Exception) or isinstance(answer, PortalError) for answer in answers)
    assert (doubled(), db.session.scalar(select(func.count()).select_from(Commitment))) == (0, 1)


def test_two_windows_at_once_never_both_have_one_holder(app: Flask, world: World, agents: list[Any]) -> None:
    first = offered(world)
    second = offered(world, wanted(EVENING + timedelta(hours=1)), "outsider", world.fair)
    agent = world.actor("agent")
    answers = at_once(app, [lambda w=w: holding.hold_window(agent, w) for w in (first, second) * 4])
    assert doubled() == 0
    assert {answer.id for answer in answers if isinstance(answer, Window)} in ({first}, {second})


@pytest.mark.parametrize("_round", ROUNDS)
def test_one_colleague_is_counted_on_by_one_order(_round: int, app: Flask, world: World) -> None:
    takes(world.agent)
    events = [event(world.society, f"Event {n}") for n in range(CLIENTS)]
    db.session.commit()
    answers = at_once(app, [ordering(world, "organiser", each) for each in events])
    assert kinds(answers) == {"Refused": CLIENTS - 1, "Window": 1}
    assert db.session.scalar(select(func.count()).select_from(Order)) == 1


def test_eight_orders_of_one_event_are_one_window_at_a_time(
    app: Flask, world: World, agents: list[Any]
) -> None:
    steps = [wanted(EVENING + n * timedelta(minutes=20)) for n in range(CLIENTS)]
    answers = at_once(app, [ordering(world, "organiser", world.congress, each) for each in steps])
    assert kinds(answers) == {"Invalid": CLIENTS - 1, "Window": 1}


def test_approving_eight_times_offers_it_once(
    app: Flask, world: World, agents: list[Any], outbox: Any
) -> None:
    window = ordering(world, "organiser", world.congress)()
    order_id, agent = window.order_id, world.actor("agent")
    assert order_id is not None
    outbox.all()
    answers = at_once(app, [lambda: grant_order(agent, order_id)] * CLIENTS)
    assert kinds(answers) == {"Conflict": CLIENTS - 1, "Order": 1}
    assert db.session.scalar(select(func.count()).select_from(WindowOffer)) == CLIENTS
    assert sum("Can you hold it" in mail.subject for mail in outbox.all()) == CLIENTS


# The controls: the same, with the guard taken away.


def test_control_without_the_lock_several_orders_count_on_one_colleague(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    takes(world.agent)
    checked = threading.Barrier(4)
    monkeypatch.setattr(service, "_hold_takers", lambda: checked.wait(timeout=10))
    events = [event(world.society, f"Event {n}") for n in range(4)]
    db.session.commit()
    answers = at_once(app, [ordering(world, "organiser", each) for each in events])
    assert kinds(answers).get("Window", 0) > 1


@pytest.fixture
def scratch(context: None) -> Iterator[None]:
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE scratch_window (id bigint, state text, holder_id bigint)"))
        connection.execute(text("INSERT INTO scratch_window VALUES (1, 'offered', NULL)"))
        connection.execute(
            text("CREATE TABLE scratch (LIKE commitment INCLUDING DEFAULTS INCLUDING IDENTITY)")
        )
    yield
    db.session.remove()
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE scratch, scratch_window"))


def test_control_without_the_comparison_several_believe_that_they_hold_it(app: Flask, scratch: None) -> None:
    read = threading.Barrier(CLIENTS)

    def accepting(holder: int) -> Callable[[], str]:
        def work() -> str:
            with db.engine.begin() as connection:
                state = connection.execute(text("SELECT state FROM scratch_window")).scalar_one()
                read.wait(timeout=10)
                if state != "offered":
                    return "taken"
                mine = "UPDATE scratch_window SET state = 'confirmed', holder_id = :holder WHERE id = 1"
                connection.execute(text(mine), {"holder": holder})
            return "held"

        return work

    assert at_once(app, [accepting(n) for n in range(CLIENTS)]).count("held") > 1


def test_control_without_the_constraint_a_host_is_in_two_places(
    app: Flask, world: World, scratch: None
) -> None:
    looked, row = (
        threading.Barrier(2),
        {"host": world.agent.id, "from": EVENING, "until": EVENING + timedelta(hours=1)},
    )

    def committing() -> None:
        with db.engine.begin() as connection:
            taken = (
                "SELECT count(*) FROM scratch WHERE host_id = :host AND during && tstzrange(:from, :until)"
            )
            free = not connection.execute(text(taken), row).scalar_one()
            looked.wait(timeout=10)
            if free:
                write = (
                    "INSERT INTO scratch (host_id, during, kind, title, entered_at)"
                    " VALUES (:host, tstzrange(:from, :until), 'entry', '', :from)"
                )
                connection.execute(text(write), row)

    at_once(app, [committing] * 2)
    assert doubled("scratch") > 0

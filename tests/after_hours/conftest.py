"""Windows after hours to test with; after every test the books say what the orders say."""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from portal.after_hours import holding, service
from portal.after_hours.models import ReadyHours, Window
from portal.after_hours.quoting import Wanted
from portal.db import db
from portal.documents.discrepancies import discrepancies
from portal.orders import service as orders
from portal.policy.terms import Channel
from tests.people import World
from tests.policy.moments import et

# A Wednesday noon; the windows are on the evening and the weekend after it.
NOW = et("2026-12-02 12:00")
SATURDAY = et("2026-12-05 18:00")
WHOLE_DAY = (time(0), time(0))


def wanted(
    start: datetime = SATURDAY, hours: float = 3, channel: Channel = Channel.PHONE, note: str = ""
) -> Wanted:
    return Wanted(channel, start, start + timedelta(hours=hours), note)


def takes(*people: Any, span: tuple[time, time] = WHOLE_DAY, channels: Any = Channel) -> None:
    """Have people take windows of every kind of day."""
    for person in people:
        for kind in ("business_day", "weekend", "holiday"):
            db.session.add(
                ReadyHours(
                    person_id=person.id, day_kind=kind, opens=span[0], closes=span[1],
                    channels=[each.value for each in channels],
                )
            )  # fmt: skip
    db.session.commit()


@pytest.fixture(autouse=True)
def wednesday() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _books_add_up(wednesday: Any, world: World, outbox: Any) -> Iterator[None]:
    yield
    db.session.rollback()
    assert discrepancies(db.session.connection()) == []
    db.session.rollback()


@pytest.fixture
def team(world: World) -> World:
    """The agent and a manager take windows at any time."""
    takes(world.agent, world.manager)
    return world


@pytest.fixture
def ordered(team: World) -> Callable[..., Window]:
    """Orders a window of the congress."""

    def order(what: Wanted | None = None, **changes: Any) -> Window:
        values: dict[str, Any] = {"form_key": str(uuid.uuid4())} | changes
        return service.order_window(team.actor("organiser"), team.congress.id, what or wanted(), **values)

    return order


@pytest.fixture
def offered(team: World, ordered: Callable[..., Window]) -> Callable[..., Window]:
    """A window that is paid for, and waits for a holder."""

    def offer(what: Wanted | None = None, *, paid: bool = True) -> Window:
        window = ordered(what)
        assert window.order_id is not None
        if paid:
            orders.settle_order(team.actor("manager"), window.order_id, payment_reference="Bank 4711")
        else:
            orders.grant_order(team.actor("agent"), window.order_id)
        return window

    return offer


@pytest.fixture
def held(team: World, offered: Callable[..., Window]) -> Callable[..., Window]:
    """A window that the agent holds."""

    def hold(what: Wanted | None = None, *, paid: bool = True) -> Window:
        window = offered(what, paid=paid)
        return holding.hold_window(team.actor("agent"), window.id, reach="+1 202 555 0199")

    return hold

"""The moment at which these tests play, and an event with every entitlement."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from portal.db import db
from portal.events.models import Event
from tests.inbound.conftest import takes_mail
from tests.people import World

__all__ = ["takes_mail"]

# A Monday; Eastern is at UTC-5, Vienna at UTC+1.
MONDAY = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The time stands still on a Monday; `clock.move_to` sets another."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def congress(clock: time_machine.Traveller, world: World) -> Event:
    """The society's congress, with every package."""
    event = db.session.get_one(Event, world.congress.id)
    event.virtual_event_package = event.exhibitor_package = event.records_attendance = True
    db.session.commit()
    world.congress = event
    return event

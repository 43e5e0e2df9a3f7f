"""The Monday at which these tests play, and a session of presenters on the Wednesday after it."""

import pytest

from portal.bookings.models import Booking
from portal.events.models import Event
from tests.bookings.conftest import clock, congress
from tests.bookings.sessions import booking
from tests.people import World

__all__ = ["clock", "congress"]


@pytest.fixture
def session(congress: Event, world: World) -> Booking:
    """Training for presenters of the congress, booked by its contact, held by the agent."""
    return booking(congress, world.agent, world.contact, recording_wanted=True)

"""The Monday at which these tests play, and a session of presenters with its recording asked for."""

import pytest

from portal.bookings.models import Booking
from portal.events.models import Event
from portal.recordings.asking import ask_for_recording
from tests.bookings.conftest import clock, congress
from tests.bookings.sessions import booking
from tests.outbox import Outbox
from tests.people import World

__all__ = ["clock", "congress"]


@pytest.fixture
def session(congress: Event, world: World) -> Booking:
    """Training for presenters of the congress, booked by its contact, held by the agent."""
    return booking(congress, world.agent, world.contact)


@pytest.fixture
def asked(session: Booking, world: World, outbox: Outbox) -> Booking:
    """The session, its recording asked for by its contact."""
    ask_for_recording(world.actor("contact"), session.id, form_key="asked")
    outbox.all()
    return session

"""Twelve other customers with an event of the same size each, and what they used."""

from datetime import timedelta
from typing import Any

import pytest

from portal.clock import now
from portal.db import db
from portal.events.models import Event
from portal.tickets.models import Ticket
from portal.tickets.models_work import TimeEntry
from tests.people import World, event, organisation


def used(
    at_event: Event, person_id: int, agent_id: int, *, tickets: int, minutes: int, days_ago: int = 3
) -> list[Ticket]:
    """Tickets opened on an event so many days ago, with so many minutes each."""
    moment, made = now() - timedelta(days=days_ago), []
    for number in range(tickets):
        ticket = Ticket(
            event_id=at_event.id, subject=f"Question {number}", topic="how_to", opened_by_id=person_id, state="closed",
            opened_at=moment, closed_at=moment, last_activity_at=moment, policy_edition=1, spent_minutes=minutes,
        )  # fmt: skip
        db.session.add(ticket)
        db.session.flush()
        db.session.add(TimeEntry(ticket_id=ticket.id, person_id=agent_id, minutes=minutes, noted_at=moment))
        made.append(ticket)
    db.session.commit()
    return made


@pytest.fixture
def others(world: World, outbox: Any) -> list[Event]:
    """Twelve customers, each with 2 tickets of 15 minutes on an event of 700 attendees."""
    made = []
    for number in range(12):
        owner = organisation(f"Customer {number}")
        made.append(event(owner, f"Meeting {number}", attendees=700))
    db.session.commit()
    for each in made:
        used(each, world.contact.id, world.agent.id, tickets=2, minutes=15)
    return made


@pytest.fixture
def heavy(world: World, others: list[Event]) -> Event:
    """The congress with far more than the others."""
    used(world.congress, world.contact.id, world.agent.id, tickets=9, minutes=40)
    return world.congress

"""What is on record of tickets reads as people say it."""

import html
import re

import pytest

from portal.audit.models import AuditEntry
from portal.audit.queries import NO_NAMES, changes, names_in
from portal.tickets.marks import mark_ticket
from portal.tickets.service import claim_ticket
from tests.people import World
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked

pytestmark = pytest.mark.usefixtures("outbox")


def test_topics_states_and_people_are_named(client: PortalClient, world: World) -> None:
    ticket = asked(world, topic="using_the_system")
    claim_ticket(world.actor("agent"), ticket.id)
    mark_ticket(world.actor("agent"), ticket.id, priority="high", tags=["badges"])
    page = html.unescape(
        re.sub(r"<[^>]+>", "", client.as_(world.manager).get("/staff/audit?action=ticket.").text)
    )
    assert "Topic: A question on a feature" in page
    assert "using_the_system" not in page
    assert re.search(r"Assignee:\s+(nothing →\s+)?Agent", page)
    assert "Priority: Normal → High" in page


def test_who_is_gone_keeps_their_key_and_other_things_keep_their_words(world: World) -> None:
    said = {"assignee": 4711, "state": "waiting", "minutes": 5}
    ticket, booking = (AuditEntry(subject_type=kind, after=said) for kind in ("ticket", "booking"))
    assert [change.after for change in changes(ticket, NO_NAMES)] == [
        "Person 4711",
        "Waiting for the customer",
        5,
    ]
    assert [change.after for change in changes(booking, names_in([booking]))] == [4711, "waiting", 5]

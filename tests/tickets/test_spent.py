"""Time spent on tickets (USE-2)."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select

from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.tickets.models import Ticket
from portal.tickets.models_work import TimeEntry
from portal.tickets.spent import correct_time, note_time
from tests.people import World
from tests.signing_in import PortalClient
from tests.tickets.scenes import as_stored, asked

pytestmark = pytest.mark.usefixtures("outbox")


def noted(world: World, ticket: Ticket, minutes: int, who: str = "agent") -> TimeEntry:
    return note_time(
        world.actor(who), ticket.id, minutes=minutes, note="Looked into it", form_key=str(uuid4())
    )


def summed(ticket: Ticket) -> int:
    db.session.rollback()
    entries = select(func.coalesce(func.sum(TimeEntry.minutes), 0)).where(TimeEntry.ticket_id == ticket.id)
    return db.session.scalars(entries).one()


def test_the_ticket_has_the_sum_of_its_entries(world: World) -> None:
    ticket = asked(world)
    first = noted(world, ticket, 25)
    noted(world, ticket, 10, "manager")
    counter = correct_time(world.actor("manager"), ticket.id, first.id, note="It was another ticket")
    assert (counter.minutes, counter.corrects_id) == (-25, first.id)
    assert as_stored(ticket).spent_minutes == summed(ticket) == 10
    actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions[-3:] == ["ticket.time_noted", "ticket.time_noted", "ticket.time_corrected"]


def test_an_entry_is_countered_once_and_a_counter_entry_never(world: World) -> None:
    ticket = asked(world)
    entry = noted(world, ticket, 25)
    counter = correct_time(world.actor("agent"), ticket.id, entry.id, note="No")
    for key in (entry.id, counter.id):
        with pytest.raises(Conflict):
            correct_time(world.actor("agent"), ticket.id, key, note="No")
    assert as_stored(ticket).spent_minutes == 0


def test_an_entry_of_another_ticket_is_not_found(world: World) -> None:
    entry = noted(world, asked(world), 25)
    with pytest.raises(NotFound):
        correct_time(world.actor("agent"), asked(world).id, entry.id, note="No")


def test_a_form_sent_twice_is_one_entry(world: World) -> None:
    ticket, key = asked(world), str(uuid4())
    for _ in range(2):
        note_time(world.actor("agent"), ticket.id, minutes=5, note="", form_key=key)
    assert as_stored(ticket).spent_minutes == 5


@pytest.mark.parametrize("minutes", [0, -5, 1441])
def test_minutes_have_bounds(world: World, minutes: int) -> None:
    with pytest.raises(Invalid):
        noted(world, asked(world), minutes)


def test_only_support_notes_time(world: World) -> None:
    ticket = asked(world)
    with pytest.raises(Forbidden):
        noted(world, ticket, 5, "contact")


def test_the_page_notes_and_takes_back(client: PortalClient, world: World) -> None:
    ticket, browser = asked(world), client.as_(world.agent)
    address = f"/tickets/{ticket.id}/time"
    assert browser.post(address, {"minutes": "12", "note": "Call"}, form_at=address).location == address
    assert "12 min in all" in browser.get(address).text
    key = db.session.scalars(select(TimeEntry.id)).one()
    back = f"{address}/correction?entry={key}"
    assert "Take back 12 minutes?" in browser.get(back).text
    sent = {"entry": str(key), "note": "Twice"}
    assert browser.post(f"{address}/correction", sent | {"note": ""}, form_at=back).status_code == 422
    assert browser.post(f"{address}/correction", sent, form_at=back).location == address
    assert browser.post(f"{address}/correction", sent, form_at=address).status_code == 409
    assert "0 min in all" in browser.get(address).text
    for bad in ("", "x", "0", "9" * 30, "1.5"):
        assert browser.post(address, {"minutes": bad}, form_at=address).status_code == 422
    for odd in ("", "x", "0", "9" * 30):
        assert browser.get(f"{address}/correction?entry={odd}").status_code == 404
    assert client.as_(world.contact).get(address).status_code == 403

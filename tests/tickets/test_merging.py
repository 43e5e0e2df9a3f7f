"""Two tickets made one, and apart again."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.accounts.permissions import Role
from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.tickets.merging import merge_tickets, unmerge_ticket
from portal.tickets.models import Message, Ticket
from portal.tickets.models_goals import TicketGoal, TicketGoalPause
from portal.tickets.queries import thread_of
from portal.tickets.service import reply_to_ticket
from tests.outbox import Outbox
from tests.people import World, grant
from tests.signing_in import PortalClient
from tests.tickets.scenes import as_stored, asked, closed, replied
from tests.tickets.test_notes import noted

pytestmark = pytest.mark.usefixtures("outbox")


def merged(world: World, ticket: Ticket, target: Ticket, who: str = "agent") -> Ticket:
    return merge_tickets(world.actor(who), ticket.id, target.id)


def bodies(world: World, ticket: Ticket, who: str = "contact") -> list[str]:
    page = thread_of(world.actor(who), as_stored(ticket))
    return [message.body for message in reversed(page.items)]


def test_both_conversations_are_on_one_page_and_both_askers_are_told(world: World, outbox: Outbox) -> None:
    target = asked(world, body="First question")
    ticket = asked(world, "other_contact", body="The same question")
    noted(world, ticket)
    replied(world, target, "agent", "Two columns.")
    outbox.all()
    merged(world, ticket, target)
    assert bodies(world, target) == ["First question", "The same question", "Two columns."]
    assert len(bodies(world, target, "agent")) == 4
    gone = as_stored(ticket)
    assert (gone.state, gone.merged_into_id) == ("closed", target.id)
    left = as_stored(target)
    # The one that was still unanswered is: the one that is left waits for support, by its promise.
    assert (left.state, left.reply_due_at is not None) == ("open", True)
    assert {mail.person_id for mail in outbox.all()} == {world.contact.id, world.other_contact.id}
    actions = select(AuditEntry.action).where(AuditEntry.action.like("ticket.merged%"))
    assert set(db.session.scalars(actions)) == {"ticket.merged", "ticket.merged_in"}


def test_what_is_written_to_the_old_one_goes_to_the_one_that_is_left(world: World, outbox: Outbox) -> None:
    target, ticket = asked(world), asked(world, "other_contact")
    merged(world, ticket, target)
    replied(world, target, "agent", "Two columns.")
    outbox.all()
    sent = reply_to_ticket(world.actor("other_contact"), ticket.id, body="By mail.", form_key=str(uuid4()))
    assert sent.ticket_id == target.id
    assert (as_stored(target).state, as_stored(ticket).state) == ("open", "closed")
    outbox.all()
    replied(world, target, "agent", "Good.")
    assert {mail.person_id for mail in outbox.all()} == {world.contact.id, world.other_contact.id}


def test_the_sooner_promise_holds(world: World) -> None:
    first, second = asked(world), asked(world)
    due = as_stored(first).reply_due_at
    merged(world, first, second)
    assert as_stored(second).reply_due_at == due


@pytest.mark.parametrize(
    ("who", "error"),
    [("contact", Forbidden), ("organiser", Forbidden), ("outsider", NotFound), ("moderator", NotFound)],
)
def test_only_support_merges(world: World, who: str, error: type[Exception]) -> None:
    ticket, target = asked(world), asked(world)
    with pytest.raises(error):
        merged(world, ticket, target, who)
    merged(world, ticket, target)
    with pytest.raises(error):
        unmerge_ticket(world.actor(who), ticket.id)


def test_what_cannot_be_merged(world: World) -> None:
    ticket, target, third = asked(world), asked(world), asked(world)
    foreign = asked(world, "outside_contact", event=world.fair)
    for other in (ticket, foreign):
        with pytest.raises(Invalid):
            merged(world, ticket, other)
    merged(world, ticket, target)
    for pair in ((ticket, third), (third, ticket), (ticket, target)):
        with pytest.raises(Conflict):
            merged(world, *pair)
    unmerge_ticket(world.actor("agent"), ticket.id)
    with pytest.raises(Conflict):
        unmerge_ticket(world.actor("agent"), ticket.id)


def test_a_customer_of_the_event_does_not_merge_its_tickets(world: World) -> None:
    ticket, target = asked(world), asked(world)
    grant(world.manager, Role.CONTACT, event_id=world.congress.id)
    db.session.commit()
    with pytest.raises(Forbidden):
        merged(world, ticket, target, "manager")


def test_a_merge_of_merges_shows_all_and_each_comes_out_alone(world: World) -> None:
    first, second, third = (asked(world, body=f"Question {n}") for n in (1, 2, 3))
    merged(world, first, second)
    merged(world, second, third)
    assert bodies(world, third) == ["Question 1", "Question 2", "Question 3"]
    unmerge_ticket(world.actor("agent"), second.id)
    assert bodies(world, third) == ["Question 3"]
    assert bodies(world, second) == ["Question 1", "Question 2"]


def rows(model: type[Any]) -> list[tuple[Any, ...]]:
    db.session.rollback()
    table = model.__table__
    return sorted(tuple(row) for row in db.session.execute(select(table)).all())


def everything() -> dict[str, list[tuple[Any, ...]]]:
    return {model.__name__: rows(model) for model in (Ticket, Message, TicketGoal, TicketGoalPause)}


TURNS = st.lists(st.sampled_from(["contact", "other_contact", "agent", "note", "close"]), max_size=4)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=TURNS, second=TURNS)
def test_merged_and_taken_out_again_leaves_everything_as_it_was(
    world: World, first: list[str], second: list[str]
) -> None:
    tickets = asked(world), asked(world, "other_contact")
    for ticket, turns in zip(tickets, (first, second), strict=True):
        for turn in turns:
            if turn == "note":
                noted(world, ticket)
            elif turn != "close":
                replied(world, ticket, turn)
            elif as_stored(ticket).state != "closed":
                closed(world, ticket)
    before = everything()
    merged(world, *tickets)
    assert everything() != before
    unmerge_ticket(world.actor("manager"), tickets[0].id)
    assert everything() == before


def test_what_went_on_meanwhile_stays(world: World) -> None:
    ticket, target = asked(world), asked(world)
    merged(world, ticket, target)
    replied(world, target, "agent", "An answer to both.")
    unmerge_ticket(world.actor("agent"), ticket.id)
    assert as_stored(ticket).state == "open"
    assert as_stored(target).state == "waiting"
    assert bodies(world, target)[-1] == "An answer to both."


def test_the_pages_lead_on_and_undo(client: PortalClient, world: World) -> None:
    ticket, target = asked(world, subject="Twice asked"), asked(world)
    old, new = f"/tickets/{ticket.id}", f"/tickets/{target.id}"
    contact, browser = client.as_(world.contact), client.as_(world.agent)
    address = f"{old}/merge"
    assert "Badges in two columns" in browser.get(address).text
    for bad in ({}, {"other": "x"}, {"other": "999999"}, {"target": str(ticket.id)}, {"other": "9" * 30}):
        assert browser.post(address, bad, form_at=address).status_code in (404, 422)
    assert browser.post(address, {"other": f"#{target.id}"}, form_at=address).location == new
    assert contact.get(old).location == new
    assert contact.fragment("get", old).headers["HX-Redirect"] == new
    assert "Twice asked" in contact.get(new).text
    assert f"from ticket {ticket.id}" in contact.get(new).text
    typed = browser.post(f"{old}/replies", {"body": "Typed long ago", "seen": "0"}, form_at=new)
    assert typed.status_code == 422
    assert "Typed long ago" in typed.text
    assert contact.post(f"{old}/merge/undo").status_code == 403
    assert "Take it out" in browser.get(f"{new}/merge").text
    assert browser.post(f"{old}/merge/undo", form_at=new).location == old
    assert contact.get(old).status_code == 200
    assert contact.get(address).status_code == 403

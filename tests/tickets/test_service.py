"""What can be done with tickets, by whom, and what it leaves behind."""

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from portal.accounts.grants import end_grant
from portal.accounts.models import Grant
from portal.accounts.permissions import Role
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.roster.models import Contact
from portal.tickets import service
from portal.tickets.models import Message, Ticket
from tests.outbox import Outbox
from tests.people import World, contact, grant, person
from tests.tickets.scenes import as_stored, asked, closed, replied

pytestmark = pytest.mark.usefixtures("outbox")


def history() -> list[tuple[str, str | None]]:
    """The audit rows of tickets, each action with the state it led to."""
    rows = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action.like("ticket.%")).order_by(AuditEntry.id)
    )
    return [(row.action, (row.after or {}).get("state")) for row in rows]


def addressees(outbox: Outbox) -> list[tuple[int, str]]:
    return sorted((mail.person_id, mail.subject.partition(":")[0]) for mail in outbox.all())


def leave(world: World, who: str) -> None:
    """End the roster's grant of a contact of the congress."""
    row = db.session.scalars(
        select(Contact).where(
            Contact.event_id == world.congress.id, Contact.person_id == getattr(world, who).id
        )
    ).one()
    row.ended_at, row.seat_id = now(), None
    assert end_grant(row.grant_id)
    db.session.commit()


def test_a_contact_opens_a_ticket(world: World, outbox: Outbox) -> None:
    ticket = as_stored(asked(world))
    assert (ticket.state, ticket.assignee_id, ticket.first_reply_at) == ("open", None, None)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "ticket.opened")).one()
    assert (entry.actor_id, entry.subject_id, entry.event_id) == (
        world.contact.id,
        ticket.id,
        world.congress.id,
    )
    assert entry.after is not None
    assert entry.after["subject"] == "Badges in two columns"
    assert addressees(outbox) == sorted([(world.contact.id, "Received"), (world.agent.id, "Congress")])


@pytest.mark.parametrize("who", ["organiser", "agent", "manager", "admin"])
def test_who_sees_the_event_but_is_no_contact_is_told_the_rule(
    world: World, outbox: Outbox, who: str
) -> None:
    with pytest.raises(Forbidden) as refused:
        asked(world, who)
    assert refused.value.rule == "WHO-1"
    assert outbox.all() == []
    assert history() == []


def test_an_organiser_is_offered_to_register(world: World) -> None:
    with pytest.raises(Forbidden) as refused:
        asked(world, "organiser")
    assert "roster.new" in [link.endpoint for link in refused.value.links]


@pytest.mark.parametrize("who", ["outsider", "outside_contact", "moderator", "nobody"])
def test_for_others_there_is_no_such_event(world: World, who: str) -> None:
    with pytest.raises(NotFound):
        asked(world, who)


def test_a_form_sent_twice_is_one_ticket_and_one_mail_each(world: World, outbox: Outbox) -> None:
    key = str(uuid4())
    assert asked(world, form_key=key).id == asked(world, form_key=key).id
    assert len(outbox.all()) == 2
    assert history() == [("ticket.opened", None)]


def test_a_key_belongs_to_its_person(world: World) -> None:
    key = str(uuid4())
    assert asked(world, form_key=key).id != asked(world, "other_contact", form_key=key).id


def test_an_unknown_topic_is_a_problem_of_its_field(world: World) -> None:
    with pytest.raises(Invalid) as problem:
        asked(world, topic="free_lunch")
    assert set(problem.value.fields) == {"topic"}


def test_an_answer_makes_it_wait_for_the_customer(world: World, outbox: Outbox) -> None:
    ticket = asked(world)
    outbox.all()
    replied(world, ticket, "agent", "Choose two columns.\nThen print.")
    stored = as_stored(ticket)
    assert (stored.state, stored.reply_due_at, stored.awaiting_since) == ("waiting", None, None)
    assert stored.first_reply_at is not None
    assert stored.assignee_id == world.agent.id
    assert history() == [("ticket.opened", None), ("ticket.answered", "waiting")]
    (mail,) = outbox.all()
    assert mail.person_id == world.contact.id
    assert mail.subject == "Answer: Badges in two columns"
    assert "> Choose two columns.\n> Then print." in mail.body_text
    assert (mail.permission, mail.event_id) == ("ticket:read", world.congress.id)


def test_the_first_reply_is_noted_once_and_the_assignee_stays(world: World) -> None:
    ticket = asked(world)
    replied(world, ticket, "agent")
    first = as_stored(ticket).first_reply_at
    replied(world, ticket, "contact")
    replied(world, ticket, "manager")
    stored = as_stored(ticket)
    assert (stored.first_reply_at, stored.assignee_id) == (first, world.agent.id)


def test_an_answer_goes_to_everyone_who_took_part_and_to_nobody_else(world: World, outbox: Outbox) -> None:
    third = person("Third Contact")
    contact(world.congress, third)
    db.session.commit()
    ticket = asked(world)
    replied(world, ticket, "other_contact")
    outbox.all()
    replied(world, ticket, "agent")
    assert addressees(outbox) == sorted([(world.contact.id, "Answer"), (world.other_contact.id, "Answer")])


def test_who_left_the_roster_gets_no_answer_and_the_rest_do(world: World, outbox: Outbox) -> None:
    ticket = asked(world)
    leave(world, "contact")
    outbox.all()
    replied(world, ticket, "agent")
    assert addressees(outbox) == [(world.other_contact.id, "Answer")]


def test_mail_written_before_a_removal_is_withheld_after_it(
    world: World, run_jobs: Callable[[], list[EmailMessage]]
) -> None:
    ticket = asked(world)
    replied(world, ticket, "other_contact")
    replied(world, ticket, "agent")
    leave(world, "contact")
    arrived = [(mail["To"], mail["Subject"]) for mail in run_jobs()]
    assert (world.other_contact.email, "Answer: Badges in two columns") in arrived
    assert world.contact.email not in [address for address, _ in arrived]


def test_a_reply_goes_to_the_assignee_alone(world: World, outbox: Outbox) -> None:
    grant(person("Second Agent"), Role.AGENT)
    db.session.commit()
    ticket = asked(world)
    assert len([mail for mail in outbox.all() if mail.permission == "ticket:work"]) == 2
    service.claim_ticket(world.actor("manager"), ticket.id)
    replied(world, ticket, "contact")
    assert addressees(outbox) == [(world.manager.id, "Congress")]


def test_a_reply_goes_to_every_agent_when_the_assignee_has_left(world: World, outbox: Outbox) -> None:
    ticket = asked(world)
    service.claim_ticket(world.actor("manager"), ticket.id)
    held = db.session.scalars(select(Grant).where(Grant.person_id == world.manager.id)).one()
    end_grant(held.id)
    db.session.commit()
    outbox.all()
    replied(world, ticket, "contact")
    assert addressees(outbox) == [(world.agent.id, "Congress")]


def test_an_answer_written_in_ignorance_of_a_newer_message_is_not_sent(world: World, outbox: Outbox) -> None:
    ticket = asked(world)
    seen = replied(world, ticket, "contact").id
    replied(world, ticket, "contact", "Wait, it is solved.")
    outbox.all()
    for outdated in (seen, 0):
        with pytest.raises(Invalid) as problem:
            replied(world, ticket, "agent", seen=outdated)
        assert set(problem.value.fields) == {"seen"}
    assert outbox.all() == []
    assert as_stored(ticket).state == "open"


def test_a_customer_may_write_whatever_came_meanwhile(world: World) -> None:
    ticket = asked(world)
    replied(world, ticket, "agent")
    assert replied(world, ticket, "contact", seen=0).id


def test_a_reply_sent_twice_is_one(world: World, outbox: Outbox) -> None:
    ticket, key = asked(world), str(uuid4())
    first = replied(world, ticket, "agent", form_key=key)
    assert replied(world, ticket, "agent", form_key=key, seen=0).id == first.id
    count = select(func.count()).select_from(Message).where(Message.ticket_id == ticket.id)
    assert db.session.scalar(count) == 2
    assert [mail.subject for mail in outbox.all() if mail.subject.startswith("Answer")] == [
        "Answer: Badges in two columns"
    ]


def test_an_agent_who_is_the_events_contact_is_its_customer(world: World) -> None:
    contact(world.congress, world.agent)
    db.session.commit()
    ticket = asked(world, "agent")
    message = replied(world, ticket, "agent")
    assert not message.from_staff
    assert as_stored(ticket).state == "open"


@pytest.mark.parametrize(
    ("who", "raised"),
    [("organiser", Forbidden), ("outsider", NotFound), ("outside_contact", NotFound), ("moderator", NotFound),
     ("admin", NotFound), ("nobody", NotFound)],
)  # fmt: skip
def test_who_may_not_reply_or_close(world: World, who: str, raised: type[Exception]) -> None:
    ticket = asked(world)
    with pytest.raises(raised):
        replied(world, ticket, who)
    with pytest.raises(raised):
        closed(world, ticket, who)
    assert history() == [("ticket.opened", None)]


@pytest.mark.parametrize(
    ("who", "raised"), [("contact", Forbidden), ("organiser", Forbidden), ("outsider", NotFound)]
)
def test_only_support_claims(world: World, who: str, raised: type[Exception]) -> None:
    ticket = asked(world)
    with pytest.raises(raised):
        service.claim_ticket(world.actor(who), ticket.id)
    assert as_stored(ticket).assignee_id is None


def test_the_second_to_claim_is_told_who_has_it(world: World) -> None:
    ticket = asked(world)
    service.claim_ticket(world.actor("agent"), ticket.id)
    with pytest.raises(Conflict, match="Agent has this ticket already"):
        service.claim_ticket(world.actor("manager"), ticket.id)
    assert service.claim_ticket(world.actor("agent"), ticket.id).assignee_id == world.agent.id
    assert [action for action, _ in history()] == ["ticket.opened", "ticket.claimed"]


def test_a_closed_ticket_is_not_claimed(world: World) -> None:
    ticket = asked(world)
    closed(world, ticket, "contact")
    with pytest.raises(Conflict, match="closed"):
        service.claim_ticket(world.actor("agent"), ticket.id)


@pytest.mark.parametrize("who", ["contact", "other_contact", "agent", "manager"])
@pytest.mark.parametrize("answered", [False, True])
def test_either_side_closes(world: World, who: str, answered: bool) -> None:
    ticket = asked(world)
    if answered:
        replied(world, ticket, "agent")
    stored = as_stored(closed(world, ticket, who))
    assert (stored.state, stored.reply_due_at) == ("closed", None)
    assert stored.closed_at is not None
    assert history()[-1] == ("ticket.closed", "closed")


def test_the_other_side_is_told_of_the_closing(world: World, outbox: Outbox) -> None:
    ticket = asked(world)
    replied(world, ticket, "agent")
    outbox.all()
    closed(world, ticket, "agent")
    assert addressees(outbox) == [(world.contact.id, "Closed")]
    replied(world, ticket, "contact")
    outbox.all()
    closed(world, ticket, "contact")
    assert addressees(outbox) == [(world.agent.id, "Closed")]


def test_a_closed_ticket_is_not_closed_again(world: World) -> None:
    ticket = asked(world)
    closed(world, ticket, "agent")
    with pytest.raises(Conflict, match="closed already"):
        closed(world, ticket, "contact")


def test_closing_in_ignorance_of_a_newer_message_is_a_conflict(world: World) -> None:
    ticket = asked(world)
    seen = replied(world, ticket, "contact").id
    replied(world, ticket, "contact", "One more thing.")
    with pytest.raises(Conflict, match="came in"):
        service.close_ticket(world.actor("agent"), ticket.id, seen=seen)
    assert as_stored(ticket).state == "open"


def test_who_left_the_roster_can_do_nothing_from_that_moment(world: World) -> None:
    ticket, actor = asked(world), world.actor("contact")
    leave(world, "contact")
    attempts: list[Any] = [
        lambda: service.reply_to_ticket(actor, ticket.id, body="x", form_key=str(uuid4())),
        lambda: service.close_ticket(actor, ticket.id, seen=10**9),
        lambda: service.open_ticket(
            actor, world.congress.id, topic="how_to", subject="x", body="x", form_key=str(uuid4())
        ),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 1

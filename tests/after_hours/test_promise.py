"""What is sent within a window is answered under its promise, and offered to its holder first (AFT-1)."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.accounts.actor import SYSTEM
from portal.after_hours.statement import csv_rows, statement_of
from portal.db import db
from portal.roster.models import Contact
from portal.tickets import service
from portal.tickets.calls import Call, log_call
from portal.tickets.deadlines import watch_deadlines
from portal.tickets.models import Ticket
from portal.tickets.models_goals import TicketGoal
from portal.tickets.promises import promise_of
from portal.tickets.sharing_out import share_out
from portal.tickets.spent import note_time
from tests.after_hours.conftest import SATURDAY
from tests.policy.moments import et

WITHIN = SATURDAY + timedelta(minutes=40)


def opened(team, who="contact"):
    return service.open_ticket(
        team.actor(who),
        team.congress.id,
        topic="problem",
        subject="Nothing prints",
        body="Help!",
        form_key=str(uuid.uuid4()),
    )


def goal_of(ticket):
    running = select(TicketGoal).where(TicketGoal.ticket_id == ticket.id, TicketGoal.kind != "resolution")
    return db.session.scalars(running.order_by(TicketGoal.id.desc())).first()


@pytest.fixture
def window(held, wednesday, outbox):
    made = held()
    wednesday.move_to(WITHIN)
    outbox.all()
    return made


def test_a_ticket_within_it_is_due_within_its_minutes_and_its_holder_has_it_first(team, window, outbox):
    ticket = opened(team)
    goal = goal_of(ticket)
    assert ticket.reply_due_at == WITHIN + timedelta(minutes=30)
    assert (goal.window_id, goal.allowed_minutes, goal.warn_at) == (
        window.id,
        30,
        WITHIN + timedelta(minutes=22),
    )
    mails = {mail.address: mail for mail in outbox.all()}
    assert set(mails) == {team.contact.email, team.agent.email}
    assert window.reference in mails[team.contact.email].body_text
    assert "AFT-1" in mails[team.contact.email].body_text
    assert "You can also call: +1 202 555 0199" in mails[team.contact.email].body_text
    assert "you hold the event's window after hours" in mails[team.agent.email].body_text
    assert promise_of(ticket).rule == "AFT-1"


def test_what_is_sent_just_before_or_at_its_end_is_not_within_it(team, window, wednesday, outbox):
    for moment in (SATURDAY - timedelta(seconds=1), SATURDAY + timedelta(hours=3)):
        wednesday.move_to(moment)
        assert opened(team).reply_due_at == et("2026-12-07 17:00")


def test_another_event_has_no_part_in_it(team, window, outbox):
    ticket = service.open_ticket(
        team.actor("outside_contact"),
        team.fair.id,
        topic="problem",
        subject="x",
        body="y",
        form_key=str(uuid.uuid4()),
    )
    assert ticket.reply_due_at == et("2026-12-07 17:00")


def test_a_reply_on_an_open_ticket_is_promised_sooner(team, held, wednesday, outbox):
    held()
    wednesday.move_to(et("2026-12-04 20:00"))
    ticket = opened(team)
    assert ticket.reply_due_at == et("2026-12-07 17:00")
    wednesday.move_to(WITHIN)
    service.reply_to_ticket(
        team.actor("contact"), ticket.id, body="Now it burns.", form_key=str(uuid.uuid4())
    )
    db.session.expire_all()
    assert db.session.get_one(Ticket, ticket.id).reply_due_at == WITHIN + timedelta(minutes=30)
    assert goal_of(ticket).window_id is not None


def test_a_call_within_it_that_leaves_something_open_is_under_its_promise(team, window, outbox):
    contact_id = db.session.scalar(select(Contact.id).where(Contact.person_id == team.contact.id))
    call = Call("in", 5, "Nothing prints.")
    ticket = log_call(
        team.actor("agent"), contact_id, call, topic="problem", subject="Printing", form_key=str(uuid.uuid4())
    )
    assert ticket.reply_due_at == WITHIN + timedelta(minutes=30)


def test_an_answer_is_counted_in_real_minutes(team, window, wednesday, outbox):
    ticket = opened(team)
    wednesday.move_to(WITHIN + timedelta(minutes=12))
    service.reply_to_ticket(
        team.actor("agent"), ticket.id, body="Try again.", form_key=str(uuid.uuid4()), seen=10**9
    )
    goal = goal_of(ticket)
    assert (goal.took_minutes, goal.in_time) == (12, True)


def test_its_holder_is_warned_and_managers_are_told_when_it_is_late(team, window, wednesday, outbox):
    opened(team)
    outbox.all()
    wednesday.move_to(WITHIN + timedelta(minutes=21))
    assert watch_deadlines(SYSTEM) == 0
    wednesday.move_to(WITHIN + timedelta(minutes=22))
    assert watch_deadlines(SYSTEM) == 1
    assert [mail.address for mail in outbox.all()] == [team.agent.email]
    wednesday.move_to(WITHIN + timedelta(minutes=30, seconds=1))
    assert watch_deadlines(SYSTEM) == 1
    assert {mail.address for mail in outbox.all()} == {team.manager.email, team.second_manager.email}


def test_after_half_of_its_time_it_goes_to_its_holder(team, window, wednesday, outbox):
    ticket = opened(team)
    wednesday.move_to(WITHIN + timedelta(minutes=14))
    assert share_out(SYSTEM) == 0
    wednesday.move_to(WITHIN + timedelta(minutes=15))
    assert share_out(SYSTEM) == 1
    db.session.expire_all()
    ticket = db.session.get_one(Ticket, ticket.id)
    assert ticket.assignee_id == team.agent.id
    assert "holds the event's window after hours" in ticket.assigned_because


def test_the_page_says_how_it_is_counted_by_name(team, window, client, wednesday, outbox):
    ticket = opened(team)
    page = client.as_(team.contact).get(f"/tickets/{ticket.id}/promise").text
    assert (
        f"within the after-hours window {window.reference}, held by {team.agent.name}. Allowed: 30 min"
        in page
    )
    ticket_page = client.as_(team.contact).get(f"/tickets/{ticket.id}").text
    assert "#AFT-1" in ticket_page
    assert "You can also call: +1 202 555 0199" in ticket_page
    assert window.reference in ticket_page
    queue = client.as_(team.agent).get("/staff/tickets").text
    assert "due in 30 min" in queue


def test_hours_bought_held_and_used_stand_on_the_statement(team, window, wednesday, outbox):
    ticket = opened(team)
    note_time(team.actor("agent"), ticket.id, minutes=25, note="Printer", form_key=str(uuid.uuid4()))
    wednesday.move_to(SATURDAY + timedelta(hours=4))
    note_time(team.actor("agent"), ticket.id, minutes=10, note="Afterwards", form_key=str(uuid.uuid4()))
    statement = statement_of(team.actor("organiser"))
    assert (statement.total.bought_minutes, statement.total.used_minutes) == (180, 25)
    rows = list(csv_rows(statement))
    assert rows[0][0] == window.reference
    assert rows[0][8:11] == (180, 0, 25)
    assert statement_of(team.actor("outsider")).rows == ()

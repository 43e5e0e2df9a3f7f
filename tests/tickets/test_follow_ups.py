"""Reminders of tickets: one mail, once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.message import EmailMessage
from uuid import uuid4

import pytest
import time_machine
from flask import Flask

from portal.accounts.grants import end_grant
from portal.accounts.models import Grant
from portal.clock import now
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid
from portal.tickets.follow_ups import follow_ups_of, remind_me, send_follow_ups, withdraw_follow_up
from portal.tickets.models import Ticket
from portal.tickets.models_work import FollowUp
from tests.outbox import Outbox
from tests.people import World
from tests.policy.moments import et
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked

BEGUN = et("2026-06-02 10:00")
ZONE = "Europe/Vienna"


def reminded(world: World, ticket: Ticket, typed: str = "2026-06-03 09:00", who: str = "agent") -> FollowUp:
    at = datetime.fromisoformat(typed)
    return remind_me(
        world.actor(who), ticket.id, typed=at, zone=ZONE, note="Did it help?", form_key=str(uuid4())
    )


@pytest.fixture
def ticket(world: World, outbox: Outbox) -> Ticket:
    with time_machine.travel(BEGUN, tick=False):
        return asked(world)


def test_one_mail_at_its_time_in_the_readers_zone(world: World, outbox: Outbox, ticket: Ticket) -> None:
    with time_machine.travel(BEGUN, tick=False):
        reminder = reminded(world, ticket)
        outbox.all()
    assert reminder.due_at == et("2026-06-03 03:00")
    with time_machine.travel(reminder.due_at - timedelta(seconds=1), tick=False):
        assert send_follow_ups() == 0
    with time_machine.travel(reminder.due_at + timedelta(days=2), tick=False):
        assert [send_follow_ups(), send_follow_ups()] == [1, 0]
    (mail,) = outbox.all()
    assert (mail.person_id, mail.permission) == (world.agent.id, "ticket:work")
    assert "> Did it help?" in mail.body_text


def test_two_workers_send_it_once(app: Flask, world: World, outbox: Outbox, ticket: Ticket) -> None:
    with time_machine.travel(BEGUN, tick=False):
        for _ in range(5):
            reminded(world, ticket)
        outbox.all()

    def work(_: int) -> int:
        with app.app_context():
            sent = send_follow_ups()
            db.session.remove()
            return sent

    with time_machine.travel(BEGUN + timedelta(days=2), tick=False), ThreadPoolExecutor(2) as workers:
        assert sum(workers.map(work, range(2))) == 5
    assert len(outbox.all()) == 5


def test_whoever_is_support_no_more_gets_nothing(
    world: World, ticket: Ticket, run_jobs: Callable[[], list[EmailMessage]]
) -> None:
    with time_machine.travel(BEGUN, tick=False):
        reminded(world, ticket)
    run_jobs()
    assert end_grant(db.session.scalars(db.select(Grant.id).where(Grant.person_id == world.agent.id)).one())
    db.session.commit()
    with time_machine.travel(now() + timedelta(days=2), tick=False):
        send_follow_ups()
        assert [mail["To"] for mail in run_jobs() if "Reminder" in mail["Subject"]] == []


def test_one_taken_back_is_not_sent(world: World, outbox: Outbox, ticket: Ticket) -> None:
    with time_machine.travel(BEGUN, tick=False):
        reminder = reminded(world, ticket)
        with pytest.raises(Conflict):
            withdraw_follow_up(world.actor("manager"), ticket.id, reminder.id)
        withdraw_follow_up(world.actor("agent"), ticket.id, reminder.id)
        with pytest.raises(Conflict):
            withdraw_follow_up(world.actor("agent"), ticket.id, reminder.id)
        assert follow_ups_of(world.actor("agent"), ticket) == []
    with time_machine.travel(BEGUN + timedelta(days=2), tick=False):
        assert send_follow_ups() == 0


@pytest.mark.parametrize("typed", ["2026-06-02 15:00", "2027-03-28 02:30", "2020-01-01 00:00"])
def test_a_time_that_has_passed_or_that_the_clocks_skip_is_refused(
    world: World, ticket: Ticket, typed: str
) -> None:
    with time_machine.travel(BEGUN, tick=False), pytest.raises(Invalid) as problem:
        reminded(world, ticket, typed)
    assert set(problem.value.fields) == {"at"}


def test_only_support_is_reminded(world: World, ticket: Ticket) -> None:
    with time_machine.travel(BEGUN, tick=False), pytest.raises(Forbidden):
        reminded(world, ticket, who="contact")


def test_the_page(client: PortalClient, world: World, ticket: Ticket) -> None:
    address = f"/tickets/{ticket.id}/follow-ups"
    with time_machine.travel(BEGUN, tick=False):
        browser = client.as_(world.agent)
        assert "Europe/Vienna" in browser.get(address).text
        typed = {"at": "2026-06-03T09:00", "note": "Ask"}
        assert browser.post(address, typed, form_at=address).location == f"/tickets/{ticket.id}"
        assert "Wed 3 Jun 2026, 09:00 CEST" in browser.get(address).text
        assert "Reminds you" in browser.get(f"/tickets/{ticket.id}").text
        assert "Reminds you" not in client.as_(world.manager).get(f"/tickets/{ticket.id}").text
        for bad in ("", "x", "2026-06-03", "2020-01-01T00:00", "9999999-01-01T00:00"):
            assert browser.post(address, {"at": bad}, form_at=address).status_code == 422
        key = str(db.session.scalars(db.select(FollowUp.id)).one())
        back = {"reminder": key}
        assert browser.post(f"{address}/withdrawal", back, form_at=address).status_code == 303
        assert browser.post(f"{address}/withdrawal", back, form_at=address).status_code == 409
        assert client.as_(world.contact).get(address).status_code == 403

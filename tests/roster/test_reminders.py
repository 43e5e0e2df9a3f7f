"""Managers are reminded at half time and when late, each once, whatever workers and clocks do (WHO-6)."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, text

from portal.accounts.actor import SYSTEM
from portal.accounts.permissions import Role
from portal.db import db
from portal.errors import Forbidden
from portal.mail.models import OutboundMail
from portal.policy.contacts import removal_half_time
from portal.roster import reminders
from portal.roster.models import Contact, Removal
from portal.roster.reminders import remind_managers
from portal.roster.removals import ask_for_removal, ask_for_replacement, decide_removal, withdraw_removal
from tests.people import grant

# A Friday, 16:00 in Eastern: due on Tuesday, half of it on Monday at 16:00.
FRIDAY = datetime(2026, 11, 13, 21, 0, tzinfo=UTC)
HALF, DUE = datetime(2026, 11, 16, 21, 0, tzinfo=UTC), datetime(2026, 11, 17, 21, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HALF_MAIL = "Half of the time has passed: removal of Other Contact, Congress"
LATE_MAIL = "Late: removal of Other Contact, Congress"


@pytest.fixture
def clock():
    """The time stands still; `move_to` sets another."""
    with time_machine.travel(FRIDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def leaving(clock, world):
    """The contact whose removal is asked for."""
    return db.session.scalars(select(Contact).where(Contact.person_id == world.other_contact.id)).one()


@pytest.fixture
def request_(world, leaving, outbox):
    """A request made on Friday; its mail has been looked at."""
    made = ask_for_removal(world.actor("organiser"), leaving.id)
    outbox.all()
    return made


def swept(outbox):
    db.session.rollback()
    remind_managers(SYSTEM)
    return sorted((mail.subject, mail.address) for mail in outbox.all())


def both(subject):
    return [(subject, "manager@people.example"), (subject, "second.manager@people.example")]


def test_half_time_is_counted_in_business_time(request_):
    assert request_.due_at == DUE
    assert removal_half_time(FRIDAY, DUE) == HALF


def test_each_manager_is_told_once_at_half_time_and_once_when_late(clock, request_, outbox):
    for at, expected in (
        (FRIDAY, []), (HALF - SECOND, []), (HALF, both(HALF_MAIL)), (HALF, []), (DUE, []),
        (DUE + SECOND, both(LATE_MAIL)), (DUE + timedelta(days=9), []),
    ):  # fmt: skip
        clock.move_to(at)
        assert swept(outbox) == expected, at


def test_a_clock_that_jumps_repeats_nothing(clock, request_, outbox):
    clock.move_to(DUE + SECOND)
    assert swept(outbox) == both(LATE_MAIL)
    for at in (FRIDAY, HALF, DUE, DUE + SECOND, FRIDAY - timedelta(days=400), DUE + timedelta(days=400)):
        clock.move_to(at)
        assert swept(outbox) == []


def test_slept_through_half_time_is_told_as_late_alone(clock, request_, outbox):
    clock.move_to(DUE + timedelta(days=1))
    assert swept(outbox) == both(LATE_MAIL)


@pytest.mark.parametrize("settled", ["approved", "declined", "withdrawn"])
def test_what_is_settled_is_not_reminded_of(clock, world, request_, outbox, settled):
    if settled == "withdrawn":
        withdraw_removal(world.actor("organiser"), request_.id)
    else:
        decide_removal(world.actor("manager"), request_.id, approve=settled == "approved", reason="So")
    outbox.all()
    for at in (HALF, DUE + SECOND):
        clock.move_to(at)
        assert swept(outbox) == []


def test_a_reminder_still_in_the_queue_is_kept_back_once_it_is_decided(
    clock, world, request_, outbox, run_jobs
):
    key = request_.id
    clock.move_to(HALF)
    assert swept(outbox) == both(HALF_MAIL)
    decide_removal(world.actor("manager"), key, approve=False, reason="No")
    assert outbox.all()
    assert HALF_MAIL not in [mail["Subject"] for mail in run_jobs()]
    states = select(OutboundMail.state).where(OutboundMail.subject == HALF_MAIL)
    assert db.session.scalars(states).all() == ["withheld", "withheld"]


def test_a_replacement_is_told_as_such(clock, world, leaving, outbox):
    ask_for_replacement(world.actor("organiser"), leaving.id, name="New Person", email="new@people.example")
    outbox.all()
    clock.move_to(HALF)
    assert swept(outbox) == both(HALF_MAIL.replace("removal of", "replacement of"))


def test_who_is_no_longer_a_manager_gets_no_reminder(clock, world, request_, outbox, run_jobs):
    clock.move_to(HALF)
    assert swept(outbox)
    db.session.execute(
        text("UPDATE role_grant SET ended_at = now() WHERE person_id = :who"), {"who": world.manager.id}
    )
    db.session.commit()
    assert "manager@people.example" not in [mail["To"] for mail in run_jobs() if mail["Subject"] == HALF_MAIL]


def test_the_task_is_run_by_the_worker(clock, request_, outbox, run_jobs):
    clock.move_to(DUE + SECOND)
    db.session.execute(
        text(
            "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', 'remind_of_removals', 0, NULL, NULL,"
            " '{}'::jsonb, NULL)]::procrastinate_job_to_defer_v1[])"
        )
    )
    db.session.commit()
    received = [mail["Subject"] for mail in run_jobs()]
    assert received.count(LATE_MAIL) == 2
    assert len(outbox.all()) == 2


def test_only_the_portal_and_managers_may_sweep(clock, world, request_):
    with pytest.raises(Forbidden):
        remind_managers(world.actor("organiser"))


def _sweep_at_once(app, clients):
    start, counted = threading.Barrier(clients), []

    def run():
        with app.app_context():
            start.wait(timeout=10)
            counted.append(remind_managers(SYSTEM))

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    return sum(counted)


def test_workers_that_sweep_at_once_remind_once(app, clock, world, request_, outbox):
    grant(world.nobody, Role.MANAGER)
    db.session.commit()
    clock.move_to(DUE + SECOND)
    assert _sweep_at_once(app, 6) == 1
    assert len(outbox.all()) == 3
    assert db.session.get(Removal, request_.id, populate_existing=True).late_told_at == DUE + SECOND


def test_control_without_the_compare_and_set_each_worker_reminds(app, clock, request_, outbox, monkeypatch):
    everyone_looks = threading.Barrier(6)

    def unguarded(_removal, _told, _at):
        everyone_looks.wait(timeout=10)
        return True

    monkeypatch.setattr(reminders, "_taken", unguarded)
    clock.move_to(DUE + SECOND)
    assert _sweep_at_once(app, 6) == 6
    # The unique cause of the mail still stands behind it.
    assert len(outbox.all()) == 2

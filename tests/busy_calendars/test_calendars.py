"""A calendar connected, read, failing, disconnected: what the host sees, and what is kept (HOW-5)."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, text

from portal.accounts.actor import SYSTEM
from portal.accounts.grants import end_grant
from portal.accounts.models import Grant
from portal.audit.models import AuditEntry
from portal.bookings.open_times import open_times
from portal.busy_calendars import refreshing
from portal.busy_calendars.models import BusyCalendar
from portal.busy_calendars.service import MOST, connect_calendar, disconnect_calendar
from portal.clock import now
from portal.db import db
from portal.errors import Invalid, NotFound
from portal.policy.edition import FIRST_EDITION
from tests.busy_calendars.feeds import MEETING, calendar, giving, served

MONDAY = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
SECRET = "https://calendar.example/private-0123456789abcdef/basic.ics"


@pytest.fixture(autouse=True)
def clock():
    """A Monday, and time stands still."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def here(monkeypatch):
    """As in a trial: calendars of this machine are read."""
    monkeypatch.setattr(refreshing, "reads_here", lambda: True)


def connected(world, address=SECRET, who="agent", **more):
    values = {"name": "Work", "here": True, "form_key": str(uuid.uuid4())} | more
    return connect_calendar(world.actor(who), world.agent.id, address=address, **values)


def stored():
    db.session.rollback()
    anew = select(BusyCalendar).order_by(BusyCalendar.id).execution_options(populate_existing=True)
    found = db.session.scalars(anew).all()
    return found[0] if found else None


def busy():
    return [(b.starts_at, b.ends_at) for b in open_times(FIRST_EDITION, now()).busy]


def audit():
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def test_a_worker_reads_it_and_keeps_when_it_is_busy_and_nothing_else(world, here, run_jobs):
    with served(giving(calendar(MEETING))) as address:
        connected(world, address)
        run_jobs()
    row = stored()
    assert (row.problem, row.failures, row.read_at, row.next_at) == (
        "",
        0,
        MONDAY,
        MONDAY + timedelta(minutes=30),
    )
    assert busy() == [(datetime(2026, 11, 25, 10, tzinfo=UTC), datetime(2026, 11, 25, 11, tzinfo=UTC))]
    kept = db.session.execute(text("SELECT row_to_json(busy_calendar)::text FROM busy_calendar")).scalar()
    assert "Secret plans" not in kept
    assert "Room 7" not in kept


def test_a_failure_keeps_what_was_known_waits_longer_each_time_and_is_told_once(world, here, run_jobs, clock):
    with served(giving(calendar(MEETING))) as address:
        connected(world, address)
        run_jobs()
    waits = []
    for _ in range(8):
        clock.move_to(stored().next_at)
        [due] = refreshing.queue_due(SYSTEM)
        assert refreshing.queue_due(SYSTEM) == []
        refreshing.refresh(due)
        waits.append((stored().next_at - now()) / timedelta(hours=1))
    assert waits == [0.5, 1, 2, 4, 8, 12, 12, 12]
    assert "cannot be reached" in stored().problem
    assert len(busy()) == 1
    assert [each.action for each in audit()] == ["calendar.connected", "calendar.not_read"]


def test_it_is_read_again(world, here, run_jobs, clock):
    made = connected(world, "http://127.0.0.1:9/x")
    run_jobs()
    assert stored().failures == 1
    with served(giving(calendar(MEETING))) as address:
        stored().address = address
        db.session.commit()
        assert refreshing.refresh(made.id) == ""
    assert (stored().failures, len(busy())) == (0, 1)
    assert audit()[-1].action == "calendar.read_again"


def test_one_that_was_disconnected_meanwhile_leaves_nothing(world, here, run_jobs):
    made = connected(world)
    disconnect_calendar(world.actor("agent"), made.id)
    refreshing.keep_busy(SYSTEM, made.id, SECRET, [], "")
    assert stored() is None
    assert refreshing.refresh(made.id) == ""


def test_of_who_is_no_host_any_longer_nothing_is_read(world):
    connected(world)
    assert len(refreshing.queue_due(SYSTEM)) == 1
    stored().next_at = now()
    db.session.commit()
    end_grant(db.session.scalar(select(Grant.id).where(Grant.person_id == world.agent.id)))
    db.session.commit()
    assert refreshing.queue_due(SYSTEM) == []


def test_no_record_holds_the_secret(world):
    made = connected(world)
    disconnect_calendar(world.actor("manager"), made.id)
    told = [(each.action, each.before, each.after) for each in audit()]
    facts = {"host": "Agent", "name": "Work", "server": "calendar.example"}
    assert told == [("calendar.connected", None, facts), ("calendar.disconnected", facts, None)]


def test_connected_once_however_often_it_is_sent(world):
    key = str(uuid.uuid4())
    assert connected(world, form_key=key).id == connected(world, form_key=key).id
    with pytest.raises(Invalid, match="connected already"):
        connected(world)
    for number in range(MOST - 1):
        connected(world, f"{SECRET}?{number}")
    with pytest.raises(Invalid, match=f"At most {MOST}"):
        connected(world, f"{SECRET}?more")


def test_whose_it_is_decides(world):
    with pytest.raises(NotFound):
        connect_calendar(
            world.actor("agent"),
            world.manager.id,
            name="x",
            address=SECRET,
            here=False,
            form_key=str(uuid.uuid4()),
        )
    theirs = connect_calendar(
        world.actor("manager"),
        world.manager.id,
        name="x",
        address=SECRET,
        here=False,
        form_key=str(uuid.uuid4()),
    )
    with pytest.raises(NotFound):
        disconnect_calendar(world.actor("agent"), theirs.id)


def test_the_page_shows_it_without_its_secret(client, world):
    browser, page = client.as_(world.agent), f"/staff/hosts/{world.agent.id}"
    answer = browser.post(f"{page}/calendars", {"name": "Work", "address": SECRET}, form_at=page)
    shown = browser.get(answer.location).text
    assert "https://calendar.example/….ics" in shown
    assert "0123456789abcdef" not in shown
    assert "Being read" in shown
    row = stored()
    row.problem, row.failures, row.tried_at = "The server answers with status 404.", 1, now()
    db.session.commit()
    failing = browser.get(page).text
    assert "Not read" in failing
    assert "status 404" in failing
    assert "Not read" in client.as_(world.manager).get("/staff/availability?hosts=all").text


@pytest.mark.parametrize(
    "address",
    ["", "http://calendar.example/x", "https://user:word@calendar.example/secret-9", "file:///etc/passwd", "https://x:1/", "x" * 3000, "https://[::1"],
)  # fmt: skip
def test_a_wrong_address_is_said_beside_the_field_and_not_sent_back(address, client, world):
    browser, page = client.as_(world.agent), f"/staff/hosts/{world.agent.id}"
    answer = browser.post(f"{page}/calendars", {"name": "Work", "address": address}, form_at=page)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert "secret-9" not in answer.text
    assert stored() is None


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("agent", 303),
        ("manager", 303),
        ("second_manager", 303),
        ("moderator", 404),
        ("contact", 404),
        ("outsider", 404),
    ],
)
def test_who_disconnects(who, status, client, world):
    made = connected(world)
    browser = client.as_(getattr(world, who))
    path = f"/staff/busy-calendars/{made.id}"
    assert browser.post(f"{path}/reading", form_at="/account").status_code == status
    assert browser.post(f"{path}/removal", form_at="/account").status_code == status
    assert (stored() is None) == (status == 303)
    assert browser.post(f"{path}/removal", form_at="/account").status_code == 404 or status == 404


def test_the_secret_is_on_no_page_of_the_audit(client, world):
    connected(world)
    assert not re.search("0123456789abcdef", client.as_(world.admin).get("/staff/audit").text)

"""Hours in which staff take sessions: published in their own zone, kept in UTC (HOW-5). Times computed by hand."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.bookings.availability import Hours, publish_availability, remove_availability
from portal.bookings.clashes import WINDOW_OVERLAPS, Clash, clashes
from portal.bookings.models import Availability
from portal.db import db, in_transaction
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from tests.bookings.sessions import WEDNESDAY, booking, utc, window

VIENNA, EASTERN = "Europe/Vienna", "America/New_York"


def hours(day="2026-11-25", opens="09:00", closes="12:00", zone=VIENNA, weeks=1):
    return Hours(date.fromisoformat(day), time.fromisoformat(opens), time.fromisoformat(closes), zone, weeks)


def standing():
    db.session.rollback()
    found = db.session.scalars(select(Availability).order_by(Availability.starts_at))
    return [(f"{w.starts_at:%m-%d %H:%M}", f"{w.ends_at:%H:%M}") for w in found]


def test_hours_are_published(world):
    publish_availability(world.actor("agent"), hours())
    assert standing() == [("11-25 08:00", "11:00")]
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor_id) == ("availability.published", world.agent.id)


@pytest.mark.parametrize(
    ("now", "asked", "kept"),
    [
        # Europe goes back on 25 October 2026: 14:00 in Vienna is 12:00 UTC before and 13:00 UTC after.
        ("2026-10-20 12:00", hours("2026-10-23", "14:00", "16:00", VIENNA, 3),
         [("10-23 12:00", "14:00"), ("10-30 13:00", "15:00"), ("11-06 13:00", "15:00")]),
        # The United States go forward on 8 March 2026: 10:00 in New York is 15:00 UTC before and 14:00 after.
        ("2026-03-01 12:00", hours("2026-03-06", "10:00", "11:00", EASTERN, 2),
         [("03-06 15:00", "16:00"), ("03-13 14:00", "15:00")]),
        # And back on 1 November: 10:00 is 14:00 UTC before and 15:00 after.
        ("2026-10-20 12:00", hours("2026-10-28", "10:00", "11:00", EASTERN, 2),
         [("10-28 14:00", "15:00"), ("11-04 15:00", "16:00")]),
        # A window across the change itself is as long as that night is.
        ("2026-10-20 12:00", hours("2026-11-01", "00:00", "04:00", EASTERN), [("11-01 04:00", "09:00")]),
        ("2026-03-01 12:00", hours("2026-03-08", "00:00", "04:00", EASTERN), [("03-08 05:00", "08:00")]),
    ],
)  # fmt: skip
def test_clock_times_stay_the_same_across_a_change(now, asked, kept, world, clock):
    clock.move_to(utc(now))
    publish_availability(world.actor("agent"), asked)
    assert standing() == kept


@pytest.mark.parametrize(
    ("now", "asked", "field", "words"),
    [
        ("2026-03-01 12:00", hours("2026-03-08", "02:30", "05:00", EASTERN), "opens", "no 02:30 on Sunday 8 March"),
        ("2026-03-01 12:00", hours("2026-03-29", "00:00", "02:00", VIENNA), "closes", "no 02:00 on Sunday 29 March"),
        ("2026-10-20 12:00", hours("2026-11-01", "01:30", "05:00", EASTERN), "opens", "comes twice"),
        ("2026-10-20 12:00", hours("2026-10-25", "00:00", "02:59", VIENNA), "closes", "comes twice"),
        # The third of three weeks is the one that has no such time.
        ("2026-03-01 12:00", hours("2026-03-15", "02:30", "04:00", VIENNA, 3), "opens", "29 March"),
        ("2026-11-23 14:00", hours(opens="12:00", closes="09:00"), "closes", "end after it starts"),
        ("2026-11-23 14:00", hours(opens="09:00", closes="09:00"), "closes", "end after it starts"),
        ("2026-11-23 14:00", hours("2026-11-22"), "day", "from today"),
        ("2026-11-23 14:00", hours("2026-11-23", "15:00", "18:00"), "opens", "in the future"),
        ("2026-11-23 14:00", hours("2028-01-01"), "day", "year ahead"),
        ("2026-11-23 14:00", hours("0001-01-01"), "day", "from today"),
        ("2026-11-23 14:00", hours("9999-12-31"), "day", "year ahead"),
        ("2026-11-23 14:00", hours(zone="Mars/Olympus"), "zone", "not known"),
        ("2026-11-23 14:00", hours(zone=""), "zone", "not known"),
        ("2026-11-23 14:00", hours(zone="../../etc/passwd"), "zone", "not known"),
        ("2026-11-23 14:00", hours(zone="America"), "zone", "not known"),
        ("2026-11-23 14:00", hours(zone="\x00"), "zone", "not known"),
        ("2026-11-23 14:00", hours(weeks=0), "weeks", "between 1 and 26"),
        ("2026-11-23 14:00", hours(weeks=27), "weeks", "between 1 and 26"),
    ],
)  # fmt: skip
def test_hours_that_cannot_be_are_refused_with_the_reason(now, asked, field, words, world, clock):
    clock.move_to(utc(now))
    with pytest.raises(Invalid) as problem:
        publish_availability(world.actor("agent"), asked)
    assert list(problem.value.fields) == [field]
    assert words in problem.value.message
    assert standing() == []


@pytest.mark.parametrize(
    ("opens", "closes"), [("08:00", "09:30"), ("11:59", "13:00"), ("08:00", "13:00"), ("10:00", "11:00")]
)
def test_an_overlap_is_refused_and_named(opens, closes, world):
    publish_availability(world.actor("agent"), hours())
    with pytest.raises(Invalid, match="Wednesday 25 November 2026, 09:00 to 12:00"):
        publish_availability(world.actor("agent"), hours(opens=opens, closes=closes))
    assert len(standing()) == 1


def test_one_overlap_among_many_weeks_publishes_none(world):
    publish_availability(world.actor("agent"), hours("2026-12-09", "11:00", "13:00"))
    with pytest.raises(Invalid, match="9 December"):
        publish_availability(world.actor("agent"), hours(weeks=4))
    assert len(standing()) == 1


def test_windows_may_touch_and_hosts_may_share_a_time(world):
    publish_availability(world.actor("agent"), hours())
    publish_availability(world.actor("agent"), hours(opens="12:00", closes="13:00"))
    publish_availability(world.actor("manager"), hours())
    assert len(standing()) == 3


def test_publishing_the_same_again_changes_nothing(world):
    assert len(publish_availability(world.actor("agent"), hours(weeks=2))) == 2
    assert len(publish_availability(world.actor("agent"), hours(weeks=3))) == 1
    assert len(standing()) == 3


def test_the_constraint_stands_behind_it(world):
    first = window(world.agent)
    starts = first.starts_at + timedelta(hours=1)

    def write():
        with clashes(WINDOW_OVERLAPS):
            overlap = Availability(
                host_id=world.agent.id, starts_at=starts, ends_at=starts + timedelta(hours=9)
            )
            db.session.add(overlap)

    with pytest.raises(Clash):
        in_transaction(write)
    assert len(standing()) == 1


@pytest.mark.parametrize("who", ["contact", "organiser", "moderator", "admin", "nobody"])
def test_only_agents_and_managers_publish(who, world):
    with pytest.raises(Forbidden):
        publish_availability(world.actor(who), hours())
    assert standing() == []


def test_a_removed_window_leaves_its_sessions(world, congress, outbox):
    taken = window(world.agent)
    inside = booking(congress, world.agent, world.contact, WEDNESDAY + timedelta(hours=1))
    booking(world.fair, world.agent, world.outside_contact, WEDNESDAY + timedelta(hours=5))
    booking(world.fair, world.manager, world.outside_contact, WEDNESDAY, audience="operators")
    assert [kept.id for kept in remove_availability(world.actor("agent"), taken.id)] == [inside.id]
    assert standing() == []
    assert outbox.all() == []
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.subject_id) == ("availability.removed", taken.id)


def test_a_manager_removes_anothers_window_and_the_host_is_told(world, congress, outbox):
    taken = window(world.agent)
    booking(congress, world.agent, world.contact)
    remove_availability(world.actor("manager"), taken.id)
    [mail] = outbox.all()
    assert mail.address == world.agent.email
    assert "Manager took back" in mail.body_text
    assert "Training for presenters, Congress" in mail.body_text


def test_what_has_begun_is_not_removed(world, clock):
    taken = window(world.agent)
    clock.move_to(WEDNESDAY)
    with pytest.raises(Conflict):
        remove_availability(world.actor("agent"), taken.id)
    assert len(standing()) == 1


@pytest.mark.parametrize("who", ["contact", "organiser", "moderator", "admin", "agent"])
def test_anothers_window_is_unknown(who, world):
    taken = window(world.manager)
    with pytest.raises(NotFound):
        remove_availability(world.actor(who), taken.id)
    assert len(standing()) == 1

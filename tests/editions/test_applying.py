"""Once an edition is in force the seats of all events follow it; nobody is removed, each is told once (WHO-3)."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select, text

from portal.accounts.permissions import Role
from portal.audit.models import AuditEntry
from portal.db import db
from portal.editions import applying, service
from portal.editions.applying import apply_editions
from portal.editions.effects import effects
from portal.editions.models import EditionCourse
from portal.editions.queries import edition_in_force, edition_numbered
from portal.policy.edition import FIRST_EDITION
from portal.roster.models import Contact, Seat
from tests.editions.publishing import bands, publish
from tests.people import contact, event, grant, person

TODAY, DAY = "2026-11-24T15:00:00Z", datetime(2027, 1, 1, 5, tzinfo=UTC)
# An event of 301 to 600 attendees and one of 601 to 1,000 may have one contact less; small ones one more.
TIGHTER = {"contacts": {"bands": [
    {"up_to": 300, "basic": 1, "premium": 2}, {"up_to": 1_000, "basic": 1, "premium": 2},
    {"up_to": 2_000, "basic": 4, "premium": 5}, {"up_to": None, "basic": 5, "premium": 6},
]}}  # fmt: skip
LARGER = {"contacts": bands(FIRST_EDITION, 0, basic=2, premium=3)}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def actor(world):
    """The manager; the congress (700, Premium, 4 seats) gets a third contact, which the tighter bands do not allow."""
    third = person("Third Contact")
    contact(world.congress, third)
    db.session.commit()
    return world.actor("manager")


def seats(of):
    db.session.rollback()
    rows = db.session.execute(
        select(Seat.closing, func.count(Contact.id), func.count())
        .outerjoin(Contact, Contact.seat_id == Seat.id)
        .where(Seat.event_id == of.id)
        .group_by(Seat.closing)
    )
    return {closing: (taken, there) for closing, taken, there in rows}


def audited(action):
    return list(
        db.session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id))
    )


def test_seats_follow_when_it_comes_into_force_and_nobody_is_removed(world, actor, outbox):
    publish(actor, at=DAY, **TIGHTER)
    assert apply_editions() == 0
    assert seats(world.congress) == {False: (3, 4)}
    with time_machine.travel(DAY, tick=False):
        assert apply_editions() == 1
    assert seats(world.congress) == {False: (2, 2), True: (1, 1)}
    assert seats(world.workshop) == {False: (0, 1)}
    [entry] = audited("event.limit_changed")
    assert (entry.actor_name, entry.event_id, entry.before, entry.after) == (
        "The portal", world.congress.id, {"contact_limit": 4}, {"contact_limit": 2, "edition": 2},
    )  # fmt: skip
    assert outbox.subjects() == []


def test_seats_grow(world, actor, outbox):
    publish(actor, **LARGER)
    apply_editions()
    assert seats(world.workshop) == {False: (0, 2)}
    assert seats(world.fair) == {False: (1, 3)}
    assert seats(world.congress) == {False: (3, 4)}


def test_it_is_done_once_and_again_changes_nothing(world, actor, outbox):
    publish(actor, tell_over_limit=True, **TIGHTER)
    assert apply_editions() == 1
    assert len(outbox.all()) == 1
    before = seats(world.congress)
    assert apply_editions() == 0
    db.session.get_one(EditionCourse, 2).applied_at = None
    db.session.get_one(EditionCourse, 2).applied_through = 0
    db.session.commit()
    assert apply_editions() == 1
    assert seats(world.congress) == before
    assert outbox.all() == []


def test_after_a_crash_it_goes_on_where_it_was(world, actor, outbox, monkeypatch):
    more = [event(world.society, f"Small {number}", attendees=100).id for number in range(4)]
    db.session.commit()
    publish(actor, **LARGER)
    monkeypatch.setattr(applying, "LOCKED_AT_ONCE", 2)
    real, done = applying.sync_seats, []

    def crashing(held, edition):
        if len(done) == 3:
            raise RuntimeError("the machine stops")
        done.append(held.id)
        return real(held, edition)

    monkeypatch.setattr(applying, "sync_seats", crashing)
    with pytest.raises(RuntimeError):
        apply_editions()
    db.session.rollback()
    course = db.session.get_one(EditionCourse, 2, populate_existing=True)
    assert (course.applied_through, course.applied_at) == (done[1], None)
    monkeypatch.setattr(applying, "sync_seats", real)
    assert apply_editions() == 1
    assert all(
        count == (0, 2) for key in more for count in [seats(db.session.get_one(type(world.fair), key))[False]]
    )
    assert len(audited("event.limit_changed")) == len(more) + 2


def test_a_clock_that_jumps_over_two_editions_applies_both_and_the_newest_holds(world, actor, outbox):
    publish(actor, at=DAY, **TIGHTER)
    publish(actor, at=DAY + timedelta(days=1), contacts={"bands": FIRST_BANDS})
    with time_machine.travel("2027-06-01T00:00:00Z", tick=False):
        assert apply_editions() == 2
        assert edition_in_force().number == 3
    assert seats(world.congress) == {False: (3, 4)}


def test_a_clock_that_was_ahead_of_time_applies_nothing_yet(world, actor, outbox, run_jobs):
    """The job waits for its moment in the database; whenever it runs, the portal's clock decides."""
    publish(actor, at=DAY, **TIGHTER)
    waiting = text("SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = 'apply_editions'")
    assert db.session.scalars(waiting).all() == [DAY]
    run_jobs()
    assert db.session.get_one(EditionCourse, 2).applied_at is None


def test_one_that_was_withdrawn_is_never_applied(world, actor, outbox):
    publish(actor, at=DAY, **TIGHTER)
    service.withdraw_edition(actor, 2, reason="No.")
    with time_machine.travel("2027-06-01T00:00:00Z", tick=False):
        assert apply_editions() == 0
    assert seats(world.congress) == {False: (3, 4)}


def test_organisers_of_events_that_go_over_are_told_once_if_wished(world, actor, outbox, run_jobs):
    ended = event(
        world.library,
        "Ended",
        attendees=700,
        licence="premium",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 1, 2),
    )
    for name in ("One", "Two", "Three"):
        contact(ended, person(name))
    db.session.commit()
    publish(actor, tell_over_limit=True, **TIGHTER)
    apply_editions()
    [mail] = run_jobs()
    assert (mail["To"], mail["Subject"]) == (
        "organiser@people.example",
        "Congress is over its limit of contacts",
    )
    said = mail.get_body(("plain",)).get_content()
    assert "may register 2 Technical Contacts instead of 4, and 3 are registered" in said
    assert "Nobody is removed." in said
    assert seats(ended) == {False: (2, 2), True: (1, 1)}


def test_all_organisers_are_told_at_once_if_wished(world, actor, outbox, run_jobs):
    grant(world.outsider, Role.ORGANISER, organisation_id=world.society.id)
    db.session.commit()
    publish(actor, summary="Dearer seats.", at=DAY, tell_all=True, prices={"extra_contact_cents": 60_000})
    mails = run_jobs()
    assert sorted(mail["To"] for mail in mails) == ["organiser@people.example", "outsider@people.example"]
    said = mails[0].get_body(("plain",)).get_content()
    assert "Fri 1 Jan 2027, 06:00 CET (Fri 1 Jan 2027, 00:00 EST)" in said
    assert "> Dearer seats." in said
    assert "> Price of an additional contact: US$500 became US$600." in said


def test_what_the_preview_says_is_what_happens(world, actor, outbox):
    edition = publish(actor, **TIGHTER)
    found = effects(FIRST_EDITION, edition, edition.in_force_from)
    [over] = [effect for effect in found if effect.is_warning]
    assert over.sentence == "1 event goes over its limit: nobody is removed, and nobody can be added."
    assert [(each.name, each.note) for each in over.touched] == [
        ("Congress", "limit 4 becomes 2, 3 registered")
    ]
    apply_editions()
    assert True in seats(world.congress)
    back = effects(edition, edition_numbered(1), edition.in_force_from)
    assert [effect.sentence for effect in back] == ["1 event comes within its limit again."]


FIRST_BANDS = bands(FIRST_EDITION, 0)["bands"]

"""Answers of calendars and calendar addresses at the same moment: the newest counts, and there is one."""

from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.actor import SYSTEM
from portal.accounts.models import Person
from portal.accounts.queries import person_of
from portal.bookings import feeds, reminders, replies
from portal.bookings.models import Booking
from portal.bookings.models_calendars import CalendarFeed, SessionReply
from portal.db import db, in_transaction
from portal.mail.models import OutboundMail
from portal.mail.post import post
from tests.bookings.sessions import booking
from tests.people import World
from tests.races.contest import at_once, kinds

CLIENTS = 8
MONDAY = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture(autouse=True)
def monday() -> Any:
    with time_machine.travel(MONDAY, tick=False):
        yield


def answered_at_once(app: Flask, world: World) -> list[Any]:
    """Eight answers of one person, each from another minute, taken at once; what became of each."""
    session = booking(world.congress, world.agent, world.contact)
    key, uid, who, address = session.id, session.calendar_uid, world.contact.id, world.contact.email

    def take(minute: int) -> Any:
        told = replies.Answer(
            uid=uid, partstat="ACCEPTED" if minute % 2 else "DECLINED", is_counter=False, attendee=address, attendees=1,
            sequence=0, stamped_at=MONDAY - timedelta(minutes=minute), proposed_at=None, comment="", sender=address,
            doubted=False, booking_id=key, person_id=who, mail_id=None, received_at=MONDAY,
        )  # fmt: skip
        return in_transaction(lambda: replies.note_answer(told))

    return at_once(app, [lambda minute=minute: take(minute) for minute in range(CLIENTS)])  # type: ignore[misc]


def slowly(work: Any) -> Any:
    """The same, with time for the others to have looked as well."""

    def run(*args: Any) -> Any:
        found = work(*args)
        sleep(0.1)
        return found

    return run


def counting() -> list[datetime]:
    return list(db.session.scalars(select(SessionReply.stamped_at).where(SessionReply.standing == "counts")))


def test_of_answers_at_once_the_newest_counts(app: Flask, world: World) -> None:
    assert kinds(answered_at_once(app, world)) == {"Noted": CLIENTS}
    assert counting() == [MONDAY]


def test_without_the_lock_the_index_has_to_refuse(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlocked(uid: str) -> Booking | None:
        return db.session.scalar(select(Booking).where(Booking.calendar_uid == uid))

    monkeypatch.setattr(replies, "_locked", unlocked)
    monkeypatch.setattr(replies, "_counting", slowly(replies._counting))
    assert kinds(answered_at_once(app, world)).get("IntegrityError", 0) > 0
    assert len(counting()) == 1


def made_at_once(app: Flask, world: World) -> list[Any]:
    """Eight calendar addresses made by one person at once; what became of each."""
    actor = world.actor("contact")
    return at_once(app, [lambda: feeds.make_feed(actor) for _ in range(CLIENTS)])


def open_feeds() -> int:
    return len(db.session.scalars(select(CalendarFeed.id).where(CalendarFeed.ended_at.is_(None))).all())


def test_of_addresses_made_at_once_one_is_left(app: Flask, world: World) -> None:
    assert kinds(made_at_once(app, world)) == {"str": CLIENTS}
    assert open_feeds() == 1


def test_without_the_lock_the_index_has_to_refuse_addresses(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlocked(actor: Any) -> Person:
        return person_of(actor)

    monkeypatch.setattr(feeds, "_locked", unlocked)
    monkeypatch.setattr(feeds, "_end", slowly(feeds._end))
    assert kinds(made_at_once(app, world)).get("IntegrityError", 0) > 0
    assert open_feeds() == 1


def reminded_at_once(app: Flask, world: World) -> int:
    """How many reminders two people got of one session while four workers looked at once."""
    starts_at = MONDAY + timedelta(hours=24)
    session = booking(world.congress, world.agent, world.contact, starts_at)
    session.booked_at = MONDAY - timedelta(days=5)
    db.session.commit()
    at_once(app, [lambda: reminders.remind_of_sessions(SYSTEM) for _ in range(4)])
    return db.session.scalars(select(func.count(OutboundMail.id))).one()


def due_unheld(reminder: reminders.Reminder) -> list[Booking]:
    found = list(db.session.scalars(select(Booking)))
    sleep(0.05)
    return found if reminder.name == "day" else []


def post_again(to: Person, template: str, *, cause: str, **values: Any) -> None:
    post(to, template, cause=f"{cause}:{uuid4()}", **values)


def test_each_is_reminded_once_however_many_workers_look(app: Flask, world: World) -> None:
    assert reminded_at_once(app, world) == 2


def test_the_cause_alone_keeps_a_reminder_from_being_sent_twice(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "_due", due_unheld)
    assert reminded_at_once(app, world) == 2


def test_without_lock_and_cause_it_is_sent_more_often(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "_due", due_unheld)
    monkeypatch.setattr(reminders, "post", post_again)
    assert reminded_at_once(app, world) > 2

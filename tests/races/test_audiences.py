"""Several at the same moment: no more people than a session takes, one invitation each, no more mail than is allowed."""

from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.audiences import inviting, listing, mail_limit
from portal.audiences.models import AudienceLetter, AudienceMember
from portal.audiences.queries import session_with_audience
from portal.bookings.models import Booking
from portal.clock import now
from portal.db import db
from portal.mail.models import OutboundMail
from tests.audiences.scenes import count, listed
from tests.bookings.sessions import booking
from tests.people import World
from tests.races.contest import at_once

pytestmark = pytest.mark.usefixtures("outbox")

CLIENTS, EACH, CAPACITY = 8, 5, 20
FREE = {"audience": "contacts", "one_per_event": False, "uses_entitlement": False}


def training(world: World, days: int = 3) -> Booking:
    """Training of contacts, which takes twenty."""
    return booking(world.congress, world.agent, world.contact, now() + timedelta(days=days), **FREE)


def listings(app: Flask, world: World) -> int:
    """How many are listed once eight clients have put five others each on a list of twenty."""
    key, contact = training(world).id, world.actor("contact")

    def add(number: int) -> int:
        people = [listing.Wanted("Ada Byron", f"ada.{number}.{each}@x.example") for each in range(EACH)]
        return len(listing.list_people(contact, key, people))

    at_once(app, [lambda number=number: add(number) for number in range(CLIENTS)])  # type: ignore[misc]
    return count(AudienceMember)


def test_no_more_are_listed_than_the_session_takes(app: Flask, world: World) -> None:
    assert listings(app, world) == CAPACITY


def test_without_holding_the_session_more_are(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "locked_session", session_with_audience)
    assert listings(app, world) > CAPACITY


def letters(app: Flask, world: World) -> int:
    """How many letters two contacts wrote who pressed the button four times each at once; each mail is once anyhow."""
    session = training(world)
    key = session.id
    listed(world, session)
    contacts = [world.actor("contact"), world.actor("other_contact")]

    def press(number: int) -> int:
        return inviting.invite_audience(
            contacts[number % 2], key, note="", answers_to_me=False, asks_feedback=True, form_key=str(uuid4())
        ).written

    at_once(app, [lambda number=number: press(number) for number in range(CLIENTS)])  # type: ignore[misc]
    assert count(OutboundMail, OutboundMail.audience_member_id.is_not(None)) == 3
    return count(AudienceLetter)


def test_eight_presses_of_the_button_are_one_letter(app: Flask, world: World) -> None:
    assert letters(app, world) == 1


def test_without_holding_the_session_there_are_several(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inviting, "locked_session", session_with_audience)
    assert letters(app, world) > 1


def mails(app: Flask, world: World) -> int:
    """How many mails somebody got who is on the lists of six sessions, all invited at once, with seven sent before."""
    sessions = [training(world, days) for days in range(3, 9)]
    keys = [session.id for session in sessions]
    for session in sessions:
        listed(world, session, "Ada Byron")
    member = db.session.scalars(select(AudienceMember.id)).first()
    db.session.add_all(
        OutboundMail(
            cause=f"earlier:{number}", address="ada@presenters.example", subject="", body_text="", body_html="",
            audience_member_id=member,
        )
        for number in range(7)
    )  # fmt: skip
    db.session.commit()
    contact = world.actor("contact")

    def invite(key: int) -> int:
        return inviting.invite_audience(
            contact, key, note="", answers_to_me=False, asks_feedback=True, form_key=str(uuid4())
        ).written

    at_once(app, [lambda key=key: invite(key) for key in keys])  # type: ignore[misc]
    return count(OutboundMail)


def test_an_address_gets_no_more_mail_than_is_allowed(app: Flask, world: World) -> None:
    assert mails(app, world) == app.extensions["settings"].audience_mails_a_day


def test_without_the_lock_it_gets_more(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_limit, "one_at_a_time", lambda address: select(func.pg_sleep(0.2)))
    assert mails(app, world) > app.extensions["settings"].audience_mails_a_day

"""Files that arrive at once never go over a day's measure; a draft saved while it is sent does not outlive it.

Each race has a control in which the guard is taken away.
"""

import threading
import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from portal.db import db, in_transaction
from portal.tickets import drafts
from portal.tickets.day_quota import count_upload
from portal.tickets.drafts import save_draft
from portal.tickets.models_drafts import TicketDraft, UploadDay
from tests.people import World
from tests.races.contest import at_once
from tests.tickets.scenes import asked

pytestmark = pytest.mark.usefixtures("outbox")

CLIENTS = 8
ROUNDS = range(3)
MOST = 500


@pytest.mark.parametrize("_round", ROUNDS)
def test_uploads_at_once_stay_within_the_day(app: Flask, world: World, _round: int) -> None:
    person = world.contact.id
    answers = at_once(app, [lambda: count_upload(person, 100, MOST)] * CLIENTS)
    assert answers.count(True) == MOST // 100
    assert db.session.scalar(select(UploadDay.size)) == MOST


def test_control_counting_and_then_writing_goes_over(app: Flask, world: World) -> None:
    person, looked = world.contact.id, threading.Barrier(CLIENTS)
    count_upload(person, 100, MOST)

    def count() -> bool:
        fits = in_transaction(lambda: db.session.scalars(select(UploadDay.size)).one()) + 100 <= MOST
        looked.wait(timeout=20)
        if fits:
            more = text("UPDATE upload_day SET size = size + 100")
            in_transaction(lambda: db.session.execute(more))
        return fits

    assert at_once(app, [count] * CLIENTS).count(True) == CLIENTS
    assert db.session.scalars(select(UploadDay.size)).one() > MOST


def saved_while_sent(app: Flask, world: World) -> int:
    """How many drafts are left when eight saves and the sending of one form come at the same moment."""
    key, actor, place = str(uuid.uuid4()), world.actor("contact"), f"new:{world.congress.id}"

    def save() -> Any:
        return save_draft(actor, place, {"body": "Half a thought"}, form_key=key)

    at_once(app, [*[save] * CLIENTS, lambda: asked(world, form_key=key)])
    return db.session.scalars(select(func.count()).select_from(TicketDraft)).one()


@pytest.mark.parametrize("_round", ROUNDS)
def test_no_draft_outlives_its_sending(app: Flask, world: World, _round: int) -> None:
    assert saved_while_sent(app, world) == 0


def test_control_a_save_that_does_not_wait_outlives_the_sending(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, sent = threading.Event(), threading.Event()
    is_sent = drafts._is_sent
    key, actor, place = str(uuid.uuid4()), world.actor("contact"), f"new:{world.congress.id}"

    def look(*asked_of: Any) -> bool:
        found = is_sent(*asked_of)
        looked.set()
        sent.wait(timeout=20)
        return found

    def send() -> None:
        looked.wait(timeout=20)
        asked(world, form_key=key)
        sent.set()

    monkeypatch.setattr(drafts, "_hold", lambda actor: None)
    monkeypatch.setattr(drafts, "_is_sent", look)
    at_once(app, [lambda: save_draft(actor, place, {"body": "Half"}, form_key=key), send])
    assert db.session.scalars(select(func.count()).select_from(TicketDraft)).one() == 1

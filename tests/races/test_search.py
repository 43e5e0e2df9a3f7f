"""Messages that come in at once: each is found, whatever the others' writers saw of the ticket."""

from collections.abc import Iterator
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import text

from portal.db import db
from portal.tickets.models import Message
from tests.people import World
from tests.races.contest import at_once
from tests.search.findings import ticket

AT_ONCE = 8
ROUNDS = 3
FUNCTION = "SELECT pg_get_functiondef('refresh_ticket_words'::regproc)"
LOCK = "PERFORM 1 FROM ticket_words w WHERE w.ticket_id = ANY (ids) ORDER BY w.ticket_id FOR UPDATE;"


@pytest.fixture
def without_lock(context: None) -> Iterator[None]:
    """The words are written without holding the row that they are written to."""
    guarded = db.session.scalar(text(FUNCTION)) or ""
    assert LOCK in guarded
    _define(guarded.replace(LOCK, ""))
    yield
    _define(guarded)


def _define(function: str) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql(function)
    db.session.rollback()


def _lost(app: Flask, world: World) -> int:
    """How many words of messages written at once are not found, over a few rounds."""
    lost = 0
    for _ in range(ROUNDS):
        key, author = ticket(world.congress, world.contact, "Many at once").id, world.contact.id
        db.session.commit()
        words = [f"tangerine{number}" for number in range(AT_ONCE)]
        assert at_once(app, [partial(_write, key, author, word) for word in words]) == [None] * AT_ONCE
        found = "SELECT shared @@ plainto_tsquery('english', :word) FROM ticket_words WHERE ticket_id = :key"
        lost += sum(not db.session.scalar(text(found), {"word": word, "key": key}) for word in words)
    return lost


def _write(ticket_id: int, author_id: int, word: str) -> None:
    db.session.add(Message(ticket_id=ticket_id, author_id=author_id, from_staff=False, body=f"A {word}."))
    db.session.commit()


def test_every_message_written_at_once_is_found(app: Flask, world: World) -> None:
    assert _lost(app, world) == 0


def test_control_without_the_lock_words_are_lost(app: Flask, world: World, without_lock: None) -> None:
    assert _lost(app, world) > 0

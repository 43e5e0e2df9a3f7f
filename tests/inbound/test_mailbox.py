"""Mail is fetched from a mailbox once, and marked only when it is kept."""

import imaplib
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import db
from portal.inbound import reasons
from portal.inbound.filing import file_mail
from portal.inbound.mailbox import fetch
from portal.inbound.models import InboundMail
from tests.inbound.conftest import ADDRESS
from tests.inbound.imap_server import Mailbox
from tests.inbound.letters import letter
from tests.people import World

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture
def mailbox(app: Flask) -> Iterator[Mailbox]:
    """A mailbox that the settings name."""
    before = app.extensions["settings"]
    with Mailbox() as box:
        named = {
            "imap_host": "127.0.0.1",
            "imap_port": box.port,
            "imap_tls": False,
            "imap_username": "support",
        }
        app.extensions["settings"] = before.model_copy(update={"inbound_address": ADDRESS, **named})
        yield box
    app.extensions["settings"] = before


def kept() -> list[InboundMail]:
    db.session.rollback()
    return list(db.session.scalars(select(InboundMail).order_by(InboundMail.id)))


def test_new_mail_is_fetched_once_and_filed(world: World, mailbox: Mailbox) -> None:
    mailbox.put(letter(world.contact.email, "From the mailbox."))
    assert fetch() == 1
    assert fetch() == 0
    [mail] = kept()
    assert (mail.door, mail.source_key) == ("imap", "127.0.0.1/INBOX/7/1")
    file_mail(mail.id)
    assert kept()[0].state == "filed"
    assert mailbox.read == {1}


def test_fetched_mail_is_moved_where_the_settings_say(app: Flask, world: World, mailbox: Mailbox) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"imap_done_folder": "DONE"})
    mailbox.put(letter(world.contact.email))
    fetch()
    assert mailbox.moved == {1: "DONE"}


@pytest.mark.parametrize("command", [b"UID STORE", b"UID FETCH", b"UID SEARCH"])
def test_a_mailbox_that_hangs_up_loses_and_doubles_nothing(
    world: World, mailbox: Mailbox, command: bytes
) -> None:
    mailbox.put(letter(world.contact.email))
    mailbox.dropped = command
    with pytest.raises((imaplib.IMAP4.abort, OSError)):
        fetch()
    mailbox.dropped = b""
    fetch()
    assert len(kept()) == 1
    assert mailbox.read == {1}


def test_a_mail_that_is_too_large_is_told_and_left(app: Flask, world: World, mailbox: Mailbox) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"inbound_max_bytes": 2**16})
    mailbox.put(letter(world.contact.email, "x" * 2**17, subject="A film"))
    fetch()
    [mail] = kept()
    assert (mail.state, mail.reason, mail.subject) == ("quarantined", reasons.TOO_LARGE, "A film")
    assert mail.size < 2000


def test_nothing_is_fetched_where_no_mailbox_is_set(world: World) -> None:
    assert fetch() == 0

"""The door for mail servers, spoken to by real clients: what is acknowledged is kept, what is not comes again."""

import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import create_app
from portal.db import db
from portal.inbound.models import InboundMail
from portal.tickets.models import Message
from tests.conftest import test_settings as settings_under_test
from tests.inbound.conftest import ADDRESS
from tests.inbound.letters import letter
from tests.inbound.open_door import OpenDoor
from tests.people import World

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture
def door(app: Flask, takes_mail: None) -> Iterator[int]:
    """The port of an open door."""
    with OpenDoor(app) as port:
        yield port


def mails() -> int:
    db.session.rollback()
    return db.session.scalars(select(func.count()).select_from(InboundMail)).one()


@pytest.mark.parametrize("speaks", [smtplib.SMTP, smtplib.LMTP])
def test_a_mail_is_kept_and_becomes_a_ticket(world: World, door: int, run_jobs, speaks) -> None:
    with speaks("127.0.0.1", door) as client:
        client.sendmail(world.contact.email, [ADDRESS], letter(world.contact.email, "By a mail server."))
    assert mails() == 1
    run_jobs()
    db.session.rollback()
    assert db.session.scalars(select(Message.body)).all() == ["By a mail server."]


def test_the_largest_size_is_told_and_held(app: Flask, world: World, door: int) -> None:
    most = app.extensions["settings"].inbound_max_bytes
    with smtplib.SMTP("127.0.0.1", door) as client:
        client.ehlo()
        assert client.esmtp_features["size"] == str(most)
        assert client.docmd("MAIL", f"FROM:<a@b.example> SIZE={most + 1}")[0] == 552


@pytest.mark.parametrize(
    "address", ["nobody@conf.example", "support@elsewhere.example", "supportx@conf.example"]
)
def test_nobody_else_lives_here(world: World, door: int, address: str) -> None:
    with smtplib.SMTP("127.0.0.1", door) as client, pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        client.sendmail("a@b.example", [address], letter("a@b.example"))
    assert refused.value.recipients[address][0] == 550
    assert mails() == 0


def test_by_lmtp_each_address_has_a_mail_of_its_own(world: World, door: int) -> None:
    with smtplib.LMTP("127.0.0.1", door) as client:
        refused = client.sendmail(
            "a@b.example", [ADDRESS, f"support+{world.congress.slug}@conf.example"], letter("a@b.example")
        )
    assert [code for code, _ in refused.values()] == [452]


def test_a_bounce_comes_from_nobody(world: World, door: int) -> None:
    with smtplib.SMTP("127.0.0.1", door) as client:
        client.sendmail("", [ADDRESS], letter("MAILER-DAEMON@b.example"))
    db.session.rollback()
    assert db.session.scalars(select(InboundMail.envelope_from)).all() == [""]


def test_a_mail_brought_again_is_kept_once(world: World, door: int) -> None:
    raw = letter(world.contact.email)
    for _ in range(2):
        with smtplib.SMTP("127.0.0.1", door) as client:
            client.sendmail(world.contact.email, [ADDRESS], raw)
    assert mails() == 1


def test_lines_longer_than_usual_are_taken(world: World, door: int) -> None:
    raw = b"From: contact@people.example\r\nTo: support@conf.example\r\n\r\n" + b"x" * 50_000 + b"\r\n"
    with smtplib.SMTP("127.0.0.1", door) as client:
        client.sendmail(world.contact.email, [ADDRESS], raw)
    assert mails() == 1


def test_without_a_database_the_mail_is_to_come_again(tmp_path: Path) -> None:
    nowhere = create_app(
        settings_under_test("postgresql://nobody@127.0.0.1:1/none", tmp_path, inbound_address=ADDRESS)
    )
    with OpenDoor(nowhere) as port, smtplib.SMTP("127.0.0.1", port) as client:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail("a@b.example", [ADDRESS], letter("a@b.example"))
        assert refused.value.smtp_code == 451
        # And the door is still open.
        assert client.noop()[0] == 250


def test_without_room_to_keep_it_the_mail_is_to_come_again(
    app: Flask, world: World, door: int, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("not a folder")
    before = app.extensions["settings"]
    app.extensions["settings"] = before.model_copy(update={"storage_dir": blocked})
    with smtplib.SMTP("127.0.0.1", door) as client, pytest.raises(smtplib.SMTPDataError) as refused:
        client.sendmail(world.contact.email, [ADDRESS], letter(world.contact.email))
    app.extensions["settings"] = before
    assert refused.value.smtp_code == 451
    assert mails() == 0

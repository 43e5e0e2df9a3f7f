"""Staff who decide on the same mail at once, workers who file it at once, and a mail brought twice at once."""

from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, true

from portal.audit.models import AuditEntry
from portal.db import db
from portal.inbound import service
from portal.inbound.filing import file_mail
from portal.inbound.models import InboundMail
from portal.inbound.receiving import receive
from portal.tickets.models import Message, Ticket
from tests.inbound.conftest import takes_mail
from tests.inbound.letters import brought, filed, letter
from tests.people import World
from tests.races.contest import at_once, kinds

__all__ = ["takes_mail"]
pytestmark = pytest.mark.usefixtures("takes_mail", "outbox")

CLIENTS = 8


def decisions(app: Flask, world: World) -> list[Any]:
    """What each gave of half releasing and half discarding one mail."""
    mail = filed(letter("ann@elsewhere.example"))
    agent, manager = world.actor("agent"), world.actor("manager")
    where = {"author": world.contact.email, "event_id": world.congress.id}
    release = partial(service.release_mail, agent, mail.id, **where)
    discard = partial(service.discard_mail, manager, mail.id, reason="Advertising")
    return at_once(app, [release, discard] * (CLIENTS // 2))


def decided() -> int:
    """How many decisions were written down."""
    db.session.rollback()
    made = AuditEntry.action.in_(("mail.released", "mail.discarded"))
    return db.session.scalars(select(func.count()).select_from(AuditEntry).where(made)).one()


def test_a_mail_is_decided_once(app: Flask, world: World) -> None:
    assert kinds(decisions(app, world)) == {"Conflict": CLIENTS - 1, "InboundMail": 1}
    assert decided() == 1


def test_without_its_guard_a_mail_is_decided_often(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "undecided", true)
    decisions(app, world)
    assert decided() > 1


def test_workers_file_a_mail_once(app: Flask, world: World) -> None:
    mail_id = brought(letter(world.contact.email))
    at_once(app, [partial(file_mail, mail_id)] * 3)
    for table in (Ticket, Message):
        assert db.session.scalars(select(func.count()).select_from(table)).one() == 1


def test_a_mail_brought_at_once_is_kept_once(app: Flask, world: World) -> None:
    raw = letter(world.contact.email)
    keys = at_once(app, [partial(receive, raw, door="smtp")] * CLIENTS)
    assert len(set(keys)) == 1
    assert db.session.scalars(select(func.count()).select_from(InboundMail)).one() == 1

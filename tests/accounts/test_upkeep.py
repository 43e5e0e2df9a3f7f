"""What the hourly job forgets, and how the first administrator comes to be."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts import service
from portal.accounts.links import Purpose, make_link
from portal.accounts.models import Grant, OneTimeLink, Session
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.errors import Invalid
from portal.rate_counters import RateCounter
from tests.accounts.secrets import PASSWORD, give_password
from tests.people import World
from tests.signing_in import PortalClient


def test_what_ended_thirty_days_ago_is_forgotten(world: World) -> None:
    moment = now()
    with time_machine.travel(moment, tick=False):
        for days, ended in ((29, True), (31, True), (31, False)):
            at = moment - timedelta(days=days)
            db.session.add(
                Session(token_hash=f"{days}{ended}", person_id=world.contact.id, signed_in_at=at,
                        expires_at=moment + timedelta(days=1), ended_at=at if ended else None)
            )  # fmt: skip
        db.session.add(
            Session(token_hash="expired", person_id=world.contact.id, expires_at=moment - timedelta(days=31))
        )
        for name, minutes in (("over", -1), ("running", 1)):
            db.session.add(RateCounter(name=name, count=1, expires_at=moment + timedelta(minutes=minutes)))
        db.session.commit()
        with time_machine.travel(moment - timedelta(days=38), tick=False):
            make_link(world.contact, Purpose.INVITATION)
        make_link(world.contact, Purpose.RESET)
        db.session.commit()
        service.forget_expired()
    assert db.session.scalars(select(Session.token_hash).order_by(Session.id)).all() == ["29True", "31False"]
    assert db.session.scalars(select(RateCounter.name)).all() == ["running"]
    assert db.session.scalars(select(OneTimeLink.purpose)).all() == ["reset"]


def test_the_first_administrator_gets_a_link(client: PortalClient, world: World) -> None:
    address = service.create_admin(" First@Admin.example", "First Admin")
    assert address
    assert address.startswith("http://127.0.0.1:8000/invitations/")
    path = address.removeprefix("http://127.0.0.1:8000")
    typed = {"name": "First Admin", "time_zone": "UTC", "password": PASSWORD}
    assert client.post(path, typed).status_code == 303
    assert client.get("/staff/people").status_code == 200
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[:2] == ["person.created", "role.granted"]


def test_whoever_has_a_password_becomes_one_without_a_link(client: PortalClient, world: World) -> None:
    give_password(world.contact)
    assert service.create_admin(world.contact.email, "Contact") is None
    assert service.create_admin(world.contact.email, "Contact") is None
    held = select(Grant).where(Grant.person_id == world.contact.id, Grant.role == "admin")
    assert len(db.session.scalars(held).all()) == 1
    assert client.as_(world.contact).get("/staff/people").status_code == 200


def test_what_is_no_address_makes_no_administrator(world: World) -> None:
    with pytest.raises(Invalid):
        service.create_admin("nobody", "Nobody")

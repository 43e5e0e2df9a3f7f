"""A person's own copy, erasure that keeps the books right, and forgetting by rule."""

import json
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Grant, Person, Session
from portal.accounts.passwords import hash_password
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import Base, db
from portal.documents.discrepancies import discrepancies
from portal.documents.models import Document
from portal.errors import Conflict, Forbidden, Invalid
from portal.mail.models import OutboundMail
from portal.orders import service as orders
from portal.privacy.erasure import erase_person
from portal.privacy.export import own_data
from portal.privacy.held import HELD, MENTIONED, Fate
from portal.privacy.retention import forget_old_mail
from portal.tickets import notes
from tests.tickets.scenes import asked, replied


def end_roles(person):
    db.session.execute(Grant.__table__.update().where(Grant.person_id == person.id).values(ended_at=now()))
    db.session.commit()


def test_every_table_that_names_a_person_is_told_of():
    known = {held.table for held in HELD} | MENTIONED
    names = {
        table.name
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == "person" for key in column.foreign_keys)
    }
    assert names - known == set()
    for held in HELD:
        columns = Base.metadata.tables[held.table].columns
        assert {held.owner, *held.shown, *held.blanked} <= set(columns.keys()), held.table
        assert held.why or held.fate is Fate.DELETE, held.table


def test_no_copy_holds_a_secret():
    shown = {name for held in HELD for name in held.shown}
    assert not {name for name in shown if "hash" in name or "token" in name or name == "form_key"}


def test_the_copy_holds_ones_own_and_nobody_elses(client, world, outbox):
    ticket = asked(world, subject="Badges", body="My own words")
    replied(world, ticket, "agent", body="The agent's words")
    copy = client.as_(world.contact).post("/account/data")
    assert copy.mimetype == "application/json"
    held = json.loads(copy.data)
    assert held["account"]["email"] == "contact@people.example"
    assert [each["body"] for each in held["What you wrote on tickets"]] == ["My own words"]
    assert [each["subject"] for each in held["Tickets you opened"]] == ["Badges"]
    assert any("The agent's words" in mail["body_text"] for mail in held["Mail we sent you"])
    assert "password" not in copy.text
    assert "person.data_taken" in db.session.scalars(select(AuditEntry.action)).all()


def test_notes_among_support_are_in_nobodys_copy(world, outbox):
    ticket = asked(world)
    notes.add_note(world.actor("agent"), ticket.id, body="Secret among us", form_key=str(uuid.uuid4()))
    assert "Secret among us" not in json.dumps(own_data(world.actor("agent")), default=str)


def test_visitors_have_no_copy(client, world):
    assert client.get("/account/data").status_code == 303
    assert client.post("/account/data").status_code == 400
    assert client.as_(world.nobody).get("/account/data").status_code == 200


def test_who_is_erased_is_nowhere_by_name_and_the_books_stay_right(world, outbox):
    order = orders.order_extra_contact(
        world.actor("organiser"), world.congress.id, form_key=str(uuid.uuid4())
    )
    orders.settle_order(world.actor("manager"), order.id, payment_reference="B-1")
    world.organiser.phone, world.organiser.password_hash = "+1 202 555 0100", hash_password("a long password")
    db.session.merge(world.organiser)
    db.session.commit()
    end_roles(world.organiser)
    documents = db.session.scalar(select(func.count()).select_from(Document))
    erase_person(world.actor("admin"), world.organiser.id, confirmed_email="Organiser@people.example ")
    found = db.session.get_one(Person, world.organiser.id, populate_existing=True)
    assert (found.name, found.phone, found.password_hash) == (f"Former person {found.id}", "", None)
    assert found.email.endswith(".invalid")
    assert db.session.scalar(select(Session.id).where(Session.person_id == found.id)) is None
    mails = db.session.scalars(select(OutboundMail).where(OutboundMail.person_id == found.id)).all()
    assert mails
    assert {(mail.address, mail.body_text, mail.body_html) for mail in mails} == {("(erased)", "", "")}
    assert db.session.scalar(select(func.count()).select_from(Document)) == documents
    assert discrepancies(db.session.connection()) == []


def test_what_they_wrote_stays_without_their_name(client, world, outbox):
    ticket = asked(world, body="How do I print them?")
    end_roles(world.contact)
    erase_person(world.actor("admin"), world.contact.id, confirmed_email="contact@people.example")
    page = client.as_(world.agent).get(f"/tickets/{ticket.id}").text
    assert "How do I print them?" in page
    assert f"Former person {world.contact.id}" in page
    assert "contact@people.example" not in page


def test_nobody_is_erased_by_a_slip(world, outbox):
    admin = world.actor("admin")
    with pytest.raises(Conflict, match="roles first"):
        erase_person(admin, world.contact.id, confirmed_email="contact@people.example")
    with pytest.raises(Invalid):
        erase_person(admin, world.nobody.id, confirmed_email="somebody@people.example")
    with pytest.raises(Forbidden):
        erase_person(admin, world.admin.id, confirmed_email="admin@people.example")
    for who in ("manager", "agent", "organiser"):
        with pytest.raises(Forbidden):
            erase_person(world.actor(who), world.nobody.id, confirmed_email="nobody@people.example")
    erase_person(admin, world.nobody.id, confirmed_email="nobody@people.example")
    with pytest.raises(Conflict, match="already"):
        erase_person(admin, world.nobody.id, confirmed_email="nobody@people.example")


def test_the_page_asks_and_keeps_what_was_typed(client, world, outbox):
    admin, here = client.as_(world.admin), f"/staff/people/{world.nobody.id}/erasure"
    assert "This cannot be undone." in admin.get(here).text
    wrong = admin.post(here, data={"email": "somebody@else.example"})
    assert (wrong.status_code, "somebody@else.example" in wrong.text) == (422, True)
    assert admin.post(here, data={"email": "nobody@people.example"}).status_code == 303
    assert "Erased" in admin.get(f"/staff/people/{world.nobody.id}").text


def test_texts_of_old_mail_are_forgotten_and_newer_ones_kept(world, outbox):
    asked(world)
    mails = db.session.scalars(select(OutboundMail)).all()
    for mail in mails:
        mail.state = "sent"
    mails[0].queued_at = now() - timedelta(days=401)
    mails[1].queued_at, mails[1].state = now() - timedelta(days=401), "queued"
    db.session.commit()
    assert forget_old_mail() == (1, 0)
    assert forget_old_mail() == (0, 0)
    db.session.rollback()
    kept = db.session.scalars(select(OutboundMail).order_by(OutboundMail.id)).all()
    assert [bool(mail.body_text) for mail in kept] == [mail.id != mails[0].id for mail in kept]

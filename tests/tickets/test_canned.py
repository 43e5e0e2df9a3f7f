"""Canned replies: keeping them, and putting one into an answer."""

import html
import io
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts.permissions import Role
from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid
from portal.tickets.canned import (
    add_canned_reply,
    archive_canned_reply,
    canned_replies,
    change_canned_reply,
    filled,
)
from portal.tickets.models import Message
from portal.tickets.models_work import CannedReply
from tests.people import World, grant
from tests.policy.moments import et
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked, png, replied

pytestmark = pytest.mark.usefixtures("outbox")

BODY = "Hello {customer}, ticket {ticket} on {event} is with me until {due}. {agent}"


def kept(world: World, who: str = "agent", **changes: Any) -> CannedReply:
    values = {"title": "It is with me", "topic": "", "body": BODY, "form_key": str(uuid4())} | changes
    return add_canned_reply(world.actor(who), **values)


def test_a_reply_is_kept_changed_and_archived_on_the_record(world: World) -> None:
    reply = kept(world)
    change_canned_reply(world.actor("manager"), reply.id, title="With me", topic="how_to", body="Soon.")
    archive_canned_reply(world.actor("agent"), reply.id, archived=True)
    with pytest.raises(Conflict):
        archive_canned_reply(world.actor("manager"), reply.id, archived=True)
    assert canned_replies(world.actor("agent")) == []
    assert [each.title for each in canned_replies(world.actor("agent"), archived=True)] == ["With me"]
    with pytest.raises(Conflict):
        change_canned_reply(world.actor("agent"), reply.id, title="x", topic="", body="x")
    archive_canned_reply(world.actor("agent"), reply.id, archived=False)
    rows = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))
    assert [row.partition(".")[2] for row in rows] == ["added", "changed", "archived", "restored"]


def test_a_form_sent_twice_is_one_reply(world: World) -> None:
    key = str(uuid4())
    assert kept(world, form_key=key).id == kept(world, form_key=key).id


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"body": "Dear {name}"}, "body"),
        ({"body": "{}"}, "body"),
        ({"body": "{customer.email}"}, "body"),
        ({"body": "{customer!r}"}, "body"),
        ({"topic": "free_lunch"}, "topic"),
        ({"title": "Taken"}, "title"),
    ],
)
def test_what_cannot_be_kept_names_its_field(world: World, changes: dict[str, str], field: str) -> None:
    kept(world, title="Taken")
    with pytest.raises(Invalid) as problem:
        kept(world, **changes)
    assert set(problem.value.fields) == {field}


@pytest.mark.parametrize("who", ["contact", "organiser", "moderator", "admin"])
def test_only_support_keeps_replies(client: PortalClient, world: World, who: str) -> None:
    with pytest.raises(Forbidden):
        kept(world, who)
    reply = kept(world)
    browser = client.as_(getattr(world, who))
    assert browser.get("/staff/replies").status_code == 403
    assert browser.get(f"/staff/replies/{reply.id}").status_code == 404


def test_values_stay_text_whatever_they_hold(world: World) -> None:
    world.contact.name = "{agent} {{ 7*7 }} {due}"
    db.session.commit()
    ticket = asked(world)
    text = filled(CannedReply(body="{customer}|{agent}|{due}|{{ 7*7 }}"), ticket, "Ada", None)
    assert text == "{agent} {{ 7*7 }} {due}|Ada|the time shown on the ticket's page|{{ 7*7 }}"


@pytest.mark.parametrize("fragment", [False, True])
def test_a_reply_is_put_under_what_is_typed_and_nothing_is_sent(
    client: PortalClient, world: World, fragment: bool
) -> None:
    with time_machine.travel(et("2026-06-02 10:00"), tick=False):
        ticket, reply, browser = asked(world), kept(world), client.as_(world.agent)
        page = browser.get(f"/tickets/{ticket.id}").text
        assert f'<option value="{reply.id}">It is with me</option>' in page
        typed = {"body": "First of all:", "canned": str(reply.id), "files": [(io.BytesIO(png()), "a.png")]}
        send = browser.fragment if fragment else lambda _, *a, **k: browser.post(*a, **k)
        answer = send("post", f"/tickets/{ticket.id}/canned", data=typed, form_at=f"/tickets/{ticket.id}")
    text = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 200
    assert ("<html" in text) is not fragment
    assert (
        f"First of all:\n\nHello Contact, ticket {ticket.id} on Congress is with me until "
        "Wed 3 Jun 2026, 16:00 CEST (Wed 3 Jun 2026, 10:00 EDT). Agent</textarea>"
    ) in text
    assert "a.png" in text
    assert len(list(db.session.scalars(select(Message)))) == 1


def test_what_is_no_reply_is_not_found_and_none_changes_nothing(client: PortalClient, world: World) -> None:
    ticket, browser = asked(world), client.as_(world.agent)
    for odd, status in (("0", 404), ("9" * 18, 404), ("", 200), ("x", 200), ("9" * 30, 200)):
        sent = browser.post(f"/tickets/{ticket.id}/canned", {"body": "Typed", "canned": odd})
        assert sent.status_code == status
        assert status == 404 or "Typed</textarea>" in sent.text


@pytest.mark.parametrize(("who", "status"), [("contact", 403), ("organiser", 403), ("outsider", 404)])
def test_customers_are_offered_none(client: PortalClient, world: World, who: str, status: int) -> None:
    ticket, reply, browser = asked(world), kept(world), client.as_(getattr(world, who))
    assert browser.post(f"/tickets/{ticket.id}/canned", {"canned": reply.id}).status_code == status
    assert "It is with me" not in browser.get(f"/tickets/{ticket.id}").text


def test_those_of_the_topic_come_first_and_archived_ones_not_at_all(
    client: PortalClient, world: World
) -> None:
    ticket = asked(world, topic="how_to")
    kept(world, title="A for all")
    kept(world, title="B for how to", topic="how_to")
    archive_canned_reply(world.actor("agent"), kept(world, title="C gone").id, archived=True)
    page = client.as_(world.agent).get(f"/tickets/{ticket.id}").text
    assert page.index("B for how to") < page.index("A for all")
    assert "C gone" not in page


def test_the_pages_of_the_list(client: PortalClient, world: World) -> None:
    browser = client.as_(world.agent)
    assert "No replies yet" in browser.get("/staff/replies").text
    bad = browser.post("/staff/replies/new", {"title": "", "body": "{x}"}, form_at="/staff/replies/new")
    assert bad.status_code == 422
    unknown = {"title": "One", "body": "Dear {x}", "topic": ""}
    page = browser.post("/staff/replies/new", unknown, form_at="/staff/replies/new")
    assert page.status_code == 422
    assert "There is no placeholder {x}." in page.text
    made = browser.post(
        "/staff/replies/new", unknown | {"body": "Dear {customer}"}, form_at="/staff/replies/new"
    )
    assert made.location == "/staff/replies"
    address = f"/staff/replies/{db.session.scalars(select(CannedReply.id)).one()}"
    assert "One" in browser.get("/staff/replies").text
    assert "Dear {customer}" in browser.get(address).text
    assert (
        browser.post(address, {"title": "Two", "body": "Hi", "topic": ""}, form_at=address).status_code == 303
    )
    assert (
        browser.post(address, {"title": "Two", "body": "{y}", "topic": ""}, form_at=address).status_code
        == 422
    )
    assert browser.post(f"{address}/archive", {"archived": "yes"}, form_at=address).status_code == 303
    assert "archived" in browser.get(address).text
    assert "Two" in browser.get("/staff/replies?archived=yes").text
    assert browser.post(f"{address}/archive", {"archived": "no"}, form_at=address).status_code == 303


def test_a_customer_of_the_event_is_no_support_there(client: PortalClient, world: World) -> None:
    ticket, reply = asked(world), kept(world)
    replied(world, ticket, "manager", "Hello.")
    grant(world.manager, Role.CONTACT, event_id=world.congress.id)
    db.session.commit()
    sent = client.as_(world.manager).post(f"/tickets/{ticket.id}/canned", {"canned": reply.id})
    assert sent.status_code == 403

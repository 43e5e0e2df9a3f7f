"""Notes among support: who writes and reads them, and that nothing else on the ticket shows them."""

import html
import io
import re
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.accounts.permissions import Role
from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Forbidden, NotFound
from portal.tickets.models import Attachment, Message, Ticket
from portal.tickets.notes import add_note
from tests.outbox import Outbox
from tests.people import World, grant
from tests.signing_in import PortalClient
from tests.tickets.scenes import as_stored, asked, png, replied

pytestmark = pytest.mark.usefixtures("outbox")

NOTE = "They are behind with their invoice."


def noted(world: World, ticket: Ticket, who: str = "agent", **changes: str) -> Message:
    return add_note(world.actor(who), ticket.id, **{"body": NOTE, "form_key": str(uuid4())} | changes)


def test_a_note_changes_nothing_that_a_customer_sees_and_mails_nobody(world: World, outbox: Outbox) -> None:
    ticket = asked(world)
    before = as_stored(ticket)
    outbox.all()
    note = noted(world, ticket)
    stored = as_stored(ticket)
    assert (note.internal, note.from_staff) == (True, True)
    for name in ("state", "reply_due_at", "first_reply_at", "last_activity_at", "assignee_id"):
        assert getattr(stored, name) == getattr(before, name)
    assert outbox.all() == []
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "ticket.noted")).one()
    assert (entry.actor_id, entry.after) == (world.agent.id, {"message": note.id})


def test_a_form_sent_twice_is_one_note(world: World) -> None:
    ticket, key = asked(world), str(uuid4())
    assert noted(world, ticket, form_key=key).id == noted(world, ticket, form_key=key).id


@pytest.mark.parametrize(
    ("who", "error"),
    [("contact", Forbidden), ("organiser", Forbidden), ("outsider", NotFound), ("admin", NotFound)],
)
def test_only_support_notes(world: World, who: str, error: type[Exception]) -> None:
    ticket = asked(world)
    with pytest.raises(error):
        noted(world, ticket, who)


def test_an_agent_who_is_a_contact_of_the_event_is_a_customer_there(
    client: PortalClient, world: World
) -> None:
    ticket = asked(world)
    noted(world, ticket)
    grant(world.manager, Role.CONTACT, event_id=world.congress.id)
    db.session.commit()
    browser = client.as_(world.manager)
    page = browser.get(f"/tickets/{ticket.id}").get_data(as_text=True)
    assert NOTE not in page
    assert "Only support sees" not in page
    assert browser.post(f"/tickets/{ticket.id}/notes", {"note-body": "x"}).status_code == 403
    assert browser.get(f"/tickets/{ticket.id}/presence").status_code == 403
    with pytest.raises(Forbidden):
        noted(world, ticket, "manager")


def test_a_note_looks_like_nothing_else(client: PortalClient, world: World) -> None:
    ticket = asked(world)
    note = noted(world, ticket)
    page = client.as_(world.agent).get(f"/tickets/{ticket.id}").get_data(as_text=True)
    item = re.search(rf'<li class="([^"]+)" id="message-{note.id}">(.*?)</li>', page, re.S)
    assert item
    assert item[1] == "message message-note"
    assert "Only support sees this" in item[2]


@pytest.mark.parametrize("fragment", [False, True])
def test_a_note_with_a_file_from_the_page(client: PortalClient, world: World, fragment: bool) -> None:
    ticket, browser = asked(world), client.as_(world.agent)
    address = f"/tickets/{ticket.id}"
    typed = {"note-body": NOTE, "note-files": [(io.BytesIO(png()), "screen.png")]}
    if fragment:
        sent = browser.fragment("post", f"{address}/notes", data=typed, form_at=address)
        assert sent.status_code == 200
        text = sent.get_data(as_text=True)
        assert text.lstrip().startswith('<details class="message message-note" id="note"')
        assert '<ol class="thread" id="messages" aria-label="Messages" hx-swap-oob="true">' in text
        assert NOTE in text
    else:
        assert browser.post(f"{address}/notes", typed, form_at=address).status_code == 303
    file_id = db.session.scalars(select(Attachment.id)).one()
    assert f"/attachments/{file_id}" in browser.get(address).get_data(as_text=True)
    assert browser.get(f"/attachments/{file_id}").status_code == 200
    assert client.as_(world.contact).get(f"/attachments/{file_id}").status_code == 404


@pytest.mark.parametrize("fragment", [False, True])
@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"note-body": " "}, "Write your note."),
        ({"note-body": "x" * 20_001}, "within 20,000 characters"),
        (
            {"note-body": "Kept", "note-files": [(io.BytesIO(b"<svg/>"), "a.svg")]},
            "a.svg: files that can run",
        ),
    ],
)
def test_a_bad_note_comes_back_open(
    client: PortalClient, world: World, typed: dict[str, object], problem: str, fragment: bool
) -> None:
    ticket, browser = asked(world), client.as_(world.agent)
    if "note-files" in typed:
        typed = typed | {"note-files": [(io.BytesIO(b"<svg/>"), "a.svg")]}
    send = browser.fragment if fragment else lambda _, *a, **k: browser.post(*a, **k)
    page = send("post", f"/tickets/{ticket.id}/notes", data=typed, form_at=f"/tickets/{ticket.id}")
    text = html.unescape(page.get_data(as_text=True))
    assert page.status_code == 422
    assert problem in text
    assert 'id="note" open' in text
    assert 'badge-info">New<' not in text
    assert len(list(db.session.scalars(select(Message)))) == 1


def test_ones_own_note_does_not_overtake_ones_answer(world: World, outbox: Outbox) -> None:
    ticket = asked(world)
    first = db.session.scalars(select(Message.id)).one()
    noted(world, ticket)
    outbox.all()
    assert replied(world, ticket, "agent", "Two columns.", seen=first).body == "Two columns."
    assert NOTE not in "".join(mail.body_text for mail in outbox.all())

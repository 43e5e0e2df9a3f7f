"""Priority and tags."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Forbidden, Invalid, NotFound
from portal.tickets.marks import mark_ticket, normal_tag, suggested_tags, tags_from
from tests.people import World
from tests.signing_in import PortalClient
from tests.tickets.scenes import as_stored, asked

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        ("Badge  Printing, badge-printing;BADGE_printing", ["badge-printing"]),
        ("ärger, Ärger\nÄRGER", ["ärger"]),
        (" , ;; -- ", []),
        ("ﬁle", ["file"]),
        ("a/b #c", ["a-b-c"]),
    ],
)
def test_the_same_word_is_one_tag(typed: str, tags: list[str]) -> None:
    assert tags_from(typed) == tags


@given(st.text(max_size=60))
def test_a_normal_tag_stays_as_it_is(typed: str) -> None:
    assert normal_tag(normal_tag(typed)) == normal_tag(typed)
    assert "," not in normal_tag(typed)


def test_what_changed_goes_on_record(world: World) -> None:
    ticket = asked(world)
    mark_ticket(world.actor("agent"), ticket.id, priority="high", tags=["Badges"])
    mark_ticket(world.actor("agent"), ticket.id, priority="high", tags=["badges"])
    mark_ticket(world.actor("manager"), ticket.id, priority="high", tags=["badges", "printing"])
    stored = as_stored(ticket)
    assert (stored.priority, stored.tags) == ("high", ["badges", "printing"])
    rows = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "ticket.marked").order_by(AuditEntry.id)
    )
    assert [(row.before, row.after) for row in rows] == [
        ({"priority": "normal", "tags": []}, {"priority": "high", "tags": ["badges"]}),
        ({"tags": ["badges"]}, {"tags": ["badges", "printing"]}),
    ]
    assert suggested_tags() == ["badges", "printing"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"priority": "now!"}, "priority"),
        ({"tags": [f"t{n}" for n in range(11)]}, "tags"),
        ({"tags": ["x" * 31]}, "tags"),
    ],
)
def test_what_cannot_be_set_names_its_field(world: World, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as problem:
        mark_ticket(world.actor("agent"), asked(world).id, **{"priority": "low", "tags": []} | changes)
    assert set(problem.value.fields) == {field}


@pytest.mark.parametrize(
    ("who", "error"), [("contact", Forbidden), ("organiser", Forbidden), ("outsider", NotFound)]
)
def test_only_support_marks(world: World, who: str, error: type[Exception]) -> None:
    ticket = asked(world)
    with pytest.raises(error):
        mark_ticket(world.actor(who), ticket.id, priority="high", tags=[])


def test_the_page_sets_them_and_customers_are_not_shown_them(client: PortalClient, world: World) -> None:
    ticket, browser = asked(world), client.as_(world.agent)
    mark_ticket(world.actor("agent"), asked(world).id, priority="low", tags=["often-used"])
    address = f"/tickets/{ticket.id}/marks"
    assert "often-used" in browser.get(address).text
    typed = {"priority": "urgent", "tags": "Badges, Printing", "often": ["often-used"]}
    assert browser.post(address, typed, form_at=address).location == f"/tickets/{ticket.id}"
    page = browser.get(f"/tickets/{ticket.id}").text
    for tag in ("badges", "printing", "often-used"):
        assert f'href="/staff/tickets?view=open&amp;tag={tag}"' in page
    assert "Urgent" in page
    shown = client.as_(world.contact).get(f"/tickets/{ticket.id}").text
    assert "often-used" not in shown
    assert "Urgent" not in shown
    for bad in (
        {"priority": "x", "tags": ""},
        {"priority": "low", "tags": "y" * 401},
        {"priority": "low", "tags": "y" * 31},
    ):
        assert browser.post(address, bad, form_at=address).status_code == 422
    assert client.as_(world.contact).get(address).status_code == 403

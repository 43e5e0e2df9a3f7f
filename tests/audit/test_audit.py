"""The record of changes is read by those who answer for it."""

from typing import Any

import pytest
import time_machine

from portal.accounts.actor import SYSTEM, Scope
from portal.audit.record import record
from portal.clock import now
from portal.db import db
from tests.people import World
from tests.signing_in import PortalClient


def note(world: World, action: str, who: str = "agent", **options: Any) -> None:
    actor = SYSTEM if who == "system" else world.actor(who)
    record(actor, action, options.pop("subject", world.contact), **options)
    db.session.commit()


@pytest.mark.parametrize(
    ("who", "status"),
    [("organiser", 403), ("contact", 403), ("outsider", 403), ("agent", 403), ("moderator", 403), ("nobody", 403), ("manager", 200), ("admin", 200)],
)  # fmt: skip
def test_who_reads_it(client: PortalClient, world: World, who: str, status: int) -> None:
    browser = client.as_(getattr(world, who))
    assert browser.get("/staff/audit").status_code == status
    assert browser.fragment("get", "/staff/audit").status_code == status


def test_an_entry_says_who_did_what_to_whom_and_what_changed(client: PortalClient, world: World) -> None:
    scope = Scope(world.congress.id, world.society.id)
    changed = {
        "before": {"state": "pending", "due_at": now()},
        "after": {"state": "approved", "four_eyes": True},
    }
    note(world, "removal.approved", "manager", scope=scope, **changed)
    page = client.as_(world.admin).get("/staff/audit").text
    for shown in (
        "removal.approved",
        "Manager",
        "Contact",
        "Congress",
        "Due at",
        "pending",
        "approved",
        "yes",
        "edition 1",
    ):
        assert shown in page
    assert f'href="/staff/people/{world.contact.id}"' in page
    assert 'datetime="' in page
    assert (
        f'href="/staff/people/{world.contact.id}"' not in client.as_(world.manager).get("/staff/audit").text
    )


def test_what_people_typed_is_shown_as_text(client: PortalClient, world: World) -> None:
    note(
        world,
        "ticket.opened",
        after={"subject": "<img src=x onerror=alert(1)>", "list": ["a", "<b>"], "map": {"k": 1}},
    )
    page = client.as_(world.admin).get("/staff/audit").text
    assert "<img" not in page
    assert "a, &lt;b&gt;" in page
    assert "K 1" in page


def test_filters(client: PortalClient, world: World) -> None:
    note(world, "ticket.opened", "contact", scope=Scope(world.congress.id), subject=world.congress)
    note(world, "ticket.closed", "agent", scope=Scope(world.fair.id), subject=world.fair)
    note(world, "person.updated", "admin", subject=world.agent)
    note(world, "person.invited", "system", subject=world.nobody)
    browser = client.as_(world.manager)

    def found(**wanted: object) -> list[str]:
        page = browser.get("/staff/audit", query_string=wanted).text
        actions = ("ticket.opened", "ticket.closed", "person.updated", "person.invited")
        return [action for action in actions if f"<code>{action}</code>" in page]

    assert len(found()) == 4
    assert found(action="ticket.") == ["ticket.opened", "ticket.closed"]
    assert found(who="AGENT") == ["ticket.closed"]
    assert found(who="contact@people") == ["ticket.opened"]
    assert found(event="cong") == ["ticket.opened"]
    assert found(person=world.agent.id) == ["ticket.closed", "person.updated"]
    assert found(person=world.agent.id, action="person.") == ["person.updated"]
    assert found(who="nobody at all") == []


@pytest.mark.parametrize("value", ["%", "_", "\x00", "'", "x" * 500, "-1", "9" * 30, "١٢"])
def test_any_filter_may_be_typed(client: PortalClient, world: World, value: str) -> None:
    browser = client.as_(world.manager)
    for name in ("who", "action", "event", "person", "cursor"):
        assert browser.get("/staff/audit", query_string={name: value}).status_code == 200


def test_the_newest_is_first_and_older_ones_are_a_page_away(client: PortalClient, world: World) -> None:
    for number in range(30):
        note(world, f"thing.done_{number:02}")
    browser = client.as_(world.manager)
    page = browser.get("/staff/audit?action=thing.").text
    assert page.index("thing.done_29") < page.index("thing.done_05")
    assert "thing.done_04" not in page
    older = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "action=thing." in older
    assert "thing.done_04" in browser.get(older).text


def test_days_are_those_of_eastern_time(client: PortalClient, world: World) -> None:
    with time_machine.travel("2026-03-02T04:59:59Z", tick=False):
        note(world, "thing.on_the_first")
    with time_machine.travel("2026-03-02T05:00:00Z", tick=False):
        note(world, "thing.on_the_second")
    admin = client.as_(world.admin)
    first = admin.get("/staff/audit?since=2026-03-01&until=2026-03-01").text
    assert ("thing.on_the_first" in first, "thing.on_the_second" in first) == (True, False)
    for odd in ("since=yesterday", "until=9999-99-99", "since=0001-01-01&until=9999-12-31"):
        assert "thing.on_the_second" in admin.get(f"/staff/audit?{odd}").text


def test_what_was_found_can_be_saved_and_is_no_formula(client: PortalClient, world: World) -> None:
    note(world, "thing.done", after={"title": '=HYPERLINK("http://x.example")'})
    note(world, "other.done")
    file = client.as_(world.manager).get("/staff/audit.csv?action=thing.")
    lines = file.text.splitlines()
    assert (file.mimetype, len(lines), lines[0][1:7]) == ("text/csv", 2, "Number")
    assert '"{""title""' in lines[1]
    assert "thing.done" in lines[1]
    assert client.as_(world.agent).get("/staff/audit.csv").status_code == 403

"""The queue of support: /staff/tickets."""

import re
from datetime import timedelta

import pytest
import time_machine

from portal.accounts.permissions import Role
from portal.clock import now
from portal.editions.queries import edition_in_force
from portal.tickets import service
from portal.tickets.bulk import tag_tickets
from portal.tickets.queue import QueueCounts, queue_counts
from tests.duty.rota import agent, give_rota
from tests.people import World, actor_of, grant, person
from tests.policy.moments import et
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked, closed, replied

pytestmark = pytest.mark.usefixtures("outbox")
READERS = ("agent", "manager", "moderator", "outside_contact")


@pytest.fixture
def filled(world: World) -> None:
    """Tickets of every kind, seen on Wednesday, 3 June 2026, at noon."""
    with time_machine.travel(et("2026-06-02 10:00"), tick=False):
        asked(world, subject="Late by two hours")
    with time_machine.travel(et("2026-06-02 13:00"), tick=False):
        service.claim_ticket(world.actor("agent"), asked(world, subject="Claimed and soon").id)
    with time_machine.travel(et("2026-06-02 16:00"), tick=False):
        asked(world, "outside_contact", event=world.fair, subject="Of the other customer")
    with time_machine.travel(et("2026-06-03 11:00"), tick=False):
        service.claim_ticket(world.actor("manager"), asked(world, subject="Of the manager").id)
        replied(world, asked(world, subject="Answered"), "agent")
        closed(world, asked(world, subject="Done with"))


def rows(client: PortalClient, view: str) -> list[str]:
    with time_machine.travel(et("2026-06-03 12:00"), tick=False):
        page = client.get(f"/staff/tickets?view={view}").get_data(as_text=True)
    return re.findall(r'<div class="board-main">\s*<a href="/tickets/\d+" id="open-\d+">([^<]+)</a>', page)


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("view", "shown"),
    [
        ("unclaimed", ["Late by two hours", "Of the other customer"]),
        ("mine", ["Claimed and soon"]),
        ("open", ["Late by two hours", "Claimed and soon", "Of the other customer", "Of the manager"]),
        ("offered", ["Late by two hours", "Of the other customer"]),
        ("soon", ["Claimed and soon"]),
        ("late", ["Late by two hours"]),
        ("waiting", ["Answered"]),
        ("closed", ["Done with"]),
        ("nonsense", ["Late by two hours", "Of the other customer"]),
    ],
)
def test_each_view_in_the_order_of_its_deadlines(
    client: PortalClient, world: World, view: str, shown: list[str]
) -> None:
    with time_machine.travel(et("2026-06-03 12:00"), tick=False):
        browser = client.as_(world.agent)
    assert rows(browser, view) == shown


@pytest.mark.usefixtures("filled")
def test_a_row_says_how_late_whose_and_who_has_it(client: PortalClient, world: World) -> None:
    with time_machine.travel(et("2026-06-03 12:00"), tick=False):
        page = client.as_(world.agent).get("/staff/tickets?view=open").get_data(as_text=True)
    rows = re.findall(r'<li class="board-row([^"]*)".*?<strong>(.*?)</strong>', page, re.S)
    assert rows == [
        (" is-late", "late by 2 h"),
        (" is-soon", "due in 1 h"),
        ("", "due in 4 h"),
        ("", "due in 8 h"),
    ]
    assert "Fair, Library of Outsiders. Asked by Outside Contact" in page
    assert ">You<" in page
    assert ">Manager<" in page
    assert re.search(r'>Late <span class="count">1</span>', page)


@pytest.mark.usefixtures("filled")
def test_the_figures_are_those_of_the_reader(world: World) -> None:
    with time_machine.travel(et("2026-06-03 12:00"), tick=False):
        hours, at = edition_in_force().hours, now()
        figures = {who: queue_counts(world.actor(who), at, hours) for who in READERS}
    assert figures == {
        "agent": QueueCounts(mine=1, offered=2, unclaimed=2, soon=1, late=1, open=4),
        "manager": QueueCounts(mine=1, offered=0, unclaimed=2, soon=1, late=1, open=4),
        "moderator": QueueCounts(),
        "outside_contact": QueueCounts(unclaimed=1, open=1),
    }


@pytest.mark.parametrize(
    ("who", "status"),
    [("agent", 200), ("manager", 200), ("admin", 403), ("moderator", 403), ("organiser", 403), ("contact", 403),
     ("outsider", 403), ("nobody", 403)],
)  # fmt: skip
def test_who_sees_the_queue(client: PortalClient, world: World, who: str, status: int) -> None:
    assert client.as_(getattr(world, who)).get("/staff/tickets").status_code == status
    assert client.as_(getattr(world, who)).fragment("get", "/staff/tickets").status_code == status


@pytest.mark.parametrize("view", ["unclaimed", "mine", "open", "waiting", "closed"])
def test_an_empty_view_says_so(client: PortalClient, world: World, view: str) -> None:
    page = client.as_(world.agent).get(f"/staff/tickets?view={view}").get_data(as_text=True)
    assert 'class="empty"' in page


def test_the_queue_is_paged_and_asks_as_often_for_many_as_for_few(client: PortalClient, world: World) -> None:
    browser = client.as_(world.agent)
    browser.get("/staff/tickets")
    few = len(browser.queries)
    for n in range(26):
        asked(world, subject=f"Ticket {n}")
    page = browser.get("/staff/tickets").get_data(as_text=True)
    assert len(browser.queries) <= few + 1
    assert 'rel="next"' in page
    assert page.count('class="board-row') == 25


@pytest.mark.parametrize(
    "query", ["view=%00", "cursor=x", "cursor=WyJhIiwgIngiLCAieSJd", "view=open&cursor=W10"]
)
def test_odd_addresses_are_read(client: PortalClient, world: World, query: str) -> None:
    assert client.as_(world.agent).get(f"/staff/tickets?{query}").status_code == 200


def test_an_agent_claims_from_the_queue(client: PortalClient, world: World) -> None:
    ticket = asked(world)
    second = person("Second Agent")
    grant(second, Role.AGENT)
    browser = client.as_(second)
    assert browser.post(f"/tickets/{ticket.id}/claim", form_at="/staff/tickets").status_code == 303
    assert "Badges in two columns" in browser.get("/staff/tickets?view=mine").get_data(as_text=True)


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("view=open&customer=library", ["Of the other customer"]),
        ("view=open&customer=CONGRESS&assignee=nobody", ["Late by two hours"]),
        ("view=open&assignee=me", ["Claimed and soon"]),
        ("view=open&text=two+hours", ["Late by two hours"]),
        ("view=open&text=%25", []),
        ("view=open&topic=problem", []),
        ("view=open&topic=how_to&text=soon", ["Claimed and soon"]),
        ("view=open&priority=normal&text=manager", ["Of the manager"]),
        ("view=open&priority=urgent", []),
        ("view=open&tag=badges", []),
        ("view=closed&text=done", ["Done with"]),
        ("view=open&assignee=99999999999999999999&topic=x&priority=y", None),
    ],
)
def test_a_view_is_narrowed_down(
    client: PortalClient, world: World, query: str, shown: list[str] | None
) -> None:
    with time_machine.travel(et("2026-06-03 12:00"), tick=False):
        page = client.as_(world.agent).get(f"/staff/tickets?{query}").get_data(as_text=True)
    found = re.findall(r'id="open-\d+">([^<]+)</a>', page)
    assert found == shown if shown is not None else len(found) == 4


def test_a_number_leads_to_its_ticket_and_a_tag_to_its_tickets(client: PortalClient, world: World) -> None:
    ticket, _ = asked(world, subject="Tagged"), asked(world, subject="Other")
    tag_tickets(world.actor("agent"), [ticket.id], "Badge Printing")
    browser = client.as_(world.agent)
    for query in (f"text={ticket.id}", f"text=%23{ticket.id}", "tag=badge-printing", "tag=Badge+printing"):
        page = browser.get(f"/staff/tickets?{query}").get_data(as_text=True)
        assert re.findall(r'id="open-\d+">([^<]+)</a>', page) == ["Tagged"]
    assert 'href="/staff/tickets?view=unclaimed&amp;tag=badge-printing">badge-printing</a>' in page


def test_the_offered_view_is_ones_own_until_somebody_claims(client: PortalClient, world: World) -> None:
    with time_machine.travel(et("2026-06-03 11:00"), tick=False):
        give_rota(world.agent, takes=("how_to",))
        second = agent("Second Agent", takes=("problem",))
        ticket = asked(world, topic="problem")
        for who, shown in ((world.agent, 0), (second, 1)):
            page = client.as_(who).get("/staff/tickets?view=offered").get_data(as_text=True)
            assert page.count('class="board-row') == shown
        service.claim_ticket(actor_of(second), ticket.id)
        page = client.as_(second).get("/staff/tickets?view=offered").get_data(as_text=True)
        assert "Nothing is offered to you" in page


def test_the_board_answers_that_nothing_has_changed(client: PortalClient, world: World) -> None:
    with time_machine.travel(et("2026-06-03 11:00"), tick=False) as clock:
        ticket = asked(world)
        browser, address = client.as_(world.agent), "/staff/tickets/board?view=open"
        first = browser.fragment("get", address)
        assert first.status_code == 200
        assert "<html" not in first.get_data(as_text=True)
        assert 'href="/staff/tickets?view=open"' in first.get_data(as_text=True)
        known = {"If-None-Match": first.headers["ETag"]}
        again = browser.fragment("get", address, headers=known)
        assert (again.status_code, again.data) == (304, b"")
        service.claim_ticket(world.actor("agent"), ticket.id)
        claimed = browser.fragment("get", address, headers=known)
        assert claimed.status_code == 200
        clock.move_to(et("2026-06-03 16:00"))
        later = browser.fragment("get", address, headers={"If-None-Match": claimed.headers["ETag"]})
        assert later.status_code == 200  # the time left has changed


def test_asking_for_the_board_again_and_again_keeps_nobody_signed_in(
    client: PortalClient, world: World
) -> None:
    with time_machine.travel(et("2026-06-03 08:00"), tick=False) as clock:
        browser = client.as_(world.agent)
        for minute in range(0, 721, 60):
            clock.move_to(et("2026-06-03 08:00") + timedelta(minutes=minute))
            assert browser.get("/staff/tickets/board").status_code == 200
        clock.move_to(et("2026-06-03 08:00") + timedelta(minutes=721))
        assert browser.get("/staff/tickets/board").status_code == 303

"""The queue of support: /staff/tickets."""

import re

import pytest
import time_machine

from portal.accounts.permissions import Role
from portal.tickets import service
from portal.tickets.queries import QueueCounts, queue_counts
from tests.people import World, grant, person
from tests.policy.moments import et
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked, closed, replied

pytestmark = pytest.mark.usefixtures("outbox")


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
    return re.findall(r'<div class="board-main">\s*<a href="/tickets/\d+">([^<]+)</a>', page)


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("view", "shown"),
    [
        ("unclaimed", ["Late by two hours", "Of the other customer"]),
        ("mine", ["Claimed and soon"]),
        ("open", ["Late by two hours", "Claimed and soon", "Of the other customer", "Of the manager"]),
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
    assert re.search(r'board-row is-late">\s*<p class="board-due">\s*<strong>late by 2 h</strong>', page)
    assert re.search(r'board-row is-soon">\s*<p class="board-due">\s*<strong>due in 1 h</strong>', page)
    assert "due in 4 h" in page
    assert "Fair, Library of Outsiders. Asked by Outside Contact" in page
    assert ">You<" in page
    assert ">Manager<" in page
    assert "1 late" in page


@pytest.mark.usefixtures("filled")
def test_the_figures_are_those_of_the_reader(world: World) -> None:
    with time_machine.travel(et("2026-06-03 12:00"), tick=False):
        assert queue_counts(world.actor("agent")) == QueueCounts(unclaimed=2, mine=1, late=1, open=4)
        assert queue_counts(world.actor("manager")) == QueueCounts(unclaimed=2, mine=1, late=1, open=4)
        assert queue_counts(world.actor("moderator")) == QueueCounts(0, 0, 0, 0)
        assert queue_counts(world.actor("outside_contact")) == QueueCounts(1, 0, 0, 1)


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

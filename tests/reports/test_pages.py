"""The reports' pages and files: who sees them, which days, what they say."""

import csv
import io
import re

import pytest
import time_machine

from tests.people import World
from tests.policy.moments import et
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked, closed, replied

pytestmark = pytest.mark.usefixtures("outbox")
DAYS = "first=2026-06-01&last=2026-06-30"


@pytest.fixture
def june(world: World) -> World:
    """One ticket, answered after two hours, closed after three more."""
    with time_machine.travel(et("2026-06-02 10:00"), tick=False):
        ticket = asked(world)
    with time_machine.travel(et("2026-06-02 12:00"), tick=False):
        replied(world, ticket, "agent")
    with time_machine.travel(et("2026-06-03 12:00"), tick=False):
        closed(world, ticket)
    return world


def rows(client: PortalClient, world: World, name: str) -> list[list[str]]:
    """The lines of a file."""
    answer = client.as_(world.manager).get(f"/staff/reports/{name}.csv?{DAYS}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    return list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))


@pytest.mark.parametrize("address", ["/staff/reports", "/staff/reports/events", "/staff/reports/volume.csv"])
def test_agents_and_managers_alone(client: PortalClient, world: World, address: str) -> None:
    seen = {
        name: client.as_(getattr(world, name)).get(address).status_code
        for name in ("agent", "manager", "moderator", "organiser", "contact")
    }
    assert seen == {"agent": 200, "manager": 200, "moderator": 403, "organiser": 403, "contact": 403}


def test_the_overview_says_what_happened(client: PortalClient, june: World) -> None:
    page = client.as_(june.manager).get(f"/staff/reports?{DAYS}").text
    figures = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", page)
    assert ("tickets opened", "1") in figures
    assert ("closed", "1") in figures
    assert ("half of the first replies within", "2 h") in figures
    assert ("first replies in time", "100%") in figures
    assert ("solutions within the goal", "100%") in figures
    assert page.count("<svg") == 4
    assert "style=" not in page


@pytest.mark.parametrize(
    ("by", "label"), [("events", "Congress"), ("agents", "Agent"), ("topics", "How to do a task")]
)
def test_breakdowns_name_their_parts(client: PortalClient, june: World, by: str, label: str) -> None:
    page = client.as_(june.agent).get(f"/staff/reports/{by}?{DAYS}").text
    assert re.search(rf'<th scope="row">(<a[^>]*>)?{label}', page)


def test_an_empty_period_says_so(client: PortalClient, world: World) -> None:
    assert "Nothing in these days" in client.as_(world.agent).get(f"/staff/reports/topics?{DAYS}").text


@pytest.mark.parametrize("query", ["first=soon", "first=2026-06-02&last=2026-06-01", "first=2001-01-01"])
def test_days_that_are_none_show_the_usual_ones_and_say_why(
    client: PortalClient, world: World, query: str
) -> None:
    answer = client.as_(world.agent).get(f"/staff/reports?{query}")
    assert answer.status_code == 422
    assert "There is a problem" in answer.text


def test_the_files_hold_the_figures(client: PortalClient, june: World) -> None:
    assert ["2026-06-02", "1", "0"] in rows(client, june, "volume")
    assert ["2026-06-03", "0", "1"] in rows(client, june, "volume")
    assert ["2026-06-02", "1", "120", "120", "1"] in rows(client, june, "replies")
    assert ["2026-06-03", "1", "120", "120", "1"] in rows(client, june, "solutions")
    assert ["2026-06-02", "1"] in rows(client, june, "backlog")
    assert rows(client, june, "events")[1][:6] == ["Congress", "1", "1", "120", "120", "1"]
    assert rows(client, june, "satisfaction")[0] == ["From", "Answered", "Helped"]


@pytest.mark.parametrize("name", ["agents", "topics"])
def test_every_breakdown_has_its_file(client: PortalClient, june: World, name: str) -> None:
    assert len(rows(client, june, name)) == 2

"""The pages of the rota: /staff/duty."""

import re
from datetime import date
from typing import Any

import pytest
import time_machine

from portal.db import db
from portal.duty import queries, service
from tests.duty.rota import agent, away, give_rota
from tests.people import World
from tests.policy.moments import et
from tests.signing_in import PortalClient

TUESDAY = et("2026-06-02 10:00")


@pytest.fixture(autouse=True)
def clock() -> Any:
    """Tuesday morning, and time stands still."""
    with time_machine.travel(TUESDAY, tick=False):
        yield


def cells(page: str, name: str) -> list[str]:
    row = re.search(rf"<tr>(?:(?!</tr>).)*{name}.*?</tr>", page, re.S)
    assert row
    texts = re.findall(r"<td[^>]*>(.*?)</td>", row[0], re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", text).split()) for text in texts]


def test_the_week_says_who_is_on_duty_when(client: PortalClient, world: World) -> None:
    other = agent("Second Agent", takes=("how_to", "problem"), hours={0: (8, 12), 1: (8, 12)})
    away(other, date(2026, 6, 1), date(2026, 6, 2))
    service.set_exception(world.actor("agent"), world.agent.id, date(2026, 6, 4), None)
    page = client.as_(world.agent).get("/staff/duty").get_data(as_text=True)
    usual = "08:00 to 17:00"
    assert cells(page, ">Agent<") == [usual, usual, usual, "Off this day", usual, "Off", "Off", "0"]
    assert cells(page, "Second Agent") == ["Away", "08:00 to 12:00", "Off", "Off", "Off", "Off", "Off", "0"]
    assert page.count("On duty now") == 2
    assert "Takes 2 of the topics" in page
    assert "Week from 1 Jun 2026" in page


@pytest.mark.parametrize(
    ("query", "monday"),
    [("week=2026-05-28", "25 May 2026"), ("week=nonsense", "1 Jun 2026"), ("week=9999-12-31", "1 Jun 2026"),
     ("week=0001-01-01", "1 Jun 2026"), ("week=%00", "1 Jun 2026")],
)  # fmt: skip
def test_another_week_and_odd_addresses(client: PortalClient, world: World, query: str, monday: str) -> None:
    page = client.as_(world.agent).get(f"/staff/duty?{query}").get_data(as_text=True)
    assert f"Week from {monday}" in page


def test_on_a_holiday_nobody_is_on_duty(client: PortalClient, world: World) -> None:
    page = client.as_(world.agent).get("/staff/duty?week=2026-05-25").get_data(as_text=True)
    assert cells(page, ">Agent<")[0] == "Off"


@pytest.mark.parametrize(
    ("who", "own", "others"),
    [("agent", 200, 404), ("manager", 200, 200), ("admin", 404, 404), ("moderator", 404, 404),
     ("organiser", 404, 404), ("contact", 404, 404)],
)  # fmt: skip
def test_who_changes_whose_rota(client: PortalClient, world: World, who: str, own: int, others: int) -> None:
    other = agent("Second Agent")
    browser = client.as_(getattr(world, who))
    for key, status in ((world.agent.id, own), (other.id, others)):
        assert browser.get(f"/staff/duty/{key}").status_code == status
        assert browser.fragment("get", f"/staff/duty/{key}").status_code == status
    assert browser.get(f"/staff/duty/{world.contact.id}").status_code == 404


def test_an_agent_sets_topics_hours_a_day_and_an_absence(client: PortalClient, world: World) -> None:
    browser, page = client.as_(world.agent), f"/staff/duty/{world.agent.id}"

    def send(part: str, **typed: Any) -> None:
        assert browser.post(f"{page}/{part}", typed, form_at=page).status_code == 303

    send("topics", topics=["how_to", "problem"])
    send("hours", opens_1="08:00", closes_1="12:30")
    send("days", day="2026-06-05", opens="09:00", closes="10:00")
    send("absences", first="2026-06-10", last="2026-06-11", note="Moving house")
    rota = queries.rotas(et("2026-06-05 09:30"), et("2026-06-12 00:00"), world.agent.id)[0]
    assert rota.topics == {"how_to", "problem"}
    assert [day for day, span in rota.exceptions.items() if span] == [date(2026, 6, 5)]
    assert [absence.note for absence in rota.absences] == ["Moving house"]
    shown = browser.get(page).get_data(as_text=True)
    assert re.search(r'id="topics-1"[^>]*value="how_to"|checked[^>]*id="topics-1"', shown)
    assert 'value="12:30"' in shown
    assert "Moving house" in shown


def test_days_and_absences_are_taken_out(client: PortalClient, world: World) -> None:
    service.set_exception(world.actor("agent"), world.agent.id, date(2026, 6, 4), None)
    absence = service.add_absence(world.actor("agent"), world.agent.id, date(2026, 6, 8), date(2026, 6, 9))
    day = queries.coming_exceptions(world.agent.id, TUESDAY)[0]
    browser, page = client.as_(world.agent), f"/staff/duty/{world.agent.id}"
    assert browser.post(f"/staff/duty-days/{day.id}/removal", form_at=page).status_code == 303
    assert browser.post(f"/staff/absences/{absence.id}/end", form_at=page).status_code == 303
    assert browser.post(f"/staff/absences/{absence.id}/end", form_at=page).status_code == 404
    db.session.rollback()
    assert queries.coming_exceptions(world.agent.id, TUESDAY) == []
    assert queries.coming_absences(world.agent.id, TUESDAY) == []


@pytest.mark.parametrize(
    ("part", "typed", "said"),
    [
        ("topics", {"topics": "gossip"}, "Choose topics of the list."),
        ("hours", {"opens_2": "08:00"}, "Wednesday: Fill in both times, or neither."),
        ("hours", {"opens_2": "12:00", "closes_2": "08:00"}, "Wednesday must end after it begins."),
        ("hours", {"opens_2": "25:99", "closes_2": "x"}, "Not a valid time value."),
        ("days", {"opens": "08:00", "closes": "09:00"}, "Choose a day."),
        ("days", {"day": "2026-06-03", "closes": "09:00"}, "Fill in both times, or neither."),
        ("days", {"day": "2026-05-03"}, "from today"),
        ("absences", {"first": "2026-06-09", "last": "2026-06-08"}, "must not come before"),
        ("absences", {"first": "2026-06-09"}, "Choose the last day."),
        ("absences", {"first": "2026-06-09", "last": "2026-06-09", "note": "x" * 201}, "within 200 characters"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_and_kept(
    client: PortalClient, world: World, part: str, typed: dict[str, str], said: str
) -> None:
    page = f"/staff/duty/{world.agent.id}"
    answer = client.as_(world.agent).post(f"{page}/{part}", typed, form_at=page)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)


def test_a_team_of_many_costs_no_more_queries(client: PortalClient, world: World) -> None:
    browser = client.as_(world.agent)
    browser.get("/staff/duty")
    few = len(browser.queries)
    for number in range(8):
        give_rota(agent(f"Agent Number {number}"), takes=("problem",), hours={0: (8, 12)})
    browser.get("/staff/duty")
    assert len(browser.queries) == few

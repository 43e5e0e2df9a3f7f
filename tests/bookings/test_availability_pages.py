"""The page of availability: own hours for agents, everyone's for managers, none for others."""

import re

import pytest
from sqlalchemy import select

from portal.bookings.models import Availability
from portal.db import db
from tests.bookings.sessions import WEDNESDAY, booking, utc, window

pytestmark = pytest.mark.usefixtures("outbox")
PAGE = "/staff/availability"
TYPED = {"zone": "Europe/Vienna", "day": "2026-11-27", "opens": "09:00", "closes": "12:00", "weeks": "1"}


def hosts():
    db.session.rollback()
    return list(db.session.scalars(select(Availability.host_id)))


@pytest.mark.parametrize(
    ("who", "status"),
    [("agent", 200), ("manager", 200), ("moderator", 403), ("admin", 403), ("contact", 403), ("organiser", 403),
     ("outsider", 403), ("nobody", 403)],
)  # fmt: skip
def test_who_publishes(who, status, client, world):
    browser = client.as_(getattr(world, who))
    assert browser.get(PAGE).status_code == status
    answer = browser.post(PAGE, TYPED, form_at="/account")
    assert answer.status_code == (303 if status == 200 else status)
    assert hosts() == ([getattr(world, who).id] if status == 200 else [])


def test_hours_are_published_in_the_zone_of_the_account(client, world):
    browser = client.as_(world.agent)
    assert 'name="zone" type="hidden" value="Europe/Vienna"' in browser.get(PAGE).text
    answer = browser.post(PAGE, TYPED | {"weeks": "3"})
    page = browser.get(answer.location).text
    assert "Published: 3 windows." in page
    assert "Fri 27 Nov 2026, 09:00 CET" in page
    assert "UTC+1" in page


@pytest.mark.parametrize(
    "change",
    [{"day": ""}, {"day": "soon"}, {"day": "2026-02-30"}, {"day": "2020-01-01"}, {"day": "99999-01-01"},
     {"opens": "25:00"}, {"opens": ""}, {"closes": "08:00"}, {"closes": "x"}, {"weeks": "0"}, {"weeks": "-1"},
     {"weeks": "999999999999999999999"}, {"weeks": "x"}, {"zone": "Mars/Olympus"}, {"zone": ""},
     {"zone": "../../etc/passwd"}, {"zone": "x" * 5000}, {"day": "2027-03-28", "opens": "02:30", "closes": "05:00"}],
)  # fmt: skip
def test_what_cannot_be_is_said_beside_the_form(change, client, world):
    answer = client.as_(world.agent).post(PAGE, TYPED | change)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    if "opens" not in change:
        assert 'value="09:00' in answer.text
    assert hosts() == []


def test_an_overlap_is_said_beside_the_form(client, world):
    browser = client.as_(world.agent)
    browser.post(PAGE, TYPED)
    answer = browser.post(PAGE, TYPED | {"opens": "11:00", "closes": "13:00"})
    assert answer.status_code == 422
    assert "Friday 27 November 2026, 09:00 to 12:00" in answer.text


def test_managers_see_everyones_hours_and_agents_their_own(client, world, congress):
    window(world.agent)
    booked = booking(congress, world.agent, world.contact)
    manager, agent = client.as_(world.manager), client.as_(world.agent)
    assert "Congress" not in manager.get(PAGE).text
    everyone = manager.get(f"{PAGE}?hosts=all").text
    assert f'href="/bookings/{booked.id}"' in everyone
    assert "Agent" in everyone
    assert "Congress" in agent.get(PAGE).text
    window(world.manager)
    assert "Manager" not in agent.get(f"{PAGE}?hosts=all").text


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("agent", 200),
        ("manager", 200),
        ("moderator", 404),
        ("contact", 404),
        ("organiser", 404),
        ("nobody", 404),
    ],
)
def test_who_removes(who, status, client, world, congress):
    mine = window(world.agent)
    booked = booking(congress, world.agent, world.contact)
    browser = client.as_(getattr(world, who))
    asked = browser.get(f"{PAGE}/{mine.id}/removal")
    assert asked.status_code == status
    assert (f'href="/bookings/{booked.id}"' in asked.text) == (status == 200)
    answer = browser.post(f"{PAGE}/{mine.id}/removal", form_at="/account")
    assert answer.status_code == (303 if status == 200 else status)
    assert hosts() == ([] if status == 200 else [world.agent.id])
    if status == 200:
        assert (
            "Training for presenters, Congress, Wed 25 Nov 2026, 16:00 CET stays." in browser.get(PAGE).text
        )


def test_an_agent_knows_nothing_of_anothers_window(client, world):
    other = window(world.manager)
    browser = client.as_(world.agent)
    assert browser.get(f"{PAGE}/{other.id}/removal").status_code == 404
    assert browser.post(f"{PAGE}/{other.id}/removal", form_at="/account").status_code == 404
    assert hosts() == [world.manager.id]


def test_what_has_begun_can_no_longer_be_removed(client, world, clock):
    mine = window(world.agent)
    clock.move_to(WEDNESDAY)
    browser = client.as_(world.agent)
    assert f"{PAGE}/{mine.id}/removal" not in browser.get(PAGE).text
    assert browser.post(f"{PAGE}/{mine.id}/removal", form_at="/account").status_code == 409


def test_sessions_that_nobody_closed_are_asked_about(client, world, congress):
    booking(congress, world.agent, world.contact, utc("2026-11-20 15:00"))
    assert "How did these sessions go?" in client.as_(world.agent).get(PAGE).text
    assert "How did these sessions go?" not in client.as_(world.manager).get(PAGE).text
    assert "How did these sessions go?" in client.as_(world.manager).get(f"{PAGE}?hosts=all").text


def test_windows_are_paged_by_key(client, world):
    browser = client.as_(world.agent)
    browser.post(PAGE, TYPED | {"weeks": "26"})
    browser.post(PAGE, TYPED | {"weeks": "4", "day": "2026-11-26"})
    page = browser.get(PAGE).text
    following = re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    shown = [
        set(re.findall(r"availability/(\d+)/removal", text)) for text in (page, browser.get(following).text)
    ]
    assert [len(found) for found in shown] == [25, 5]
    assert not shown[0] & shown[1]

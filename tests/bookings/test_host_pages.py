"""The page of a host: own for agents, everyone's for managers, none for others."""

from datetime import date

import pytest
from sqlalchemy import select

from portal.bookings.host_hours import Span, add_hours
from portal.bookings.models_hosts import HostDay, HostHours, HostProfile
from portal.db import db
from portal.policy.host_hours import Minutes
from tests.bookings.sessions import booking, utc

MORNING = Span(Minutes(540, 720), date(2026, 11, 23))
TYPED = {
    "weekdays": ["0", "2"],
    "opens": "09:00",
    "closes": "12:00",
    "first_day": "2026-11-24",
    "last_day": "",
}


@pytest.fixture
def page(world):
    return f"/staff/hosts/{world.agent.id}"


def rows(model=HostHours):
    db.session.rollback()
    return list(db.session.scalars(select(model)))


@pytest.mark.parametrize(
    ("who", "status"),
    [("agent", 200), ("manager", 200), ("moderator", 404), ("admin", 404), ("contact", 404), ("organiser", 404), ("outsider", 404)],
)  # fmt: skip
def test_who_changes_hours(who, status, client, world, page):
    browser = client.as_(getattr(world, who))
    assert browser.get(page).status_code == status
    answer = browser.post(f"{page}/hours", TYPED, form_at="/account")
    assert answer.status_code == (303 if status == 200 else status)
    assert sorted(row.weekday for row in rows()) == ([0, 2] if status == 200 else [])


def test_hours_are_added_changed_and_removed(client, world, page):
    browser = client.as_(world.agent)
    browser.post(f"{page}/hours", TYPED | {"closes": "00:00", "weekdays": ["4"]}, form_at=page)
    path = f"/staff/host-hours/{rows()[0].id}"
    shown = browser.get(page).text
    assert "09:00 to 24:00" in shown
    assert "On the clock of Europe/Vienna" in shown
    form = browser.get(path)
    assert 'value="00:00' in form.text
    sent = {"opens": "10:00", "closes": "13:30", "first_day": "2026-11-24", "last_day": "2026-12-31"}
    answer = browser.post(path, sent, form_at=path)
    assert "The hours are changed." in browser.get(answer.location).text
    assert [(row.opens, row.closes, str(row.last_day)) for row in rows()] == [(600, 810, "2026-12-31")]
    browser.post(f"{path}/removal", form_at=page)
    assert rows() == []
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize(
    "change",
    [{"weekdays": []}, {"weekdays": ["9"]}, {"weekdays": ["x"]}, {"opens": ""}, {"opens": "25:00"}, {"closes": "08:00"},
     {"first_day": ""}, {"first_day": "2026-02-30"}, {"first_day": "1999-01-01"}, {"last_day": "2026-11-01"}, {"last_day": "soon"}],
)  # fmt: skip
def test_what_cannot_be_is_said_beside_the_form(change, client, world, page):
    answer = client.as_(world.agent).post(f"{page}/hours", TYPED | change, form_at=page)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert rows() == []


def test_a_date_is_opened_closed_and_taken_out(client, world, page):
    browser = client.as_(world.agent)
    browser.post(
        f"{page}/days",
        {"other-day": "2026-11-26", "other-opens": "10:00", "other-closes": "12:00"},
        form_at=page,
    )
    assert "10:00 to 12:00" in browser.get(page).text
    browser.post(f"{page}/days", {"other-day": "2026-11-26"}, form_at=page)
    day_id = rows(HostDay)[0].id
    assert "Closed" in browser.get(page).text
    for wrong in (
        {"other-day": ""},
        {"other-day": "2026-11-26", "other-opens": "10:00"},
        {"other-day": "2020-01-01"},
    ):
        assert browser.post(f"{page}/days", wrong, form_at=page).status_code == 422
    browser.post(f"/staff/host-days/{day_id}/removal", form_at=page)
    assert rows(HostDay) == []


def test_kinds_and_zone_are_chosen(client, world, page):
    browser = client.as_(world.agent)
    browser.post(f"{page}/profile", {"kinds": ["live_assistance"], "zone": "Asia/Kathmandu"}, form_at=page)
    assert [(row.zone, row.kinds) for row in rows(HostProfile)] == [("Asia/Kathmandu", ["live_assistance"])]
    assert "On the clock of Asia/Kathmandu" in browser.get(page).text
    for wrong in ({"zone": "Mars/Olympus"}, {"zone": "UTC", "kinds": ["x"]}, {"zone": ""}):
        assert browser.post(f"{page}/profile", wrong, form_at=page).status_code == 422


def test_sessions_left_outside_are_told_at_once_and_on_the_page(client, world, congress, page):
    add_hours(world.actor("agent"), world.agent.id, {2}, MORNING)
    booked = booking(congress, world.agent, world.contact, utc("2026-11-25 08:30"))
    browser = client.as_(world.agent)
    assert "Booked outside" not in browser.get(page).text
    answer = browser.post(f"/staff/host-hours/{rows()[0].id}/removal", form_at=page)
    shown = browser.get(answer.location).text
    assert "1 booked session lies outside them and stays: Training for presenters, Congress" in shown
    assert f'href="/bookings/{booked.id}"' in shown
    assert "Booked outside these hours" in shown


def test_managers_see_every_host(client, world):
    add_hours(world.actor("agent"), world.agent.id, {2, 4}, MORNING)
    shown = client.as_(world.manager).get("/staff/availability?hosts=all").text
    assert f'href="/staff/hosts/{world.agent.id}"' in shown
    assert "6 h" in shown
    assert "Every kind" in shown

"""The staff's calendar: what takes whom, and one's own entries (HOW-5)."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from portal.audit.models import AuditEntry
from portal.bookings.commitments import StandsInTheWay
from portal.bookings.models_commitments import Commitment
from portal.busy_calendars.models import BusyCalendar
from portal.db import db
from portal.duty.models import Absence
from portal.errors import Forbidden
from portal.staff_calendar.service import Span, add_entry, change_entry, remove_entry
from tests.bookings.conftest import clock, congress
from tests.bookings.sessions import booking, utc, window
from tests.people import actor_of

__all__ = ["clock", "congress"]
pytestmark = pytest.mark.usefixtures("outbox", "congress")
PAGE, NEW = "/staff/calendar", "/staff/calendar/entries/new"
# The agent's clock is Vienna's.
TYPED = {"title": "Dentist", "starts_on": "2026-11-25", "starts_at": "10:00", "ends_at": "11:00"}
NINE = utc("2026-11-25 09:00")


def entries() -> list[tuple[int, str]]:
    db.session.rollback()
    found = select(Commitment).where(Commitment.kind == "entry").order_by(Commitment.id)
    return [(each.host_id, each.title) for each in db.session.scalars(found)]


def enter(who, title="Dentist", start=NINE, hours=1.0, key=None):
    return add_entry(actor_of(who), title, Span(start, start + timedelta(hours=hours)), form_key=key or str(uuid.uuid4()))  # fmt: skip


@pytest.mark.parametrize(
    ("who", "status"),
    [("agent", 200), ("manager", 200), ("moderator", 403), ("admin", 403), ("contact", 403), ("organiser", 403),
     ("outsider", 403), ("nobody", 403)],
)  # fmt: skip
def test_who_sees_it(who, status, client, world):
    browser = client.as_(getattr(world, who))
    assert browser.get(PAGE).status_code == status
    assert browser.get(NEW).status_code == status
    answer = browser.post(NEW, TYPED, form_at="/account")
    assert answer.status_code == (303 if status == 200 else status)
    assert entries() == ([(getattr(world, who).id, "Dentist")] if status == 200 else [])


@pytest.mark.parametrize("view", ["day", "week", "team"])
def test_everything_that_takes_somebody_stands_in_each_view(view, client, world, congress):
    booking(congress, world.agent, world.contact)
    enter(world.agent)
    db.session.add_all(
        [
            Absence(person_id=world.agent.id, during=Range(utc("2026-11-25 18:00"), utc("2026-11-25 20:00")), note="ill"),
            BusyCalendar(host_id=world.agent.id, name="Private", address="https://x.example/a.ics",
                         busy=[Range(utc("2026-11-25 12:00"), utc("2026-11-25 13:00"))]),
        ]
    )  # fmt: skip
    window(world.agent)
    page = client.as_(world.agent).get(f"{PAGE}?view={view}&day=2026-11-25").text
    for words in ("Training for presenters", congress.name, "Dentist", "Away", "Busy in another calendar"):
        assert words in page
    assert "ill" not in page.split("<table")[1].split("</table>")[0].replace("will", "")
    # Wednesday 15:00 UTC with its buffers, by Vienna's clock.
    assert "15:50" in page
    assert "17:15" in page
    assert "calendar-open" in page


def test_a_colleagues_week_is_shown_and_another_day_too(client, world):
    enter(world.manager, "Board meeting", utc("2026-12-02 09:00"))
    browser = client.as_(world.agent)
    assert "Board meeting" not in browser.get(PAGE).text
    assert "Board meeting" in browser.get(f"{PAGE}?host={world.manager.id}&day=2026-12-04").text
    assert "Board meeting" not in browser.get(f"{PAGE}?host={world.manager.id}&day=2026-12-09").text


@pytest.mark.parametrize(
    "query",
    ["view=x", "day=x", "day=9999-12-31", "day=0001-01-01", "host=x", "host=99999999999999999999", "host=-1"],
)
def test_an_address_that_asks_for_nothing_there_is_shows_this_week(query, client, world):
    answer = client.as_(world.agent).get(f"{PAGE}?{query}")
    assert answer.status_code == 200
    assert "23 Nov 2026" in answer.text


@pytest.mark.parametrize(
    ("change", "words"),
    [({"title": " "}, "Say what it is."), ({"title": "x" * 121}, "Keep it within"), ({"starts_on": ""}, "Choose a day"),
     ({"starts_on": "2026-02-30"}, "Choose a day"), ({"starts_at": "25:00"}, "time of day"), ({"ends_at": ""}, "time of day"),
     ({"ends_at": "10:00"}, "must end after"), ({"ends_at": "09:00"}, "must end after"),
     ({"starts_on": "2026-11-20"}, "not over"), ({"starts_on": "2030-01-01"}, "next two years"),
     ({"starts_on": "2027-03-28", "starts_at": "02:30", "ends_at": "05:00"}, "There is no"),
     ({"starts_on": "2027-10-31", "starts_at": "02:30", "ends_at": "05:00"}, "comes twice")],
)  # fmt: skip
def test_what_cannot_be_is_said_beside_the_form(change, words, client, world):
    answer = client.as_(world.agent).post(NEW, TYPED | change)
    assert answer.status_code == 422
    assert words in answer.text
    if "title" not in change:
        assert 'value="Dentist"' in answer.text
    assert entries() == []


def test_of_an_hour_that_comes_twice_one_says_which(client, world):
    typed = TYPED | {
        "starts_on": "2027-10-31",
        "starts_at": "02:30",
        "ends_at": "05:00",
        "starts_turn": "second",
    }
    assert client.as_(world.agent).post(NEW, typed).status_code == 303
    db.session.rollback()
    assert db.session.scalars(select(Commitment.during)).one().lower == utc("2027-10-31 01:30")


def test_what_stands_in_the_way_is_named_and_nothing_typed_is_lost(client, world, congress):
    session = booking(congress, world.agent, world.contact)
    answer = client.as_(world.agent).post(NEW, TYPED | {"starts_at": "16:00", "ends_at": "17:00"})
    assert answer.status_code == 409
    assert f"/bookings/{session.id}" in answer.text
    assert 'value="Dentist"' in answer.text
    assert entries() == []


def test_a_form_sent_twice_enters_once(world):
    key = str(uuid.uuid4())
    assert enter(world.agent, key=key).id == enter(world.agent, key=key).id
    assert entries() == [(world.agent.id, "Dentist")]


def test_an_entry_is_changed_over_its_own_time_but_not_over_another(world):
    entry = enter(world.agent)
    enter(world.agent, "Doctor", NINE + timedelta(hours=2))
    moved = Span(NINE + timedelta(minutes=30), NINE + timedelta(minutes=90))
    assert change_entry(actor_of(world.agent), entry.id, "Dentist, later", moved).title == "Dentist, later"
    with pytest.raises(StandsInTheWay):
        change_entry(actor_of(world.agent), entry.id, "x", Span(NINE, NINE + timedelta(hours=3)))
    assert entries() == [(world.agent.id, "Dentist, later"), (world.agent.id, "Doctor")]


def test_an_entry_is_its_owners_and_a_managers(world, client):
    entry = enter(world.manager)
    with pytest.raises(Forbidden):
        remove_entry(actor_of(world.agent), entry.id)
    page = client.as_(world.agent).get(f"{PAGE}/entries/{entry.id}").text
    assert "or a manager changes it" in page
    remove_entry(actor_of(world.manager), entry.id)
    assert entries() == []
    mine = enter(world.agent)
    remove_entry(actor_of(world.manager), mine.id)
    assert entries() == []


def test_each_change_is_on_record(world):
    entry = enter(world.agent)
    change_entry(actor_of(world.agent), entry.id, "Doctor", Span(NINE, NINE + timedelta(hours=2)))
    remove_entry(actor_of(world.agent), entry.id)
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.like("calendar.%")).order_by(AuditEntry.id)
    )
    assert list(actions) == ["calendar.entered", "calendar.changed", "calendar.removed"]


def test_an_entry_is_made_changed_and_taken_out_by_the_pages(client, world):
    browser = client.as_(world.agent)
    answer = browser.post(NEW, TYPED)
    assert "The entry is in your calendar." in browser.get(answer.location).text
    entry = db.session.scalars(select(Commitment.id)).one()
    form = browser.get(f"{PAGE}/entries/{entry}").text
    assert all(f'value="{value}"' in form for value in TYPED.values())
    assert browser.post(f"{PAGE}/entries/{entry}", TYPED | {"ends_at": "12:00"}).status_code == 303
    assert browser.get(f"{PAGE}/entries/{entry}/removal").status_code == 200
    assert browser.post(f"{PAGE}/entries/{entry}/removal").status_code == 303
    assert browser.get(f"{PAGE}/entries/{entry}").status_code == 404

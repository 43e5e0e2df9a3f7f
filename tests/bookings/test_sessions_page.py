"""The page of an event's live sessions: what it is entitled to and why, and open times by list and by week."""

import re
from datetime import timedelta

import pytest

from portal.bookings.models import Booking
from portal.db import db
from tests.bookings.sessions import WEDNESDAY, booking, utc, window

pytestmark = pytest.mark.usefixtures("outbox")
AT = "2026-11-25T15:00:00Z"


@pytest.fixture
def index(congress):
    return f"/events/{congress.id}/bookings"


@pytest.fixture
def session(world, congress) -> Booking:
    return booking(congress, world.agent, world.contact)


def card(page, kind):
    """The part of the page about one kind, as words."""
    found = re.search(
        rf'<section class="card" id="{kind}">.*?(?=<section class="card"|<section class="stack" id="sessions")',
        page,
        re.S,
    )
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def test_each_kind_says_whether_the_event_is_entitled_by_which_rule_and_why(client, world):
    page = client.as_(world.contact).get(f"/events/{world.congress.id}/bookings").text
    assert page.count("Not included") == 3
    assert page.count("Open to book") == 2
    for rule in ("COV-1", "COV-5", "COV-6", "COV-7", "HOW-5"):
        assert f'href="/policies#{rule}"' in page
    operators = card(page, "operator_training")
    assert "What would be needed: to record session attendance with the app" in operators
    assert "Ask for a price quote" in operators
    assert "1 hour, up to 20 people." in card(page, "contact_training")


def test_a_kind_that_comes_with_the_event_says_by_when_it_is_cancelled_to_be_kept(client, world, index):
    page = client.as_(world.contact).get(index).text
    assert "45 minutes, up to 100 people. Kept for another day when cancelled 24 hours" in card(
        page, "operator_training"
    )


def test_live_assistance_is_for_contacts_and_others_are_told_why(client, world, index):
    window(world.agent)
    organiser = card(client.as_(world.organiser).get(index).text, "live_assistance")
    assert "goes to the event&#39;s registered Technical Contacts only. Rule WHO-1" in organiser
    assert "Register as a Technical Contact" in organiser
    assert "Next free" not in organiser
    assert "Next free" in card(client.as_(world.contact).get(index).text, "live_assistance")


def test_open_times_are_shown_in_the_readers_zone_with_eastern_beside(client, world, index):
    window(world.agent, hours=1)
    page = client.as_(world.contact).get(index).text
    assert "Next free: Wednesday 25 November 2026" in page
    assert "UTC+1" in page
    assert re.search(r">16:00</time>\s*<span class=\"muted small\">10:00 EST</span>", page)
    assert f'name="starts_at" value="{AT}"' in page


@pytest.mark.parametrize(
    ("zone", "shown", "offset"),
    [("Asia/Kathmandu", "20:45", "UTC+5:45"), ("America/New_York", "10:00", "UTC-5")],
)
def test_another_zone_can_be_chosen_and_is_carried_on(zone, shown, offset, client, world, index):
    window(world.agent, hours=1)
    page = client.as_(world.contact).get(f"{index}?zone={zone}").text
    assert f">{shown}</time>" in page
    assert offset in card(page, "presenter_training")
    assert re.search(rf'<option value="{zone}" selected>', page)
    assert f"zone={zone}&amp;view=week" in page.replace("%2F", "/")
    assert "Your account's zone is Europe/Vienna." in page


def test_staff_see_the_state_but_no_times_to_book(client, world, index):
    window(world.agent)
    page = client.as_(world.agent).get(index).text
    assert 'name="starts_at"' not in page
    assert "Open to book" in page


def test_a_used_entitlement_names_the_session_that_uses_it(client, world, index, session):
    page = client.as_(world.organiser).get(index).text
    assert "Booked for" in card(page, "presenter_training")
    assert "For a further session Ask for a price quote" in card(page, "presenter_training")
    assert f'href="/bookings/{session.id}"' in page
    assert 'value="presenter_training"' not in page


def test_a_week_has_a_column_for_each_day_and_leads_to_the_next_with_times(client, world, index):
    window(world.agent, hours=1)
    window(world.agent, WEDNESDAY + timedelta(days=20), 1)
    browser = client.as_(world.contact)
    page = browser.get(f"{index}?kind=presenter_training&view=week").text
    week = card(page, "presenter_training")
    assert "Week of 23 Nov 2026" in week
    assert [day for day in ("Mon 23", "Tue 24", "Wed 25", "Sun 29") if day in week] == [
        "Mon 23",
        "Tue 24",
        "Wed 25",
        "Sun 29",
    ]
    assert "Later week" in week
    assert "Earlier week" not in week
    later = browser.fragment("get", f"{index}?kind=presenter_training&view=week&week=2026-12-15").text
    assert "<html" not in later
    assert "Week of 14 Dec 2026" in later
    assert "Earlier week" in later


def test_a_list_goes_on(client, world, index):
    window(world.agent, utc("2026-11-25 00:00"), 30)
    browser = client.as_(world.contact)
    first = browser.get(f"{index}?kind=presenter_training").text
    later = re.search(r'href="([^"]*after=[^"]*)#', first)[1].replace("&amp;", "&")
    assert first.count('name="starts_at"') == 40 + 2 * 6 + 6 + 6
    rest = browser.fragment("get", later).text
    assert "From the next free time" in rest
    assert rest.count('name="starts_at"') == 19


def test_nothing_open_leads_to_the_waiting_list(client, world, index):
    page = card(client.as_(world.contact).get(index).text, "presenter_training")
    assert "No times are open at present." in page
    assert "Join the waiting list" in page


def test_past_sessions_are_a_list_of_their_own(client, world, congress, index, session):
    old = booking(congress, world.agent, world.contact, utc("2026-11-02 15:00"), audience="contacts", state="done",
                  one_per_event=False, uses_entitlement=False)  # fmt: skip
    browser = client.as_(world.contact)
    coming, past = browser.get(index).text, browser.get(f"{index}?past=").text
    assert f"/bookings/{old.id}" not in coming
    assert f"/bookings/{old.id}" in past
    db.session.rollback()


@pytest.mark.parametrize(
    "query",
    ["kind=everyone", "kind=", "kind=presenter_training&view=week&week=soon", "kind=presenter_training&view=week&week=9999-12-31",
     "kind=presenter_training&view=week&week=0001-01-01", "kind=presenter_training&view=week&week=2026-02-30", "coming=x", "past=%00",
     "coming=eyJhIjoxfQ", "kind=presenter_training&kind=x&week=%F0%9F%92%A9", "zone=Mars/Olympus", "zone=../../etc/passwd", "zone=",
     "kind=presenter_training&after=soon", "kind=presenter_training&after=9999-12-31T23:59:59Z", "kind=presenter_training&after=0001-01-01T00:00:00Z",
     "ticket=x", "ticket=99999999999999999999", "view=%00", "kind=live_assistance&view=week&zone=Pacific/Kiritimati"],
)  # fmt: skip
def test_a_forged_address_still_shows_the_page(query, client, world, index):
    window(world.agent)
    browser = client.as_(world.contact)
    assert browser.get(f"{index}?{query}").status_code == 200
    assert browser.fragment("get", f"{index}?{query}").status_code == 200

"""All rosters at once: who is over, full or empty, and what waits (WHO-3, WHO-6)."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.clock import now
from portal.db import db
from portal.editions.queries import edition_in_force
from portal.errors import Forbidden
from portal.orders.models import Order
from portal.policy.contacts import contact_limit
from portal.policy.terms import Licence
from portal.roster.models import Contact, Removal
from portal.roster.overview import State, Wanted, overview, totals
from tests.people import contact, event, person


def rows(page):
    return re.findall(r'<th scope="row"><a[^>]*>([^<]+)</a>', page)


def settled(world):
    """Beside Congress (2 of 4) and the empty Workshop: a full event, one over its limit, one that is past."""
    full = event(world.society, "Full House")
    contact(full, person("Filler"))
    over = event(world.society, "Shrunk", attendees=700)
    for name in ("One", "Two"):
        contact(over, person(name))
    over.attendees = 100
    past = event(
        world.society,
        "Long Ago",
        starts_on=now().date() - timedelta(days=9),
        ends_on=now().date() - timedelta(days=8),
    )
    seat = db.session.scalars(
        select(Contact).where(Contact.event_id == world.congress.id).order_by(Contact.id)
    ).first()
    db.session.add(Removal(
        event_id=world.congress.id, contact_id=seat.id, requested_by_id=world.organiser.id,
        due_at=now() + timedelta(days=2), policy_edition=1,
    ))  # fmt: skip
    db.session.add(Order(
        organisation_id=world.society.id, event_id=full.id, total_cents=50_000, placed_by_id=world.organiser.id,
        policy_edition=1,
    ))  # fmt: skip
    db.session.commit()
    return full, over, past


@pytest.mark.parametrize(
    ("who", "status"),
    [("organiser", 200), ("outsider", 200), ("agent", 200), ("manager", 200), ("contact", 403),
     ("outside_contact", 403), ("moderator", 403), ("admin", 403), ("nobody", 403)],
)  # fmt: skip
def test_who_sees_the_rosters(client, world, who, status):
    browser = client.as_(getattr(world, who))
    for address in ("/rosters", "/rosters.csv"):
        assert browser.get(address).status_code == status
        assert browser.fragment("get", address).status_code == status
    assert ('href="/rosters"' in browser.get("/account").text) == (status == 200)
    if status == 403:
        with pytest.raises(Forbidden):
            overview(world.actor(who), Wanted(), now().date(), edition_in_force(), None)


def test_each_sees_their_own_rosters(client, world):
    assert rows(client.as_(world.organiser).get("/rosters").text) == ["Congress", "Workshop"]
    assert rows(client.as_(world.outsider).get("/rosters").text) == ["Fair"]
    assert rows(client.as_(world.agent).get("/rosters").text) == ["Congress", "Workshop", "Fair"]
    assert "Fair" not in client.as_(world.organiser).get("/rosters.csv").text


def test_a_contact_elsewhere_does_not_bring_an_organiser_that_roster(client, world):
    contact(world.fair, world.organiser)
    db.session.commit()
    assert "Fair" not in client.as_(world.organiser).get("/rosters").text


@pytest.mark.parametrize(
    ("state", "found"),
    [("over", ["Shrunk"]), ("full", ["Full House"]), ("empty", ["Workshop"]), ("removal", ["Congress"]),
     ("order", ["Full House"]), ("nonsense", ["Congress", "Workshop", "Full House", "Shrunk"])],
)  # fmt: skip
def test_rosters_are_found_by_their_state(client, world, state, found):
    settled(world)
    browser = client.as_(world.organiser)
    assert sorted(rows(browser.get(f"/rosters?state={state}").text)) == sorted(found)
    assert sorted(rows(browser.fragment("get", f"/rosters?state={state}").text)) == sorted(found)
    lines = browser.get(f"/rosters.csv?state={state}").text.splitlines()
    assert sorted(line.split(",")[1] for line in lines[1:]) == sorted(found)


def test_the_states_are_counted_and_said(client, world):
    settled(world)
    page = client.as_(world.organiser).get("/rosters").text
    assert "2 of 1" in page
    assert "Over the limit" in page
    assert "2 free" in page
    assert "1 removal" in page
    assert "1 order" in page
    counted = totals(world.actor("organiser"), Wanted(), now().date(), edition_in_force())
    assert counted == {State.OVER: 1, State.FULL: 1, State.EMPTY: 1, State.REMOVAL: 1, State.ORDER: 1}


def test_past_events_are_shown_when_asked_for(client, world):
    settled(world)
    browser = client.as_(world.organiser)
    assert "Long Ago" not in browser.get("/rosters").text
    assert rows(browser.get("/rosters?past=yes").text)[0] == "Long Ago"
    assert "Long Ago" in browser.get("/rosters.csv?past=yes").text


@pytest.mark.parametrize(
    ("words", "found"),
    [("congr", ["Congress"]), ("other.contact@", ["Congress"]), ("OTHER CONTACT", ["Congress"]),
     ("library", ["Fair"]), ("%", []), ("_", []), ("'; DROP TABLE event; --", []), ("\x00", ["Congress", "Workshop", "Fair"])],
)  # fmt: skip
def test_rosters_are_searched_by_event_organisation_and_person(client, world, words, found):
    page = client.as_(world.manager).get("/rosters", query_string={"q": words}).text
    assert rows(page) == found


def test_who_left_is_not_found(client, world):
    gone = db.session.scalars(select(Contact).where(Contact.person_id == world.other_contact.id)).one()
    gone.ended_at, gone.seat_id = now(), None
    db.session.commit()
    assert rows(client.as_(world.manager).get("/rosters?q=other.contact").text) == []


@pytest.mark.parametrize("cursor", ["x", "W10", "%00", "eyJhIjoxfQ"])
def test_a_cursor_that_cannot_be_read_gives_the_first_page(client, world, cursor):
    assert "Congress" in client.as_(world.manager).get(f"/rosters?cursor={cursor}").text


def test_forty_events_are_paged_without_a_gap(client, world):
    for number in range(40):
        event(world.society, f"Event {number:02}")
    db.session.commit()
    browser = client.as_(world.organiser)
    found, address = [], "/rosters?q=Event"
    while address:
        page = browser.get(address).text
        found += rows(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following and following[1].replace("&amp;", "&")
    assert found == [f"Event {number:02}" for number in range(40)]
    assert len(browser.get("/rosters.csv?q=Event").text.splitlines()) == 41


def test_many_events_ask_the_database_no_more_often_than_few(client, world):
    browser = client.as_(world.manager)
    browser.get("/rosters?q=other")
    few = len(browser.queries)
    for number in range(60):
        contact(event(world.library, f"Bulk {number}"), world.other_contact)
    db.session.commit()
    assert len(rows(browser.get("/rosters?q=other").text)) == 25
    assert len(browser.queries) == few <= 8
    assert len(browser.get("/rosters.csv?q=other").text.splitlines()) == 62
    assert len(browser.queries) <= few


@pytest.mark.parametrize("attendees", [1, 300, 301, 600, 601, 1000, 1001, 2000, 2001, 90_000])
@pytest.mark.parametrize("licence", list(Licence))
def test_the_database_reads_the_limits_as_the_policy_does(world, attendees, licence):
    made = event(world.society, "Sized", attendees=attendees, licence=licence.value)
    db.session.commit()
    found = overview(world.actor("manager"), Wanted(words="Sized"), now().date(), edition_in_force(), None)
    assert [line.limit for line in found.items] == [contact_limit(made.attendees, licence).total]

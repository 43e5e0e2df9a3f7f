"""Events: who sees which, and what their pages say."""

from datetime import timedelta

import pytest

from portal.accounts.permissions import Role
from portal.clock import now
from portal.db import db
from tests.people import contact, event, grant, organisation, person


def test_each_sees_their_own_events(client, world):
    seen = {
        name: client.as_(getattr(world, name)).get("/events").text
        for name in ("organiser", "contact", "outsider", "agent", "manager", "admin")
    }
    everything = {"Congress", "Workshop", "Fair"}
    expected = {
        "organiser": {"Congress", "Workshop"}, "contact": {"Congress"}, "outsider": {"Fair"},
        "agent": everything, "manager": everything, "admin": everything,
    }  # fmt: skip
    assert {
        name: {each for each in everything if f">{each}</a>" in text} for name, text in seen.items()
    } == expected


@pytest.mark.parametrize(
    ("who", "words"),
    [("nobody", "You are in no event now"), ("moderator", "Your role does not work on events")],
)
def test_the_list_says_why_it_is_empty(client, world, who, words):
    page = client.as_(getattr(world, who)).get("/events")
    assert page.status_code == 200
    assert words in page.text


def test_an_organiser_without_events_and_a_search_without_hits_are_told_so(client, world):
    newcomer = person("Newcomer")
    grant(newcomer, Role.ORGANISER, organisation_id=organisation("Fresh Start").id)
    db.session.commit()
    assert "Support sets up an event" in client.as_(newcomer).get("/events").text
    page = client.as_(world.organiser).get("/events?q=zebra")
    assert "Nothing found" in page.text
    assert "zebra" in page.text


def test_the_list_shows_seats_in_use_and_states(client, world):
    contact(world.workshop, world.contact)
    world.congress.attendees, world.congress.licence = 10, "basic"
    db.session.commit()
    text = client.as_(world.organiser).get("/events").text
    assert "1 of 1" in text
    assert "Full" in text
    assert "2 of 1" in text
    assert "Over its limit" in text


def test_coming_events_come_before_past_ones_and_the_last_day_still_counts(client, world):
    today = now().date()
    for name, ends in (("Yesterday", today - timedelta(days=1)), ("Lastday", today)):
        event(world.society, name, starts_on=ends - timedelta(days=1), ends_on=ends)
    db.session.commit()
    text = client.as_(world.organiser).get("/events").text
    coming, past = text.split('id="past"')
    assert "Lastday" in coming
    assert coming.index("Lastday") < coming.index("Congress")
    assert "Yesterday" in past


def test_long_lists_are_paged_by_key_within_the_query_budget(client, world):
    for number in range(60):
        event(world.library, f"Series {number:02}", starts_on=now().date() + timedelta(days=100 + number // 3),
              ends_on=now().date() + timedelta(days=200))  # fmt: skip
    db.session.commit()
    browser, address, seen = client.as_(world.agent), "/events?q=Series", []
    while address:
        text = browser.get(address).text
        seen += [name for name in (f"Series {number:02}" for number in range(60)) if f">{name}</a>" in text]
        address = _next(text)
    assert seen == [f"Series {number:02}" for number in range(60)]


def _next(text):
    before, found, _ = text.partition('">Next</a>')
    return before.rpartition('href="')[2].replace("&amp;", "&") if found else None


def test_search_finds_names_and_organisations_and_takes_signs_as_they_are(client, world):
    event(world.society, "100% Open_Science")
    db.session.commit()
    browser = client.as_(world.agent)
    assert "Congress" in browser.get("/events?q=congr").text
    assert "Congress" in browser.get("/events?q=society").text
    assert "Open_Science" in browser.get("/events?q=100%25").text
    assert "Nothing found" in browser.get("/events?q=Open-Science").text


def test_the_search_answers_htmx_with_the_list_alone(client, world):
    fragment = client.as_(world.organiser).fragment("get", "/events?q=Work")
    assert fragment.text.lstrip().startswith("<div")
    assert "Workshop" in fragment.text
    assert "Congress" not in fragment.text


@pytest.mark.parametrize(
    "cursor", ["x", "%00", "W10", "WyJhIiwgMSwgMl0", "WyJhIiwgIngiLCAieSJd", "WyJhIixudWxsLG51bGxd"]
)
def test_a_forged_cursor_shows_the_first_page(client, world, cursor):
    page = client.as_(world.organiser).get(f"/events?coming={cursor}")
    assert page.status_code == 200
    assert "Congress" in page.text


@pytest.mark.parametrize(
    ("who", "status"),
    [("organiser", 200), ("contact", 200), ("agent", 200), ("manager", 200), ("admin", 200),
     ("outsider", 404), ("outside_contact", 404), ("nobody", 404), ("moderator", 404)],
)  # fmt: skip
def test_who_sees_an_event(client, world, who, status):
    browser = client.as_(getattr(world, who))
    assert browser.get(f"/events/{world.congress.id}").status_code == status
    assert browser.fragment("get", f"/events/{world.congress.id}").status_code == status


@pytest.mark.parametrize("key", ["999999", "9223372036854775807", "9223372036854775808", "9" * 40])
def test_an_event_that_is_not_there_is_not_found(client, world, key):
    assert client.as_(world.agent).get(f"/events/{key}").status_code == 404


def test_the_overview_says_what_the_event_is_entitled_to_and_by_which_rule(client, world):
    world.congress.virtual_event_package = True
    db.session.commit()
    text = client.as_(world.contact).get(f"/events/{world.congress.id}").text
    assert "A Premium licence for 601-1,000 attendees includes 4 Technical Contacts." in text
    assert "2 of 4" in text
    for rule in ("WHO-3", "COV-1", "COV-5", "COV-6", "COV-7", "USE-2"):
        assert f"#{rule}" in text
    assert "One live training session of" in text
    assert "this event needs the Exhibitor package" in text


def test_the_thirty_days_of_unlimited_support_are_shown_to_their_end(client, world):
    world.congress.account_opened_on = now().date()
    db.session.commit()
    text = client.as_(world.contact).get(f"/events/{world.congress.id}").text
    assert "The first days after the account was opened" in text
    assert "#USE-1" in text


def test_an_organiser_who_is_no_contact_is_told_why_they_cannot_open_tickets(client, world):
    text = client.as_(world.organiser).get(f"/events/{world.congress.id}").text
    assert "only its registered Technical Contacts can open tickets" in text
    assert f"/events/{world.congress.id}/contacts/new?who=me" in text
    contact(world.congress, world.organiser)
    db.session.commit()
    text = client.as_(world.organiser).get(f"/events/{world.congress.id}").text
    assert "You cannot open tickets here yet" not in text
    assert "Open a ticket" in text


def test_an_event_over_its_limit_offers_both_ways_out(client, world):
    world.congress.attendees, world.congress.licence = 100, "basic"
    db.session.commit()
    text = client.as_(world.organiser).get(f"/events/{world.congress.id}").text
    assert "This event is over its limit" in text
    assert "2 of 1" in text
    assert f'href="/events/{world.congress.id}/contacts#now"' in text
    assert f'href="/events/{world.congress.id}/orders/new"' in text


@pytest.mark.parametrize(
    ("who", "tabs"),
    [("organiser", 6), ("contact", 6), ("agent", 6), ("admin", 0)],
)
def test_the_tabs_lead_only_where_the_reader_may_go(client, world, who, tabs):
    browser = client.as_(getattr(world, who))
    text = browser.get(f"/events/{world.congress.id}").text
    _, found, rest = text.partition('<nav class="tabs"')
    links = [part.split('"')[0] for part in rest.partition("</nav>")[0].split('href="')[1:]] if found else []
    assert len(links) == tabs
    assert [link for link in links if browser.get(link).status_code != 200] == []

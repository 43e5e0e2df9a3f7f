"""The page of the search: straight to a ticket or a person, and whatever may be typed."""

import pytest

from portal.db import db
from tests.articles.shelf import article
from tests.people import World
from tests.search.findings import ticket, told
from tests.signing_in import PortalClient


@pytest.mark.parametrize("typed", ["{}", "#{}", " # {} "])
def test_a_tickets_number_leads_straight_to_it(world: World, client: PortalClient, typed: str) -> None:
    made = ticket(world.congress, world.contact, "Badge")
    db.session.commit()
    asked = {"q": typed.format(made.id)}
    seen = client.as_(world.contact).get("/search", query_string=asked)
    assert (seen.status_code, seen.headers.get("Location")) == (302, f"/tickets/{made.id}")
    for other in (world.outsider, world.moderator):
        answer = client.as_(other).get("/search", query_string=asked)
        absent = client.as_(other).get("/search", query_string={"q": typed.format(10**6)})
        assert (answer.status_code, absent.status_code) == (200, 200)


def test_a_quoted_number_is_searched_for(world: World, client: PortalClient) -> None:
    made = ticket(world.congress, world.contact, "Badge")
    db.session.commit()
    assert client.as_(world.contact).get("/search", query_string={"q": f'"{made.id}"'}).status_code == 200


def test_an_address_leads_straight_to_the_person(world: World, client: PortalClient) -> None:
    asked = {"q": world.contact.email.upper()}
    admin = client.as_(world.admin).get("/search", query_string=asked)
    assert admin.headers["Location"] == f"/staff/people/{world.contact.id}"
    ticket(world.congress, world.contact, "Badge <one>")
    db.session.commit()
    for who in (world.agent, world.organiser, world.other_contact):
        browser = client.as_(who)
        there = browser.get("/search", query_string=asked).headers["Location"]
        page = browser.get(there)
        assert page.status_code == 200
        assert "Badge &lt;one&gt;" in page.text
    for who in (world.outsider, world.moderator, world.nobody):
        assert client.as_(who).get("/search", query_string=asked).status_code == 200


BAD = [
    "", " ", '"', '""', "'", "\\", "& | ! ( ) <-> :* :A", "a & & b", "-", "--", "-badge", "or or or", '"unclosed badge',
    "the of and", "%", "_", "*", "bad*", "\x00", "bad\x00ge", "x" * 10_000, "badge " * 2_000, "@", "a@b", "a@b@c", "#", "#x",
    "# ", "9" * 18, "9" * 19, "#" + "9" * 40, "١٢٣", "'; DROP TABLE ticket; --", "<script>alert(1)</script>", "\ue000",
    "🎫", "中文 标题", "ﷺ" * 100, "http://a.example/?x=1&y=2|3", "a<->b <2> c", "T", "\ud800".encode("utf-8", "replace").decode(),
]  # fmt: skip


@pytest.mark.parametrize("words", BAD)
def test_whatever_is_typed_is_answered(world: World, client: PortalClient, words: str) -> None:
    ticket(world.congress, world.contact, "Badge", "T badge http://a.example/?x=1&y=2|3 中文")
    article(world.agent, "Badges")
    for who in (world.agent, world.contact):
        answer = client.as_(who).get("/search", query_string={"q": words, "who": words, "event": words})
        assert answer.status_code == 200
        answer = client.as_(who).get("/search", query_string={"q": words})
        assert answer.status_code in (200, 302)
        assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    "narrowed",
    [
        {"kind": "secrets"}, {"state": "x"}, {"topic": "x"}, {"page": "0"}, {"page": "-1"}, {"page": "x"}, {"page": "9" * 30},
        {"page": "٣"}, {"since": "yesterday"}, {"since": "0001-01-01"}, {"until": "9999-12-31"}, {"until": "2026-02-30"},
        {"since": "2026-12-01", "until": "2026-01-01"}, {"who": "9" * 30}, {"event": "9" * 30}, {"since": "\x00"},
        {"who": "%"}, {"event": "_"}, {"kind": "people", "page": "80"}, {"q_external": "1", "_scheme": "x"},
    ],
)  # fmt: skip
def test_whatever_it_is_narrowed_by_is_answered(
    world: World, client: PortalClient, narrowed: dict[str, str]
) -> None:
    answer = client.as_(world.agent).get("/search", query_string={"q": "badge"} | narrowed)
    assert answer.status_code == 200


def test_a_day_that_cannot_be_read_is_told_of(world: World, client: PortalClient) -> None:
    assert "could not be understood" in told(client.as_(world.agent), "badge", since="yesterday")


def test_more_of_a_kind_has_a_page_of_its_own(world: World, client: PortalClient) -> None:
    for number in range(5):
        article(world.agent, f"Badge {number}")
    browser = client.as_(world.contact)
    assert told(browser, "badge").count('href="/articles/') == 3
    assert told(browser, "badge", kind="articles").count('href="/articles/') == 5


def test_every_page_of_who_has_signed_in_has_the_box(world: World, client: PortalClient) -> None:
    assert 'id="search"' in client.as_(world.contact).get("/account").text
    assert 'id="search"' not in client.get("/policies").text

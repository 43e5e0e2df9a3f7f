"""The wish list by order and part, what is coming, what was done, one's own, and as a feed (WISH-2, WISH-3)."""

import re
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
import time_machine
from sqlalchemy import update

from portal.db import db
from portal.policy.wishes import WishDecision
from portal.wishlist import following
from portal.wishlist.models import Wish
from tests.wishlist.wishes import add, decided, in_state, published, say

pytestmark = pytest.mark.usefixtures("outbox")

ATOM = "{http://www.w3.org/2005/Atom}"
NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)


def titles(page):
    return re.findall(r'<h[23]><a href="/wishes/\d+">([^<]+)</a>', page.text)


class TestOrders:
    def test_usefulness_recent_talk_and_age_are_three_orders(self, client, world):
        with time_machine.travel(NOON - timedelta(days=200), tick=False):
            both = published(world, "Both, long ago", who="agent")
            for who in ("organiser", "outsider"):
                say(world, who, both)
        with time_machine.travel(NOON - timedelta(days=1), tick=False):
            lately = published(world, "One, lately", who="agent")
            say(world, "outsider", lately)
        published(world, "Nobody, just now", who="agent")
        browser = client.as_(world.contact)
        assert titles(browser.get("/wishes")) == ["Both, long ago", "One, lately", "Nobody, just now"]
        trending = titles(browser.get("/wishes?order=trending"))
        assert trending == ["One, lately", "Both, long ago", "Nobody, just now"]
        newest = titles(browser.get("/wishes?order=newest"))
        assert newest == ["Nobody, just now", "One, lately", "Both, long ago"]
        assert titles(browser.get("/wishes?order=oldest")) == titles(browser.get("/wishes"))

    def test_each_order_is_paged_without_a_gap(self, client, world):
        wishes = [published(world, f"Wish {number:02}", who="agent") for number in range(27)]
        for number, wish in enumerate(wishes):
            figures = {"score": number % 3 / 3, "trend": number % 5 + 0.1}
            db.session.execute(update(Wish).where(Wish.id == wish.id).values(**figures))
        db.session.commit()
        browser = client.as_(world.contact)
        for order in ("useful", "trending", "newest"):
            first = browser.get(f"/wishes?order={order}")
            onward = re.search(r'rel="next" href="([^"]+)"', first.text)[1].replace("&amp;", "&")
            assert sorted(titles(first) + titles(browser.get(onward))) == [wish.title for wish in wishes]

    def test_by_part(self, client, world):
        wish = published(world, "Captions", who="agent")
        published(world, "Badges", who="agent")
        db.session.execute(update(Wish).where(Wish.id == wish.id).values(module="virtual_event"))
        db.session.commit()
        browser = client.as_(world.contact)
        assert titles(browser.get("/wishes?module=virtual_event")) == ["Captions"]
        assert titles(browser.get("/wishes?module=premium")) == []
        assert len(titles(browser.get("/wishes?module=nonsense"))) == 2

    def test_the_page_tells_how_the_rank_follows(self, client, world):
        wish = published(world, who="agent")
        browser = client.as_(world.outsider)
        assert "Nobody has answered, so it ranks last" in browser.get(f"/wishes/{wish.id}").text
        say(world, "organiser", wish)
        page = browser.get(f"/wishes/{wish.id}").text
        assert "100 percent of those who answered" in page
        assert "50.0" in page
        say(world, "outsider", wish, "not_for_us")
        assert "All have answered" in browser.get(f"/wishes/{wish.id}").text


class TestRoadmap:
    def test_each_stage_with_dates_that_were_published(self, client, world):
        details = {"due_on": date(2027, 3, 1), "release": "7.2"}
        for title, shown in (("Shown", True), ("Kept", False)):
            wish = published(world, title)
            decided(world, wish, WishDecision.PLANNED, date_published=shown, **details)
        in_state(world, "in_progress")
        page = client.as_(world.outsider).get("/wishes/roadmap")
        assert titles(page)[0] == "Wish that is in_progress"
        assert set(titles(page)[1:]) == {"Shown", "Kept"}
        assert page.text.count("foreseen for 1 Mar 2027, release 7.2") == 1

    def test_what_was_done_comes_latest_first_with_its_answer(self, client, world):
        for title in ("First", "Second"):
            decided(world, published(world, title), WishDecision.DONE, answer=f"{title} is in.")
        page = client.as_(world.outsider).get("/wishes/changelog")
        assert titles(page) == ["Second", "First"]
        assert "First is in." in page.text


class TestMine:
    def test_written_followed_and_answered(self, client, world):
        own, other, third = (
            add(world.actor("contact"), "Own"),
            published(world, "Other"),
            published(world, "Third"),
        )
        following.follow_wish(world.actor("contact"), other.id)
        say(world, "contact", third, "not_for_us")
        browser = client.as_(world.contact)
        assert titles(browser.get("/wishes/mine")) == [own.title]
        assert set(titles(browser.get("/wishes/mine?of=followed"))) == {"Own", "Other"}
        assert set(titles(browser.get("/wishes/mine?of=answered"))) == {"Own", "Third"}
        assert titles(client.as_(world.outsider).get("/wishes/mine?of=followed")) == []

    def test_following_twice_is_once_and_can_be_ended(self, client, world):
        wish = published(world)
        browser = client.as_(world.outsider)
        for _ in range(2):
            assert browser.post(f"/wishes/{wish.id}/following").status_code == 303
        assert "Stop following" in browser.get(f"/wishes/{wish.id}").text
        for _ in range(2):
            assert browser.post(f"/wishes/{wish.id}/unfollowing").status_code == 303
        assert titles(browser.get("/wishes/mine?of=followed")) == []

    def test_what_one_may_not_know_of_cannot_be_followed(self, client, world):
        wish = add(world.actor("contact"))
        for what in ("following", "unfollowing"):
            assert client.as_(world.outsider).post(f"/wishes/{wish.id}/{what}").status_code == 404


class TestFeed:
    def test_new_wishes_and_decisions_latest_first(self, client, world):
        wish = published(world, "A <b>wish</b> & more\x0b")
        decided(world, wish, WishDecision.PLANNED, answer="Soon.", release="7.2", date_published=True)
        add(world.actor("contact"), "Held back")
        answer = client.as_(world.outsider).get("/wishes/feed.atom")
        assert answer.mimetype == "application/atom+xml"
        entries = ET.fromstring(answer.text).findall(f"{ATOM}entry")
        assert [each.findtext(f"{ATOM}title") for each in entries] == [
            "Planned: A <b>wish</b> & more", "New: A <b>wish</b> & more",
        ]  # fmt: skip
        assert "release 7.2" in entries[0].findtext(f"{ATOM}content")
        assert len({each.findtext(f"{ATOM}id") for each in entries}) == 2
        assert world.organiser.name not in answer.text
        assert world.society.name not in answer.text

    def test_it_is_a_feed_when_nothing_happened(self, client, world):
        answer = client.as_(world.contact).get("/wishes/feed.atom")
        assert ET.fromstring(answer.text).tag == f"{ATOM}feed"

    def test_strangers_sign_in_unless_the_list_is_open_to_all(self, client, world):
        for address in ("/wishes/feed.atom", "/wishes/roadmap", "/wishes/changelog", "/wishes/mine"):
            assert client.get(address).status_code == 303

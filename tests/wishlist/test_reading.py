"""The list is ranked by customers, searched by words, and shows nobody what is not theirs to see."""

import re
from urllib.parse import quote

import pytest
from sqlalchemy import update

from portal.db import db
from portal.wishlist.models import Wish
from portal.wishlist.queries import visible_wishes, waiting_wishes_count
from tests.wishlist.wishes import STATES, in_state, published

pytestmark = pytest.mark.usefixtures("outbox")

PEOPLE = ("organiser", "contact", "outsider", "agent", "moderator", "manager", "admin")
LISTED = {"published", "planned", "done"}
SEEN = {
    "organiser": LISTED | {"submitted", "declined"},  # its author
    "contact": LISTED,
    "outsider": LISTED,
    "agent": LISTED | {"declined"},
    "moderator": LISTED | {"declined", "submitted"},
    "manager": LISTED | {"declined", "submitted"},
    "admin": LISTED | {"declined"},
}


def titles(page):
    return re.findall(r'<h2><a href="/wishes/\d+">([^<]+)</a>', page)


@pytest.mark.parametrize("who", PEOPLE)
class TestDoors:
    """A wish of each state, by the organiser, at each door."""

    def test_page(self, client, world, who):
        browser = client.as_(getattr(world, who))
        for state in STATES:
            wish = in_state(world, state)
            answer = browser.get(f"/wishes/{wish.id}")
            assert answer.status_code == (200 if state in SEEN[who] else 404), state
            assert (wish.title in answer.text) == (state in SEEN[who]), state

    def test_lists(self, client, world, who):
        shown = {state: in_state(world, state).title for state in STATES}
        browser = client.as_(getattr(world, who))
        mine = set(STATES) if who == "organiser" else set()
        for address, expected in (
            ("/wishes", LISTED), ("/wishes?words=wish", LISTED), ("/wishes?decision=planned", {"planned"}),
            ("/wishes?decision=done&order=newest", {"done"}), ("/wishes?decision=open", {"published"}),
            ("/wishes?decision=submitted", LISTED), ("/wishes?decision=declined", set()),
            ("/wishes?order=trending", LISTED), ("/wishes/roadmap", {"planned"}),
            ("/wishes/changelog", {"done"}), ("/wishes/feed.atom", LISTED),
            ("/wishes/mine", mine), ("/wishes/mine?of=followed", mine),
            ("/wishes/mine?of=answered", mine), ("/wishes/mine?of=nonsense", mine),
        ):  # fmt: skip
            page = browser.get(address).text
            assert {state for state, title in shown.items() if title in page} == expected, address

    def test_query(self, world, who):
        wishes = {in_state(world, state).id: state for state in STATES}
        seen = db.session.scalars(visible_wishes(world.actor(who))).all()
        assert {wishes[each.id] for each in seen} == SEEN[who]


class TestIndex:
    def test_ranked_by_customers_and_paged_by_key(self, client, world):
        for number in range(30):
            wish = published(world, f"Wish number {number:02}", who="agent")
            db.session.execute(update(Wish).where(Wish.id == wish.id).values(score=number / 30))
            db.session.commit()
        browser = client.as_(world.outsider)
        first = browser.get("/wishes").text
        assert titles(first) == [f"Wish number {number:02}" for number in range(29, 4, -1)]
        following = re.search(r'href="(/wishes\?cursor=[^"]+)"', first)[1]
        assert titles(browser.get(following).text) == [
            f"Wish number {number:02}" for number in range(4, -1, -1)
        ]

    def test_says_how_many_customers(self, client, world):
        published(world)
        page = client.as_(world.outsider).get("/wishes").text
        assert "Useful to <strong>1</strong> of 2 customers it concerns" in page

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("badge", True), ("languages", True), ("guests reading", True), ('"two languages"', True),
            ("badge -language", False), ("invoice", False), ("the", False), ("badge%00s", True),
            ("%25", False), ("' OR 1=1 --", False), ("&|!():*<->\\", False), ("x" * 5000, False),
            ("%22unclosed badge", False), ("_", False),
        ],
    )  # fmt: skip
    def test_search_takes_words_literally(self, client, world, words, found):
        wish = published(world)
        answer = client.as_(world.outsider).get(f"/wishes?words={quote(words, safe='%')}")
        assert answer.status_code == 200
        assert (wish.title in answer.text) == found

    def test_each_empty_view_leads_on(self, client, world):
        browser = client.as_(world.contact)
        for address, words in (
            ("/wishes", "No wishes yet"), ("/wishes?decision=planned", "No wish is like that"),
            ("/wishes?words=elevator", "/wishes/new?title=elevator"), ("/wishes/mine", "You have not added"),
            ("/wishes/mine?of=followed", "You follow no wish"),
            ("/wishes/mine?of=answered", "You have not answered"), ("/wishes/changelog", "Nothing is done"),
            ("/wishes/roadmap", "Nothing is planned"),
        ):  # fmt: skip
            assert words in browser.get(address).text

    def test_own_wishes_come_with_state_and_answer(self, client, world):
        in_state(world, "declined")
        page = client.as_(world.organiser).get("/wishes/mine").text
        assert "Declined" in page
        assert "Not for us to say why." in page

    def test_only_who_has_a_role_reads_it(self, client, world):
        assert client.get("/wishes").status_code == 303
        assert client.as_(world.nobody).get("/wishes").status_code == 403

    @pytest.mark.parametrize(
        "cursor",
        [
            "nonsense",
            "%00",
            "W10",
            "WyJhIiwxXQ",
            "WyJhIiwieCIsInkiXQ",
            "WyJhIiwxZTQwMCwxXQ",
            "WyJhIixudWxsLFtdXQ",
        ],
    )
    def test_an_unreadable_cursor_gives_the_first_page(self, client, world, cursor):
        wish = published(world)
        assert wish.title in client.as_(world.contact).get(f"/wishes?cursor={cursor}").text


class TestShow:
    def test_markup_is_shown_as_typed(self, client, world):
        wish = published(world, "<script>alert(1)</script>")
        page = client.as_(world.outsider).get(f"/wishes/{wish.id}").text
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page

    def test_customers_read_that_management_decided_staff_read_who(self, client, world):
        wish = in_state(world, "planned")
        page = client.as_(world.outsider).get(f"/wishes/{wish.id}").text
        assert "Management" in page
        for person in (world.manager, world.moderator, world.organiser):
            assert person.name not in page
        assert world.manager.name in client.as_(world.agent).get(f"/wishes/{wish.id}").text

    @pytest.mark.parametrize("address", ["/wishes/999999", "/wishes/0", "/wishes/9223372036854775808"])
    def test_there_is_no_such_wish(self, client, world, address):
        assert client.as_(world.contact).get(address).status_code == 404


def test_what_waits_is_counted(world):
    for state in STATES:
        in_state(world, state)
    assert waiting_wishes_count() == 1

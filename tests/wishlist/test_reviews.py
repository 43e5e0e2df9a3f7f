"""What waits for a moderator has a goal in business time; the queue is worked by the page, by keys and in bulk (WISH-1)."""

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import delete

from portal.accounts.actor import SYSTEM
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid
from portal.wishlist import comments, moderation
from portal.wishlist.models import Wish
from portal.wishlist.models_moderation import WishComment, WishReview
from portal.wishlist.review_watch import watch_reviews
from portal.wishlist.settling import settle_reviews
from tests.wishlist.moderated import asked_back, commented, edited, hidden, reviews
from tests.wishlist.wishes import actions, add, published

pytestmark = pytest.mark.usefixtures("outbox")

# A Monday at 12:00 in US Eastern; two business days on it is the Wednesday at the same time.
MONDAY = datetime(2026, 6, 1, 16, tzinfo=UTC)
WEDNESDAY = datetime(2026, 6, 3, 16, tzinfo=UTC)


class TestClock:
    @pytest.fixture(autouse=True)
    def clock(self, context):
        with time_machine.travel(MONDAY, tick=False) as clock:
            yield clock

    def test_a_wish_an_edit_and_a_comment_wait_two_business_days(self, world):
        wish = published(world)
        edited(world, wish, title="Other words")
        commented(world, wish)
        add(world.actor("contact"))
        assert [(each.kind, each.due_at) for each in reviews()] == [
            ("edit", WEDNESDAY), ("comment", WEDNESDAY), ("wish", WEDNESDAY),
        ]  # fmt: skip

    def test_author_and_moderator_are_told_by_when(self, client, world):
        wish = add(world.actor("organiser"))
        assert "3 Jun" in client.as_(world.organiser).get(f"/wishes/{wish.id}").text
        assert "3 Jun" in client.as_(world.moderator).get(f"/staff/wishes/{wish.id}").text

    def test_it_stands_while_the_author_is_asked(self, world, clock):
        wish = asked_back(world)
        clock.move_to(datetime(2026, 6, 10, 16, tzinfo=UTC))
        edited(world, wish, title="Explained")
        [review] = reviews()
        assert review.due_at == datetime(2026, 6, 12, 16, tzinfo=UTC)
        moderation.publish_wish(world.actor("moderator"), wish.id)
        [review] = reviews(ended=True)
        assert review.in_time is True

    def test_late_is_told_as_late(self, client, world, clock):
        wish = add(world.actor("organiser"))
        clock.move_to(datetime(2026, 6, 3, 17, tzinfo=UTC))
        assert "Overdue" in client.as_(world.moderator).get("/staff/wishes").text
        moderation.publish_wish(world.actor("moderator"), wish.id)
        [review] = reviews(ended=True)
        assert review.in_time is False

    def test_moderators_are_warned_once_in_one_mail(self, world, outbox, clock):
        add(world.actor("organiser"))
        commented(world, published(world))
        outbox.all()
        assert watch_reviews(SYSTEM) == 0
        clock.move_to(datetime(2026, 6, 3, 14, tzinfo=UTC))
        assert watch_reviews(SYSTEM) == 2
        assert outbox.subjects() == [f"2 things on the wish list to be read soon -> {world.moderator.email}"]
        assert watch_reviews(SYSTEM) == 0
        assert outbox.subjects() == []

    def test_what_stands_or_is_settled_warns_of_nothing(self, world, outbox, clock):
        asked_back(world)
        published(world)
        outbox.all()
        clock.move_to(datetime(2026, 6, 30, 14, tzinfo=UTC))
        assert watch_reviews(SYSTEM) == 0
        assert outbox.subjects() == []

    def test_wishes_of_an_older_portal_begin_to_wait(self, world):
        wish = add(world.actor("organiser"))
        db.session.execute(delete(WishReview))
        db.session.commit()
        watch_reviews(SYSTEM)
        [review] = reviews()
        assert (review.wish_id, review.due_at) == (wish.id, WEDNESDAY)

    def test_the_watch_is_the_portals(self, world):
        with pytest.raises(Forbidden):
            watch_reviews(world.actor("organiser"))


class TestQueue:
    def test_the_longest_overdue_comes_first_whatever_it_is(self, client, world):
        with time_machine.travel(MONDAY, tick=False) as clock:
            wish = published(world, "Older wish", who="contact")
            comment = commented(world, wish, body="Quokka comment")
            clock.shift(3600)
            newer = add(world.actor("contact"), "Newer wish")
            page = client.as_(world.moderator).get("/staff/wishes").text
            assert page.index("Quokka comment") < page.index(newer.title)
            assert f"/staff/wish-comments/{comment.id}" in page

    def test_views(self, client, world):
        wish = published(world, "Published wish")
        edited(world, wish, title="Edited wish")
        commented(world, wish, body="Quokka comment")
        add(world.actor("organiser"), "Fresh wish")
        asked_back(world, "Asked wish")
        hidden(world, "Hidden wish")
        browser = client.as_(world.moderator)
        for view, shown in (
            ("wishes", "Fresh wish"), ("edits", "Edited wish"), ("comments", "Quokka comment"), ("asked", "Asked wish"),
            ("hidden", "Hidden wish"), ("all", "Fresh wish"), ("x", "Fresh wish"), ("%00", "Fresh wish"),
        ):  # fmt: skip
            page = browser.get(f"/staff/wishes?view={view}").text
            assert shown in page, view
            if view in ("wishes", "edits", "comments", "asked", "hidden"):
                others = {"Fresh wish", "Edited wish", "Quokka comment", "Asked wish", "Hidden wish"} - {
                    shown
                }
                assert not [other for other in others if other in page], view

    def test_each_empty_view_leads_on(self, client, world):
        browser = client.as_(world.moderator)
        for view in ("all", "wishes", "asked", "hidden", "declined"):
            assert 'class="empty"' in browser.get(f"/staff/wishes?view={view}").text, view

    def test_keys_find_their_way(self, client, world):
        add(world.actor("organiser"))
        page = client.as_(world.moderator).get("/staff/wishes").text
        for mark in ('id="board-rows"', 'class="board-row', 'class="pick"', "shortcuts.js"):
            assert mark in page


class TestBulk:
    def test_what_is_chosen_is_published(self, client, world):
        wish = published(world)
        edited(world, wish, title="Edited wish")
        commented(world, wish, body="Quokka comment")
        add(world.actor("organiser"), "Fresh wish")
        chosen = [each.id for each in reviews()]
        answer = client.as_(world.moderator).post(
            "/staff/wishes/settlements", {"reviews": chosen, "action": "publish"}
        )
        assert answer.status_code == 303
        listed = client.as_(world.outsider).get("/wishes").text
        assert "Fresh wish" in listed
        assert "Edited wish" in listed
        assert "Quokka" in client.as_(world.outsider).get(f"/wishes/{wish.id}").text
        assert reviews() == []

    def test_or_declined_with_one_reason(self, world, outbox):
        wish = published(world)
        edited(world, wish, title="Edited wish")
        comment = commented(world, wish).id
        new = add(world.actor("organiser"), "Fresh wish").id
        outbox.all()
        settle_reviews(
            world.actor("moderator"), [each.id for each in reviews()], publish=False, reason="Twice."
        )
        assert sorted(mail.address for mail in outbox.all()) == sorted(
            [world.organiser.email, world.organiser.email, world.contact.email]
        )
        db.session.rollback()
        assert db.session.get(Wish, new, populate_existing=True).state == "declined"
        assert db.session.get(WishComment, comment, populate_existing=True).state == "declined"
        assert reviews() == []

    def test_what_is_settled_meanwhile_is_told(self, client, world):
        first, second = (
            add(world.actor("organiser"), "First wish"),
            add(world.actor("contact"), "Second wish"),
        )
        chosen = [each.id for each in reviews()]
        moderation.publish_wish(world.actor("manager"), first.id)
        browser = client.as_(world.moderator)
        browser.post("/staff/wishes/settlements", {"reviews": chosen, "action": "publish"})
        page = browser.get("/staff/wishes").text
        assert "First wish” was settled meanwhile" in page
        assert actions().count("wish.published") == 2
        assert second.title in browser.get("/wishes").text

    def test_what_cannot_be_done_is_asked_again(self, client, world):
        add(world.actor("organiser"))
        browser = client.as_(world.moderator)
        for form in (
            {"action": "publish"}, {"action": ""}, {"action": "burn"}, {"action": "decline", "reviews": "1"},
            {"action": "publish", "reviews": ["x", "-1", "\x00"]}, {"action": "decline", "reason": "x" * 1001},
        ):  # fmt: skip
            assert browser.post("/staff/wishes/settlements", form).status_code == 422, form
        assert len(reviews()) == 1

    def test_unknown_things_are_left_out(self, world):
        assert settle_reviews(world.actor("moderator"), [999_999], publish=True) == []
        with pytest.raises(Invalid):
            settle_reviews(world.actor("moderator"), [], publish=True)

    @pytest.mark.parametrize("who", ["organiser", "contact", "agent", "admin"])
    def test_is_for_moderators(self, world, who):
        add(world.actor("outsider"))
        with pytest.raises(Forbidden):
            settle_reviews(world.actor(who), [each.id for each in reviews()], publish=True)


class TestHiding:
    def test_hidden_it_is_gone_for_others_and_its_author_reads_why(self, client, world, outbox):
        wish = published(world)
        outbox.all()
        browser, at = client.as_(world.moderator), f"/staff/wishes/{wish.id}"
        assert browser.post(f"{at}/hiding", {"reason": " "}).status_code == 422
        assert browser.post(f"{at}/hiding", {"reason": "It names a person."}).status_code == 303
        [mail] = outbox.all()
        assert "> It names a person." in mail.body_text
        for who in (world.contact, world.outsider, world.agent):
            assert client.as_(who).get(f"/wishes/{wish.id}").status_code == 404
            assert wish.title not in client.as_(who).get("/wishes").text
        for address in (f"/wishes/{wish.id}",):
            assert "It names a person." in client.as_(world.organiser).get(address).text
        with pytest.raises(Conflict):
            moderation.hide_wish(world.actor("manager"), wish.id, reason="Again.")

    def test_shown_again_it_has_everything_back(self, client, world):
        wish = published(world)
        comments.publish_comment(world.actor("moderator"), commented(world, wish, body="Quokka").id)
        useful = wish.useful
        moderation.hide_wish(world.actor("moderator"), wish.id, reason="For now.")
        answer = client.as_(world.moderator).post(f"/staff/wishes/{wish.id}/showing")
        assert answer.status_code == 303
        page = client.as_(world.outsider).get(f"/wishes/{wish.id}").text
        assert "Quokka" in page
        assert "For now." not in client.as_(world.organiser).get(f"/wishes/{wish.id}").text
        db.session.expire_all()
        assert db.session.merge(wish).useful == useful
        assert actions()[-2:] == ["wish.hidden", "wish.shown"]
        with pytest.raises(Conflict):
            moderation.show_wish(world.actor("moderator"), wish.id)

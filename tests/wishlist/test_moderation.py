"""Moderators look after the list (WISH-1)."""

import pytest
from sqlalchemy import select

from portal.accounts.models import Grant
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.errors import Conflict, Invalid, NotFound
from portal.wishlist import moderation
from tests.wishlist.wishes import STATES, actions, add, in_state, published

pytestmark = pytest.mark.usefixtures("outbox")

OTHERS = ("organiser", "contact", "outsider", "agent", "admin")
POSTS = ("publication", "rejection", "answer")
FILLED = {"reason": "No.", "answer": "Yes."}


def last_entry():
    return db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()


class TestQueue:
    def test_the_longest_waiting_comes_first(self, client, world):
        first, second = add(world.actor("contact"), "First"), add(world.actor("outsider"), "Second")
        in_state(world, "published")
        page = client.as_(world.moderator).get("/staff/wishes").text
        assert page.index(first.title) < page.index(second.title)
        assert "Wish that is" not in page
        assert world.library.name in page

    def test_an_empty_queue_says_so(self, client, world):
        assert "No wish is waiting" in client.as_(world.moderator).get("/staff/wishes").text

    @pytest.mark.parametrize("who", OTHERS)
    def test_it_is_for_moderators(self, client, world, who):
        wish = add(world.actor("outside_contact"))
        browser = client.as_(getattr(world, who))
        assert browser.get("/staff/wishes").status_code == 403
        assert browser.get(f"/staff/wishes/{wish.id}").status_code == 404

    @pytest.mark.parametrize("what", POSTS)
    @pytest.mark.parametrize("who", [*OTHERS, "nobody"])
    def test_so_is_all_that_is_done_there(self, client, world, who, what):
        browser = client.as_(getattr(world, who))
        listed = published(world, who="outside_contact")
        assert browser.post(f"/staff/wishes/{listed.id}/{what}", FILLED).status_code == 403
        waiting = add(world.actor("outside_contact"))
        expected = 403 if who == "nobody" else 404
        answer = browser.post(f"/staff/wishes/{waiting.id}/{what}", FILLED)
        assert answer.status_code in (expected, 404)
        db.session.rollback()
        assert (db.session.merge(waiting).state, db.session.merge(listed).state) == ("submitted", "published")

    @pytest.mark.parametrize("state", STATES)
    @pytest.mark.parametrize("who", ["moderator", "manager"])
    def test_each_state_has_its_page(self, client, world, who, state):
        wish = in_state(world, state)
        page = client.as_(getattr(world, who)).get(f"/staff/wishes/{wish.id}").text
        assert ("/publication" in page) == ("/rejection" in page) == (state == "submitted")
        assert ("/answer" in page) == (state in ("published", "planned", "done"))
        assert ("/decision" in page) == (state in ("published", "planned", "done"))

    def test_what_is_alike_is_shown_to_who_publishes(self, client, world):
        other = published(world, "Print badges at the door")
        wish = add(world.actor("outsider"), "Badges printed at home")
        browser = client.as_(world.moderator)
        assert f"/staff/wishes/{wish.id}/merge" in browser.get(f"/staff/wishes/{wish.id}").text
        for found in (browser.get, lambda at: browser.fragment("get", at)):
            assert other.title in found(f"/staff/wishes/{wish.id}/merge").text


class TestPublishing:
    def test_the_wish_is_on_the_list_and_its_author_is_told(self, client, world, outbox):
        wish = add(world.actor("contact"))
        answer = client.as_(world.moderator).post(f"/staff/wishes/{wish.id}/publication")
        assert (answer.status_code, answer.location) == (303, "/staff/wishes")
        assert wish.title in client.as_(world.outsider).get("/wishes").text
        assert outbox.subjects() == [f"Your wish is on the list: {wish.title} -> {world.contact.email}"]
        entry = last_entry()
        assert (entry.action, entry.before, entry.after) == (
            "wish.published", {"state": "submitted"}, {"state": "published"},
        )  # fmt: skip

    def test_the_second_moderator_is_told_that_it_is_done(self, client, world):
        wish = published(world)
        with pytest.raises(Conflict, match="is published already"):
            moderation.publish_wish(world.actor("manager"), wish.id)
        answer = client.as_(world.moderator).post(f"/staff/wishes/{wish.id}/rejection", {"reason": "No."})
        assert answer.status_code == 409
        assert actions().count("wish.published") == 1

    def test_the_mail_reaches_a_contact_and_not_who_was_removed(self, world, run_jobs):
        for who in ("contact", "other_contact"):
            moderation.publish_wish(world.actor("moderator"), add(world.actor(who)).id)
        removed = select(Grant).where(Grant.person_id == world.other_contact.id)
        db.session.scalars(removed).one().ended_at = now()
        db.session.commit()
        assert [mail["To"] for mail in run_jobs()] == [world.contact.email]


class TestDeclining:
    def test_with_a_reason_that_the_author_receives(self, client, world, outbox):
        wish = add(world.actor("contact"))
        browser = client.as_(world.moderator)
        assert browser.post(f"/staff/wishes/{wish.id}/rejection", {"reason": " "}).status_code == 422
        answer = browser.post(
            f"/staff/wishes/{wish.id}/rejection", {"reason": "It exists.\nSee **Reports**."}
        )
        assert answer.status_code == 303
        [mail] = outbox.all()
        assert mail.address == world.contact.email
        assert "> It exists.\n> See **Reports**." in mail.body_text.replace("\r", "")
        assert "It exists." in client.as_(world.contact).get(f"/wishes/{wish.id}").text
        assert client.as_(world.organiser).get(f"/wishes/{wish.id}").status_code == 404
        assert last_entry().action == "wish.declined"

    @pytest.mark.parametrize(
        ("state", "told"), [("published", "published"), ("done", "published"), ("declined", "declined")]
    )
    def test_only_what_waits_is_declined(self, world, state, told):
        wish = in_state(world, state)
        with pytest.raises(Conflict, match=f"is {told} already"):
            moderation.decline_wish(world.actor("moderator"), wish.id, reason="No.")


class TestAnswering:
    def test_in_public_and_by_mail_to_the_author_alone(self, client, world, outbox):
        wish = published(world)
        outbox.all()
        browser = client.as_(world.moderator)
        assert browser.post(f"/staff/wishes/{wish.id}/answer", {"answer": ""}).status_code == 422
        assert (
            browser.post(f"/staff/wishes/{wish.id}/answer", {"answer": "Try <b>this</b>."}).status_code == 303
        )
        page = client.as_(world.outsider).get(f"/wishes/{wish.id}").text
        assert "Try &lt;b&gt;this&lt;/b&gt;." in page
        assert world.moderator.name not in page
        assert outbox.subjects() == [f"An answer to your wish: {wish.title} -> {world.organiser.email}"]
        assert last_entry().action == "wish.answered"

    def test_an_answer_given_meanwhile_is_not_overwritten(self, client, world):
        wish = published(world)
        moderation.answer_wish(world.actor("manager"), wish.id, answer="The first", seen="")
        answer = client.as_(world.moderator).post(
            f"/staff/wishes/{wish.id}/answer", {"answer": "The second", "seen": ""}
        )
        assert answer.status_code == 422
        for words in ("Somebody answered meanwhile", "The first", "The second"):
            assert words in answer.text
        with pytest.raises(Invalid):
            moderation.answer_wish(world.actor("moderator"), wish.id, answer="The second", seen="")

    def test_a_second_answer_is_mailed_as_well(self, world, outbox):
        wish = published(world)
        moderation.answer_wish(world.actor("moderator"), wish.id, answer="One", seen="")
        wish = moderation.answer_wish(
            world.actor("moderator"), wish.id, answer="Two", seen=moderation.answer_mark(reread(world, wish))
        )
        assert [mail.subject for mail in outbox.all()].count(f"An answer to your wish: {wish.title}") == 2

    @pytest.mark.parametrize("state", ["submitted", "declined"])
    def test_only_what_is_listed(self, world, state):
        wish = in_state(world, state)
        with pytest.raises(Conflict):
            moderation.answer_wish(world.actor("moderator"), wish.id, answer="No.", seen="")


def reread(world, wish):
    from portal.wishlist.queries import wish_for

    db.session.rollback()
    return wish_for(world.actor("moderator"), wish.id)


@pytest.mark.parametrize("who", ["organiser", "contact", "outsider"])
def test_a_pending_wish_of_others_cannot_be_moderated_nor_known(world, who):
    wish = add(world.actor("outside_contact"))
    for act in (
        lambda: moderation.publish_wish(world.actor(who), wish.id),
        lambda: moderation.decline_wish(world.actor(who), wish.id, reason="No."),
        lambda: moderation.answer_wish(world.actor(who), wish.id, answer="No.", seen=""),
    ):
        with pytest.raises(NotFound):
            act()

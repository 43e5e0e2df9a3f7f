"""Comments are read by a moderator first, and no customer learns who of another wrote one (WISH-1, WISH-2)."""

import uuid
from dataclasses import replace

import pytest
import time_machine

from portal.accounts.queries import actor_for
from portal.clock import now
from portal.db import db
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from portal.wishlist import comments, moderation
from tests.people import contact as register
from tests.wishlist.moderated import commented, hidden, reviews
from tests.wishlist.wishes import actions, add, published

pytestmark = pytest.mark.usefixtures("outbox")


def page(client, who, wish):
    return client.as_(who).get(f"/wishes/{wish.id}").text


class TestReading:
    def test_others_read_a_comment_once_a_moderator_has(self, client, world):
        wish = published(world)
        comment = commented(world, wish, body="Quokka badges, please.")
        for who in (world.contact, world.moderator):
            assert "Quokka" in page(client, who, wish)
        for who in (world.organiser, world.outsider, world.agent):
            assert "Quokka" not in page(client, who, wish)
        comments.publish_comment(world.actor("moderator"), comment.id)
        for who in (world.organiser, world.outsider, world.agent):
            assert "Quokka" in page(client, who, wish)

    def test_a_name_stays_in_its_organisation_and_with_staff(self, client, world):
        wish = published(world, who="agent")
        comments.publish_comment(world.actor("moderator"), commented(world, wish).id)
        for who in (world.organiser, world.agent, world.other_contact):
            assert world.contact.name in page(client, who, wish)
        outside = page(client, world.outsider, wish)
        comments_alone = outside[outside.index('id="comments"') :]
        for word in (world.contact.name, world.society.name, world.contact.email):
            assert word not in comments_alone
        assert "A customer" in outside

    def test_staff_answer_at_once_without_a_name(self, client, world, outbox):
        wish = published(world)
        outbox.all()
        commented(world, wish, "agent", "It works with the other printer.")
        shown = page(client, world.outsider, wish)
        assert "It works with the other printer." in shown
        assert "Conference Tracker Support" in shown
        assert world.agent.name not in shown
        assert outbox.subjects() == [f"An answer on your wish: {wish.title} -> {world.organiser.email}"]
        assert reviews() == []


class TestWriting:
    def test_the_form_writes_once(self, client, world):
        wish = published(world)
        browser, at = client.as_(world.contact), f"/wishes/{wish.id}/comments"
        form = {"body": "Us too.", "form_key": str(uuid.uuid4())}
        for _ in range(2):
            assert browser.post(at, form, form_at=f"{at}/new").status_code == 303
        assert [each.kind for each in reviews()] == ["comment"]
        assert actions().count("wish_comment.written") == 1

    def test_a_comment_needs_words_and_an_organisation_of_ones_own(self, client, world):
        wish, browser = published(world), client.as_(world.contact)
        at = f"/wishes/{wish.id}/comments"
        for body in ("", "  ", "x" * 2001, "\x00"):
            assert browser.post(at, {"body": body}).status_code == 422, body
        for customer in ("x", "-1", "999999", "9" * 40):
            assert browser.post(at, {"body": "Us", "customer_id": customer}).status_code == 422, customer
        for who in ("contact", "agent"):
            with pytest.raises(Invalid):
                comments.add_comment(
                    world.actor(who), wish.id, body="Us", form_key=str(uuid.uuid4()), organisation_id=999_999
                )

    def test_who_belongs_to_two_names_one(self, client, world):
        register(world.fair, world.organiser)
        db.session.commit()
        wish = published(world, who="agent")
        at = f"/wishes/{wish.id}/comments"
        browser = client.as_(world.organiser)
        assert browser.post(at, {"body": "Us"}).status_code == 422
        assert browser.post(at, {"body": "Us", "customer_id": world.library.id}).status_code == 303

    def test_staff_write_what_a_customer_told_them(self, client, world):
        wish = published(world, who="agent")
        comments.add_comment(
            world.actor("agent"), wish.id, body="They need it weekly.", form_key=str(uuid.uuid4()),
            organisation_id=world.library.id,
        )  # fmt: skip
        shown = page(client, world.outsider, wish)
        assert "on your behalf" in shown
        other = page(client, world.contact, wish)
        assert "on your behalf" not in other
        assert world.library.name not in other

    def test_only_on_what_is_on_the_list(self, world):
        for wish, who, error in (
            (add(world.actor("contact")), "contact", Conflict), (hidden(world, who="contact"), "contact", Conflict),
            (add(world.actor("contact")), "outsider", NotFound),
        ):  # fmt: skip
            with pytest.raises(error):
                commented(world, wish, who)

    @pytest.mark.parametrize("who", ["admin", "nobody"])
    def test_who_may_not(self, client, world, who):
        wish = published(world)
        answer = client.as_(getattr(world, who)).post(f"/wishes/{wish.id}/comments", {"body": "Us"})
        assert answer.status_code == 403
        with pytest.raises(Forbidden):
            commented(world, wish, who)


class TestModerating:
    def test_declined_its_author_reads_why_and_nobody_else(self, client, world, outbox):
        wish = published(world)
        comment = commented(world, wish, body="Quokka!")
        outbox.all()
        browser, at = client.as_(world.moderator), f"/staff/wish-comments/{comment.id}"
        assert "Quokka!" in browser.get(at).text
        assert browser.post(f"{at}/rejection", {"reason": ""}).status_code == 422
        assert browser.post(f"{at}/rejection", {"reason": "It names a person."}).status_code == 303
        [mail] = outbox.all()
        assert (mail.address, "> It names a person." in mail.body_text) == (world.contact.email, True)
        assert "It names a person." in page(client, world.contact, wish)
        assert "Quokka" not in page(client, world.organiser, wish)
        with pytest.raises(Conflict, match="declined already"):
            comments.publish_comment(world.actor("manager"), comment.id)

    def test_hidden_and_shown_again(self, client, world):
        wish = published(world)
        comment = commented(world, wish, body="Quokka!")
        browser, at = client.as_(world.moderator), f"/staff/wish-comments/{comment.id}"
        assert browser.post(f"{at}/publication").status_code == 303
        assert "Quokka" in page(client, world.outsider, wish)
        assert browser.post(f"{at}/hiding", {"reason": "For now."}).status_code == 303
        assert "Quokka" not in page(client, world.outsider, wish)
        assert browser.post(f"{at}/publication").status_code == 303
        assert "Quokka" in page(client, world.outsider, wish)
        assert actions()[-3:] == ["wish_comment.published", "wish_comment.hidden", "wish_comment.published"]

    @pytest.mark.parametrize("who", ["organiser", "contact", "outsider", "agent", "admin"])
    def test_is_for_moderators(self, client, world, who):
        comment = commented(world, published(world))
        for address in (f"/staff/wish-comments/{comment.id}", "/staff/wish-comments/999999"):
            assert client.as_(getattr(world, who)).get(address).status_code == 404
        for act in (comments.publish_comment, comments.decline_comment, comments.hide_comment):
            with pytest.raises(Forbidden):
                act(
                    world.actor(who),
                    comment.id,
                    **({} if act is comments.publish_comment else {"reason": "No."}),
                )

    def test_a_locked_wish_takes_none_and_leads_on(self, client, world):
        wish = published(world)
        browser = client.as_(world.moderator)
        assert browser.post(f"/staff/wishes/{wish.id}/lock").status_code == 303
        with pytest.raises(Refused) as refused:
            commented(world, wish)
        assert refused.value.rule == "WISH-1"
        assert "closed this wish" in client.as_(world.contact).get(f"/wishes/{wish.id}/comments/new").text
        with pytest.raises(Conflict):
            moderation.lock_wish(world.actor("moderator"), wish.id)
        assert browser.post(f"/staff/wishes/{wish.id}/unlocking").status_code == 303
        assert commented(world, wish).state == "submitted"
        assert actions().count("wish.locked") == actions().count("wish.unlocked") == 1


class TestLimits:
    @pytest.fixture
    def two_a_day(self, monkeypatch):
        edition = edition_in_force()
        tight = replace(edition, wishes=replace(edition.wishes, comments_a_day=2, wishes_a_day=2))
        monkeypatch.setattr("portal.wishlist.daily_limits.edition_in_force", lambda: tight)

    def test_an_organisation_comments_so_often_a_day(self, client, world, two_a_day):
        wish = published(world)
        with time_machine.travel(now(), tick=False) as clock:
            for who in ("contact", "organiser"):
                commented(world, wish, who)
            answer = client.as_(world.other_contact).post(f"/wishes/{wish.id}/comments", {"body": "Us"})
            assert answer.status_code == 422
            for word in ("2 comments within 24 hours", "WISH-1", f"/wishes/{wish.id}"):
                assert word in answer.text
            commented(world, wish, "outsider")
            commented(world, wish, "agent")
            clock.shift(24 * 3600 + 1)
            commented(world, wish, "other_contact")

    def test_and_adds_so_many_wishes(self, client, world, two_a_day):
        for who in ("contact", "organiser"):
            add(world.actor(who))
        with pytest.raises(Refused) as refused:
            add(world.actor("other_contact"))
        assert refused.value.rule == "WISH-1"
        assert refused.value.links
        answer = client.as_(world.contact).post(
            "/wishes/new", {"title": "A lift for trolleys", "problem": "Kept words", "similar_seen": "yes"}
        )
        assert answer.status_code == 422
        add(world.actor("outsider"))
        add(world.actor("agent"), organisation_id=world.society.id)


def test_an_erased_author_has_no_name(client, world):
    wish = published(world, who="agent")
    comment = commented(world, wish)
    comments.publish_comment(world.actor("moderator"), comment.id)
    assert actor_for(world.contact.id) is not None
    world.contact.name = "Former person 1"
    db.session.merge(world.contact)
    db.session.commit()
    assert "Former person 1" in page(client, world.organiser, wish)

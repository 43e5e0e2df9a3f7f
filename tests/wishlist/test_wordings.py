"""What an author wrote stays as it was; what others see changes only when a moderator has read it (WISH-1)."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.wishlist import moderation, versions
from tests.wishlist.moderated import asked_back, edited, hidden, reviews, reworded, version
from tests.wishlist.wishes import actions, add, in_state, published

pytestmark = pytest.mark.usefixtures("outbox")

WORDS = {"title": "Badges in Braille", "problem": "Some of us cannot see."}
TEXTS = WORDS | {"frequency": ""}


def page(client, who, wish):
    return client.as_(who).get(f"/wishes/{wish.id}").text


class TestRewording:
    def test_others_read_the_moderators_words_the_author_both(self, client, world, outbox):
        wish = published(world, "Bages in two langauges")
        outbox.all()
        reworded(world, wish, title="Badges in two languages")
        public = page(client, world.outsider, wish)
        assert "Badges in two languages" in public
        assert "reworded by the moderators" in public.lower()
        assert "Bages in two langauges" not in public
        for who in (world.organiser, world.moderator):
            shown = page(client, who, wish)
            assert "Bages in two langauges" in shown
            assert "Badges in two languages" in shown
        assert "Bages" not in page(client, world.contact, wish)
        assert outbox.subjects() == [
            f"Your wish was reworded: Badges in two languages -> {world.organiser.email}"
        ]
        assert actions()[-1] == "wish.reworded"

    def test_the_form_shows_both_and_keeps_what_was_typed(self, client, world):
        wish = published(world)
        browser = client.as_(world.moderator)
        at = f"/staff/wishes/{wish.id}/wording"
        refused = browser.post(at, {"title": "", "problem": "Kept words", "seen": "1"})
        assert refused.status_code == 422
        assert "Kept words" in refused.text
        assert browser.post(at, TEXTS | {"seen": "1"}).status_code == 303
        shown = browser.get(at).text
        assert "Badges in Braille" in shown
        assert wish.title in shown

    def test_words_that_changed_meanwhile_are_not_overwritten(self, client, world):
        at, browser = f"/staff/wishes/{published(world).id}/wording", client.as_(world.moderator)
        for seen in ("", "0", "2", "x", "\x00", "9" * 40):
            answer = browser.post(at, TEXTS | {"seen": seen})
            assert answer.status_code == 422, seen
            assert "changed meanwhile" in answer.text

    def test_what_was_written_is_final_in_the_database(self, world):
        reworded(world, published(world), title="Another")
        for change in ("UPDATE wish_version SET problem = 'forged'", "DELETE FROM wish_version"):
            with pytest.raises(DBAPIError, match="never changed"):
                db.session.execute(text(change))
            db.session.rollback()

    @pytest.mark.parametrize("state", ["declined"])
    def test_what_is_settled_is_not_reworded(self, world, state):
        wish = in_state(world, state)
        with pytest.raises(Conflict):
            versions.reword_wish(world.actor("moderator"), wish.id, versions.Texts("A", "B"), seen=1)

    @pytest.mark.parametrize("who", ["organiser", "agent", "outsider"])
    def test_only_moderators_reword(self, client, world, who):
        wish = published(world)
        with pytest.raises(Forbidden):
            versions.reword_wish(world.actor(who), wish.id, versions.Texts("A", "B"), seen=1)
        assert client.as_(getattr(world, who)).get(f"/staff/wishes/{wish.id}/wording").status_code == 403


class TestEditing:
    def test_before_it_is_published_it_holds_at_once(self, client, world):
        wish = add(world.actor("organiser"))
        answer = client.as_(world.organiser).post(f"/wishes/{wish.id}/edit", TEXTS | {"seen": "1"})
        assert answer.status_code == 303
        assert "Badges in Braille" in page(client, world.moderator, wish)
        assert len(reviews()) == 1

    def test_afterwards_it_is_held_and_what_is_published_stays(self, client, world):
        wish = published(world)
        answer = client.as_(world.organiser).post(f"/wishes/{wish.id}/edit", TEXTS | {"seen": "1"})
        assert answer.status_code == 303
        for who in (world.outsider, world.contact, world.agent):
            assert "Braille" not in page(client, who, wish)
            assert wish.title in page(client, who, wish)
        for who in (world.organiser, world.moderator):
            assert "Badges in Braille" in page(client, who, wish)
        assert [each.kind for each in reviews()] == ["edit"]

    def test_accepted_it_is_what_everybody_reads(self, client, world, outbox):
        wish = published(world)
        edited(world, wish, **WORDS)
        outbox.all()
        held = version(wish, "held")
        answer = client.as_(world.moderator).post(
            f"/staff/wishes/{wish.id}/edit-acceptance", {"version": held.id}
        )
        assert answer.status_code == 303
        assert "Badges in Braille" in page(client, world.outsider, wish)
        assert outbox.subjects() == [
            f"Your change is published: Badges in Braille -> {world.organiser.email}"
        ]
        assert reviews() == []
        with pytest.raises(Conflict):
            versions.accept_edit(world.actor("manager"), wish.id, held.id)

    def test_declined_the_author_reads_why(self, client, world, outbox):
        wish = published(world)
        edited(world, wish, **WORDS)
        outbox.all()
        browser, at = client.as_(world.moderator), f"/staff/wishes/{wish.id}/edit-rejection"
        held = version(wish, "held").id
        assert browser.post(at, {"version": held, "reason": " "}).status_code == 422
        assert browser.post(at, {"version": held, "reason": "It is another wish."}).status_code == 303
        [mail] = outbox.all()
        assert "> It is another wish." in mail.body_text
        assert "It is another wish." in page(client, world.organiser, wish)
        for who in (world.outsider, world.contact):
            assert "another wish" not in page(client, who, wish)

    def test_a_second_edit_takes_the_place_of_the_one_that_waits(self, world):
        wish = published(world)
        edited(world, wish, title="First try")
        first = version(wish, "held").id
        edited(world, wish, title="Second try")
        assert version(wish, "held").title == "Second try"
        assert version(wish, "replaced").id == first
        assert len(reviews()) == 1
        with pytest.raises(Conflict, match="replaced"):
            versions.accept_edit(world.actor("moderator"), wish.id, first)

    def test_the_same_words_again_are_no_edit(self, world):
        wish = published(world)
        edited(world, wish)
        assert version(wish, "held") is None

    def test_only_its_author_edits_and_others_are_led_to_a_comment(self, client, world):
        wish = published(world)
        for who in (world.contact, world.outsider, world.moderator):
            answer = client.as_(who).get(f"/wishes/{wish.id}/edit")
            assert answer.status_code == 403
            assert f"/wishes/{wish.id}/comments/new" in answer.text
        with pytest.raises(NotFound):
            versions.edit_wish(
                world.actor("outsider"), add(world.actor("contact")).id, versions.Texts("A", "B"), seen=1
            )

    def test_what_is_not_on_its_way_takes_no_edit(self, world):
        for wish in (in_state(world, "declined"), hidden(world)):
            with pytest.raises(Conflict):
                versions.edit_wish(world.actor("organiser"), wish.id, versions.Texts("A", "B"), seen=1)

    def test_bad_words_are_shown_again(self, client, world):
        wish, browser = published(world), client.as_(world.organiser)
        at = f"/wishes/{wish.id}/edit"
        for form in (
            {"title": ""}, {"title": "x" * 121}, {"problem": " "}, {"problem": "x" * 4001}, {"idea": "x" * 4001},
            {"frequency": "hourly"}, {"affected": "x" * 4001},
        ):  # fmt: skip
            assert browser.post(at, TEXTS | {"seen": "1"} | form).status_code == 422, form
        assert version(wish, "held") is None


class TestAskingBack:
    def test_the_author_is_asked_answers_by_editing_and_the_clock_stands_meanwhile(
        self, client, world, outbox
    ):
        wish = asked_back(world)
        key = wish.id
        assert outbox.subjects() == [f"A question about your wish: {wish.title} -> {world.organiser.email}"]
        [review] = reviews()
        assert review.runs_since is None
        assert "Which badges do you mean?" in client.as_(world.organiser).get(f"/wishes/{key}").text
        browser, at = client.as_(world.organiser), f"/wishes/{key}/edit"
        assert "Which badges do you mean?" in browser.get(at).text
        assert browser.post(at, TEXTS | {"seen": "1"}).status_code == 303
        [review] = reviews()
        assert review.runs_since is not None
        shown = client.as_(world.moderator).get(f"/staff/wishes/{key}").text
        assert "Which badges do you mean?" in shown
        assert "Badges in Braille" in shown
        assert actions()[-2:] == ["wish.edited", "wish.question_answered"]

    def test_it_can_be_published_or_declined_without_an_answer(self, world):
        assert moderation.publish_wish(world.actor("moderator"), asked_back(world).id).state == "published"
        declined = moderation.decline_wish(world.actor("moderator"), asked_back(world).id, reason="No.")
        assert declined.state == "declined"
        assert reviews() == []

    def test_colleagues_and_outsiders_do_not_know_of_it(self, client, world):
        wish = asked_back(world)
        for who in (world.contact, world.outsider, world.agent):
            assert client.as_(who).get(f"/wishes/{wish.id}").status_code == 404

    def test_an_attendee_cannot_be_asked(self, client, world):
        from portal.accounts.actor import ANONYMOUS
        from portal.db import in_transaction
        from portal.wishlist.service import submitted_by_attendee

        wish = in_transaction(
            lambda: submitted_by_attendee(ANONYMOUS, world.congress, title="Braille", problem="I cannot see.")
        )
        shown = client.as_(world.moderator).get(f"/staff/wishes/{wish.id}").text
        assert "/questions" not in shown
        answer = client.as_(world.moderator).post(f"/staff/wishes/{wish.id}/questions", {"question": "Who?"})
        assert answer.status_code == 409
        assert "attendee" in answer.text
        assert client.get(f"/wishes/{wish.id}/edit").status_code == 303

    def test_a_question_needs_words(self, client, world):
        at, browser = (
            f"/staff/wishes/{add(world.actor('organiser')).id}/questions",
            client.as_(world.moderator),
        )
        for question in ("", "  ", "x" * 1001):
            assert browser.post(at, {"question": question}).status_code == 422

    def test_two_moderators_ask_once(self, world):
        wish = asked_back(world)
        with pytest.raises(Conflict):
            moderation.ask_author(world.actor("manager"), wish.id, question="And?")


def test_texts_know_their_wording(world):
    wish = published(world)
    told = versions.texts_of(wish)
    assert replace(told, title="Other") != told
    with pytest.raises(Invalid):
        versions.reword_wish(world.actor("moderator"), wish.id, replace(told, title="Other"), seen=7)

"""Two wishes that ask for the same are one, and can be taken apart again (WISH-2)."""

import pytest

from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.policy.wishes import Stand
from portal.wishlist import comments, following, merging, moderation, stands
from portal.wishlist.models import Wish
from tests.wishlist.moderated import commented, hidden, reviews
from tests.wishlist.wishes import actions, add, in_state, published

pytestmark = pytest.mark.usefixtures("outbox")


def reread(wish):
    db.session.rollback()
    return db.session.get(Wish, wish.id, populate_existing=True)


@pytest.fixture
def two(world):
    """A wish of ours, and one of another customer that asks for the same."""
    return published(world, "Print badges in Braille"), published(
        world, "Badges for blind guests", who="outsider"
    )


class TestMerging:
    def test_it_counts_for_both_and_the_old_address_leads_on(self, client, world, two, outbox):
        one, other = two
        outbox.all()
        answer = client.as_(world.moderator).post(
            f"/staff/wishes/{one.id}/merge", {"into": f"#{other.id}", "reason": "Twice."}
        )
        assert answer.status_code == 303
        assert (reread(one).state, reread(one).root_id, reread(other).useful) == ("merged", other.id, 2)
        answer = client.as_(world.contact).get(f"/wishes/{one.id}")
        assert (answer.status_code, answer.location) == (301, f"/wishes/{other.id}")
        assert "no-store" in answer.headers["Cache-Control"]
        listed = client.as_(world.contact).get("/wishes").text
        assert listed.count(f'href="/wishes/{one.id}"') == 0
        assert outbox.subjects() == [
            f"A wish of yours became part of another: {other.title} -> {world.organiser.email}"
        ]
        assert actions()[-2:] == ["wish.merged", "wish.merged_in"]
        record = client.as_(world.moderator).get(f"/staff/wishes/{other.id}/merge").text
        for word in (one.title, world.moderator.name, "Twice.", f"/staff/wishes/{one.id}/separation"):
            assert word in record

    def test_comments_of_both_are_read_there(self, client, world, two):
        one, other = two
        for wish, word in ((one, "Quokka"), (other, "Wombat")):
            comments.publish_comment(world.actor("moderator"), commented(world, wish, body=word).id)
        merging.merge_wishes(world.actor("moderator"), one.id, other.id)
        page = client.as_(world.outside_contact).get(f"/wishes/{other.id}").text
        assert page.index("Quokka") < page.index("Wombat")
        assert one.title in page

    def test_what_is_written_on_the_old_page_counts_on_the_new_one(self, world, two):
        one, other = two
        merging.merge_wishes(world.actor("moderator"), one.id, other.id)
        assert commented(world, one).wish_id == other.id

    def test_chains_lead_to_the_last(self, client, world, two):
        one, other = two
        third = published(world, "Tactile badges")
        merging.merge_wishes(world.actor("moderator"), one.id, other.id)
        merging.merge_wishes(world.actor("moderator"), other.id, third.id)
        assert client.as_(world.contact).get(f"/wishes/{one.id}").location == f"/wishes/{third.id}"
        merging.unmerge_wish(world.actor("moderator"), one.id)
        assert (reread(one).root_id, reread(other).root_id) == (one.id, third.id)
        merging.unmerge_wish(world.actor("moderator"), other.id)
        assert (reread(one).root_id, reread(other).root_id, reread(third).useful) == (one.id, other.id, 1)

    def test_a_wish_that_waits_can_be_part_of_another_and_waits_again(self, client, world, two):
        waiting, other = add(world.actor("contact"), "Waiting for Braille"), two[1]
        merging.merge_wishes(world.actor("moderator"), waiting.id, other.id)
        assert client.as_(world.moderator).get("/staff/wishes").text.count("Waiting for Braille") == 0
        assert client.as_(world.outsider).get(f"/wishes/{waiting.id}").status_code == 404
        assert "Waiting for Braille" not in client.as_(world.outsider).get(f"/wishes/{other.id}").text
        assert client.as_(world.contact).get(f"/wishes/{waiting.id}").status_code == 301
        merging.unmerge_wish(world.actor("moderator"), waiting.id)
        [review] = reviews()
        assert (reread(waiting).state, review.runs_since is not None) == ("submitted", True)

    def test_merged_into_a_hidden_one_it_leads_nowhere(self, client, world, two):
        one, other = two
        merging.merge_wishes(world.actor("moderator"), one.id, other.id)
        moderation.hide_wish(world.actor("moderator"), other.id, reason="No.")
        for who in (world.contact, world.outside_contact):
            assert client.as_(who).get(f"/wishes/{one.id}").status_code == 404
        assert "Merged" in client.as_(world.organiser).get(f"/wishes/{one.id}").text

    def test_into_what_is_none(self, client, world, two):
        key, browser = two[0].id, client.as_(world.moderator)
        for into in ("", "x", "0", "999999", "9" * 40, "\x00", "/wishes/"):
            assert browser.post(f"/staff/wishes/{key}/merge", {"into": into}).status_code == 422, into
        db.session.rollback()
        assert db.session.get(Wish, key, populate_existing=True).state == "published"

    def test_named_by_number_or_address(self, client, world, two):
        (one, other), browser = (wish.id for wish in two), client.as_(world.moderator)
        for address in ("/wishes/{}", "https://support.example/wishes/{}", "#{}", " {} "):
            answer = browser.post(f"/staff/wishes/{one}/merge", {"into": address.format(other)})
            assert answer.status_code == 303, address
            merging.unmerge_wish(world.actor("moderator"), one)

    def test_only_what_can_be(self, world, two):
        one, other = two
        moderator = world.actor("moderator")
        with pytest.raises(Invalid):
            merging.merge_wishes(moderator, one.id, one.id)
        for into in (hidden(world), in_state(world, "declined"), add(world.actor("contact"))):
            with pytest.raises(Invalid):
                merging.merge_wishes(moderator, one.id, into.id)
        merging.merge_wishes(moderator, one.id, other.id)
        for wish in (one, hidden(world, "Another")):
            with pytest.raises(Conflict):
                merging.merge_wishes(moderator, wish.id, other.id)
        with pytest.raises(Invalid):
            merging.merge_wishes(moderator, other.id, one.id)
        for wish in (other, hidden(world, "A third")):
            with pytest.raises(Conflict):
                merging.unmerge_wish(moderator, wish.id)
        with pytest.raises(NotFound):
            merging.unmerge_wish(moderator, 999_999)

    @pytest.mark.parametrize("who", ["organiser", "outsider", "agent", "admin"])
    def test_is_for_moderators(self, client, world, two, who):
        one, other = two
        with pytest.raises(Forbidden):
            merging.merge_wishes(world.actor(who), one.id, other.id)
        merging.merge_wishes(world.actor("moderator"), one.id, other.id)
        with pytest.raises(Forbidden):
            merging.unmerge_wish(world.actor(who), one.id)
        assert client.as_(getattr(world, who)).post(f"/staff/wishes/{one.id}/separation").status_code == 403

    def test_apart_again_the_page_is_there_again(self, client, world, two, outbox):
        one, other = two
        merging.merge_wishes(world.actor("moderator"), one.id, other.id)
        outbox.all()
        answer = client.as_(world.moderator).post(f"/staff/wishes/{one.id}/separation")
        assert answer.status_code == 303
        assert one.title in client.as_(world.outsider).get(f"/wishes/{one.id}").text
        assert (reread(one).useful, reread(other).useful) == (1, 1)
        assert outbox.subjects() == [
            f"A wish of yours stands alone again: {one.title} -> {world.organiser.email}"
        ]
        record = client.as_(world.moderator).get(f"/staff/wishes/{one.id}/merge").text
        assert "taken apart by" in record


def test_a_job_tells_who_follows_it_once_each(world, two, outbox, run_jobs):
    one, other = two[0].id, two[1].id
    following.follow_wish(world.actor("contact"), one)
    run_jobs()
    merging.merge_wishes(world.actor("moderator"), one, other)
    told = [(mail["To"], mail["Subject"].split(":")[0]) for mail in run_jobs()]
    assert sorted(told) == sorted(
        (who.email, "A wish of yours became part of another") for who in (world.organiser, world.contact)
    )
    merging.unmerge_wish(world.actor("moderator"), one)
    assert len(run_jobs()) == 2


def test_one_person_who_said_both_counts_once(world, two):
    one, other = two
    stands.take_stand(world.actor("organiser"), other.id, Stand.NOT_FOR_US)
    merging.merge_wishes(world.actor("moderator"), one.id, other.id)
    assert (reread(other).useful, reread(other).against) == (1, 1)

"""Who follows a wish is mailed what management decided: once per change, all in one (WISH-3)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from portal.accounts.models import Grant, Person
from portal.clock import now
from portal.db import db
from portal.policy.wishes import WishDecision
from portal.wishlist import following
from portal.wishlist.digests import send_digests
from portal.wishlist.models import Wish, WishFollower
from tests.wishlist.wishes import decided, published

NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as travel:
        yield travel


def digests(outbox):
    return [mail for mail in outbox.all() if "follow" in mail.subject]


def to(mails):
    return [mail.address for mail in mails]


def test_each_follower_gets_one_mail_about_all_that_was_decided(world, outbox, clock):
    first, second = published(world, "First"), published(world, "Second", who="outsider")
    for who in ("contact", "organiser"):
        following.follow_wish(world.actor(who), second.id)
    decided(world, first, WishDecision.PLANNED, answer="In spring.", release="7.2", date_published=True)
    decided(world, second, WishDecision.DONE, answer="It is in.")
    assert send_digests() == 0
    clock.shift(timedelta(minutes=31))
    assert send_digests() == 3
    mails = {mail.address: mail for mail in digests(outbox)}
    assert mails.keys() == {world.organiser.email, world.contact.email, world.outsider.email}
    both = mails[world.organiser.email]
    assert both.subject == "2 wishes you follow were decided on"
    for words in ("> First", "> In spring.", "release 7.2", "> Second", "> It is in."):
        assert words in both.body_text
    assert mails[world.contact.email].subject == "A wish you follow is done: Second"
    assert send_digests() == 0


def test_a_date_that_is_not_published_is_not_mailed(world, outbox, clock):
    wish = published(world)
    decided(world, wish, WishDecision.PLANNED, release="7.2")
    clock.shift(timedelta(hours=1))
    send_digests()
    [mail] = digests(outbox)
    assert "7.2" not in mail.body_text


def test_what_was_decided_twice_meanwhile_is_told_as_it_is_now(world, outbox, clock):
    wish = published(world)
    decided(world, wish, WishDecision.PLANNED, answer="Soon.")
    decided(world, wish, WishDecision.DECLINED, seen=1, answer="Never.")
    clock.shift(timedelta(hours=1))
    assert send_digests() == 1
    [mail] = digests(outbox)
    assert ("Never." in mail.body_text, "Soon." in mail.body_text) == (True, False)
    decided(world, wish, WishDecision.OPEN, seen=2)
    clock.shift(timedelta(hours=1))
    assert send_digests() == 1


def test_who_follows_later_or_no_more_is_not_told_of_what_was_before(world, outbox, clock):
    wish = published(world)
    following.follow_wish(world.actor("contact"), wish.id)
    decided(world, wish, WishDecision.PLANNED)
    following.follow_wish(world.actor("outsider"), wish.id)
    following.unfollow_wish(world.actor("contact"), wish.id)
    clock.shift(timedelta(hours=1))
    send_digests()
    assert to(digests(outbox)) == [world.organiser.email]


def test_followers_of_a_merged_wish_hear_of_the_one_that_is_left(world, outbox, clock):
    left, merged = published(world, "Left", who="agent"), published(world, "Merged", who="outsider")
    db.session.execute(update(Wish).where(Wish.id == merged.id).values(state="merged", root_id=left.id))
    db.session.commit()
    decided(world, left, WishDecision.PLANNED)
    clock.shift(timedelta(hours=1))
    send_digests()
    assert set(to(digests(outbox))) == {world.outsider.email, world.agent.email}


def test_nobody_is_told_of_what_they_may_not_see_or_decided_themselves(world, outbox, clock):
    hidden, own = published(world, "Hidden", who="outsider"), published(world, "Own", who="manager")
    following.follow_wish(world.actor("contact"), hidden.id)
    for wish in (hidden, own):
        decided(world, wish, WishDecision.PLANNED)
    db.session.execute(update(Wish).where(Wish.id == hidden.id).values(state="hidden"))
    db.session.execute(update(Grant).where(Grant.person_id == world.outsider.id).values(ended_at=now()))
    db.session.commit()
    clock.shift(timedelta(hours=1))
    send_digests()
    assert world.contact.email not in to(digests(outbox))
    assert world.manager.email not in to(digests(outbox))


def test_it_can_be_turned_off(world, outbox, clock):
    wish = published(world)
    db.session.execute(update(Person).where(Person.id == world.organiser.id).values(unwanted_mail=["wishes"]))
    db.session.commit()
    decided(world, wish, WishDecision.PLANNED)
    clock.shift(timedelta(hours=1))
    send_digests()
    assert digests(outbox) == []
    assert db.session.scalars(select(WishFollower.told_through)).one() > 0

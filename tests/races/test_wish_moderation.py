"""Moderators and authors at once: limits hold, two merges that cross make one, what waits is settled once (WISH-1, WISH-2)."""

import uuid
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from portal.db import db
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Invalid, Refused
from portal.policy.wishes import Stand
from portal.wishlist import comments, daily_limits, merging, moderation, stands
from portal.wishlist.models import Wish
from portal.wishlist.models_moderation import WishComment, WishMerge
from tests.races.test_wishlist import AT_ONCE, at_once, colleagues
from tests.wishlist.moderated import commented
from tests.wishlist.wishes import actions, add, counted, published

pytestmark = pytest.mark.usefixtures("outbox")

MOST = 3


@pytest.fixture
def few_a_day(context, monkeypatch):
    edition = edition_in_force()
    tight = replace(edition, wishes=replace(edition.wishes, comments_a_day=MOST))
    monkeypatch.setattr(daily_limits, "edition_in_force", lambda: tight)


def written() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(WishComment)) or 0


def comment_on(wish):
    return lambda actor: comments.add_comment(actor, wish.id, body="Us too.", form_key=str(uuid.uuid4()))


def test_colleagues_at_once_stay_within_the_day(app, world, few_a_day):
    # Each on a wish of its own, so that it is the organisation that holds them apart.
    actors = colleagues(world)
    wishes = {actor.id: published(world, f"Wish {actor.id}", who="agent") for actor in actors}
    raised = at_once(app, actors, lambda actor: comment_on(wishes[actor.id])(actor))
    assert sorted(type(each).__name__ for each in raised if each) == ["Refused"] * (AT_ONCE - MOST)
    assert written() == MOST


def test_control_without_holding_the_organisation_more_are_written(app, world, few_a_day, monkeypatch):
    monkeypatch.setattr(daily_limits.Select, "with_for_update", lambda self, **_: self)
    monkeypatch.setattr(comments, "locked_wish", lambda actor, key: db.session.get_one(Wish, key))
    actors = colleagues(world)
    wishes = {actor.id: published(world, f"Wish {actor.id}", who="agent") for actor in actors}
    for _ in range(4):
        at_once(app, actors, lambda actor: comment_on(wishes[actor.id])(actor))
        if written() > MOST:
            return
    pytest.fail("the limit held without its guard")


def test_two_merges_that_cross_make_one(app, world):
    for number in range(3):
        one, other = (published(world, f"{name} {number}", who="agent") for name in ("One", "Other"))
        turns = iter([(one, other), (other, one)] * (AT_ONCE // 2))
        pairs = {index: next(turns) for index in range(AT_ONCE)}
        indexes = iter(range(AT_ONCE))
        raised = at_once(
            app, [world.actor("moderator")] * AT_ONCE,
            lambda actor, pairs=pairs, indexes=indexes: merging.merge_wishes(
                actor, *(wish.id for wish in pairs[next(indexes)])
            ),
        )  # fmt: skip
        assert raised.count(None) == 1
        assert all(isinstance(each, (Conflict, Invalid)) for each in raised if each)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(WishMerge)) == 3


def test_stands_that_come_in_while_it_is_merged_are_not_lost(app, world):
    one, other = published(world, "One", who="agent"), published(world, "Other", who="agent")
    people = ["organiser", "outsider", "contact", "outside_contact"]
    actors = [world.actor(who) for who in people] + [world.actor("moderator")]

    def act(actor):
        if actor.is_staff:
            return merging.merge_wishes(actor, one.id, other.id)
        return stands.take_stand(actor, one.id, Stand.USEFUL)

    raised = at_once(app, actors, act)
    assert raised[-1] is None
    heard = {index % 2 for index, each in enumerate(raised[:-1]) if each is None}
    assert counted(other) == len(heard)


def test_what_waits_is_settled_once(app, world):
    wish = add(world.actor("contact"))
    raised = at_once(
        app, [world.actor("moderator")] * AT_ONCE, lambda actor: moderation.publish_wish(actor, wish.id)
    )
    assert raised.count(None) == 1
    comment = commented(world, published(world, "Another"))
    raised = at_once(
        app, [world.actor("manager")] * AT_ONCE, lambda actor: comments.publish_comment(actor, comment.id)
    )
    assert raised.count(None) == 1
    assert actions().count("wish_comment.published") == 1
    assert not [each for each in raised if each and not isinstance(each, (Conflict, Refused))]

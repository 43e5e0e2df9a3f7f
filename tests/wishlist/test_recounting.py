"""Figures follow when customers come and go, license another part, or their people change (WISH-2)."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.accounts.models import Grant
from portal.clock import now
from portal.db import db
from portal.events.models import Event
from portal.policy.usefulness import Tally
from portal.wishlist.models import Wish
from portal.wishlist.recounting import recount_wishes
from tests.people import event, organisation
from tests.wishlist.wishes import published, say

pytestmark = pytest.mark.usefixtures("outbox")


def kept(wish):
    db.session.rollback()
    db.session.remove()
    return db.session.scalars(select(Wish).where(Wish.id == wish.id)).one()


@pytest.fixture
def wish(world):
    made = published(world, who="agent")
    for who in ("organiser", "outsider"):
        say(world, who, made)
    # The cast has just come to its roles; from here on only what a test changes is new.
    db.session.execute(update(Grant).values(granted_at=now() - timedelta(days=30)))
    db.session.commit()
    return made


def test_nothing_is_counted_while_nothing_changes(world, wish):
    published(world, "Another", who="agent")
    assert recount_wishes() == 0


def test_a_customer_more_and_one_less(world, wish):
    event(organisation("Newcomers"), "First event", attendees=20)
    db.session.commit()
    assert recount_wishes() == 1
    assert kept(wish).tally == Tally(2, 0, 0, 3)
    gone = now().date() - timedelta(days=400)
    db.session.execute(update(Event).where(Event.id == world.fair.id).values(starts_on=gone, ends_on=gone))
    db.session.commit()
    assert recount_wishes() == 1
    assert kept(wish).tally == Tally(1, 0, 0, 2)
    assert recount_wishes() == 0


def test_a_part_that_is_licensed(world, wish):
    db.session.execute(update(Wish).where(Wish.id == wish.id).values(module="exhibitors"))
    db.session.commit()
    assert recount_wishes() == 1
    assert kept(wish).tally == Tally(0, 0, 0, 0)
    db.session.execute(update(Event).where(Event.id == world.fair.id).values(exhibitor_package=True))
    db.session.commit()
    assert recount_wishes() == 1
    assert (kept(wish).tally, kept(wish).score) == (Tally(1, 0, 0, 1), 1.0)


def test_people_who_leave(world, wish):
    say(world, "contact", wish, "not_for_us")
    assert kept(wish).tally == Tally(1, 1, 0, 2)
    db.session.execute(update(Grant).where(Grant.person_id == world.contact.id).values(ended_at=now()))
    db.session.commit()
    assert recount_wishes() == 1
    assert kept(wish).tally == Tally(2, 0, 0, 2)

"""Adding one's case to a wish that is there: one comment for the moderators, and the customer finds it useful (WISH-1, WISH-2)."""

import pytest
from sqlalchemy import func, select, update

from portal.clock import now
from portal.db import db
from portal.tickets.drafts import draft_for
from portal.wishlist.models import Wish, WishStand
from portal.wishlist.models_moderation import WishComment
from tests.people import contact
from tests.wishlist.wishes import add, published

pytestmark = pytest.mark.usefixtures("outbox")

CASE = {"body": "We print two badges for each guest.", "affected": "300 guests", "frequency": "every_event"}


@pytest.fixture
def wish(world):
    return published(world, "Print badges in two languages", who="outsider")


def cases():
    return db.session.scalars(select(WishComment).where(WishComment.kind == "case")).all()


def test_it_waits_for_a_moderator_and_counts_at_once(client, world, wish):
    browser = client.as_(world.contact)
    assert "Print badges in two languages" in browser.get(f"/wishes/{wish.id}/case").text
    assert browser.post(f"/wishes/{wish.id}/case", CASE).location == f"/wishes/{wish.id}"
    (case,) = cases()
    assert (case.state, case.frequency, case.organisation_id) == (
        "submitted",
        "every_event",
        world.society.id,
    )
    assert case.body == "We print two badges for each guest.\n\nAffected: 300 guests"
    stand = db.session.scalars(select(WishStand).where(WishStand.organisation_id == world.society.id)).one()
    assert (stand.stand, stand.person_id) == ("useful", world.contact.id)
    assert CASE["body"] not in client.as_(world.outsider).get(f"/wishes/{wish.id}").text
    assert CASE["body"] in client.as_(world.moderator).get(f"/wishes/{wish.id}").text


def test_what_was_typed_as_a_wish_is_carried_over_and_nothing_written_yet(client, world, wish):
    typed = {
        "title": "Name tags in two languages", "problem": "They cannot read them.", "affected": "Everybody",
        "frequency": "every_day", "workaround": "We print two.", "begun": "yes",
    }  # fmt: skip
    browser = client.as_(world.contact)
    browser.post("/wishes/draft", typed, form_at="/wishes/new")
    page = browser.post(f"/wishes/{wish.id}/case", typed, form_at="/wishes/new").text
    assert "They cannot read them.\n\nWe print two." in page
    assert 'value="Everybody"' in page
    assert cases() == []
    assert draft_for(world.actor("contact"), "wish") is not None
    assert browser.post(f"/wishes/{wish.id}/case", CASE | {"begun": "yes"}).status_code == 303
    db.session.rollback()
    assert draft_for(world.actor("contact"), "wish") is None


def test_a_double_click_is_one_case(client, world, wish):
    browser = client.as_(world.contact)
    key = "3f2b8a44-7a8e-4d5c-9a55-1d0f7a1c2b3d"
    for _ in range(2):
        assert browser.post(f"/wishes/{wish.id}/case", CASE | {"form_key": key}).status_code == 303
    assert len(cases()) == 1


def test_staff_tell_the_case_of_a_customer(client, world, wish):
    client.as_(world.agent).post(f"/wishes/{wish.id}/case", CASE | {"organisation_id": world.society.id})
    (case,) = cases()
    assert (case.from_staff, case.organisation_id) == (True, world.society.id)
    stand = db.session.scalars(select(WishStand).where(WishStand.organisation_id == world.society.id)).one()
    assert stand.on_behalf


def test_who_belongs_to_several_customers_says_whose_it_is(client, world, wish):
    contact(world.fair, world.organiser)
    db.session.commit()
    browser = client.as_(world.organiser)
    assert browser.post(f"/wishes/{wish.id}/case", CASE).status_code == 422
    assert (
        browser.post(f"/wishes/{wish.id}/case", CASE | {"organisation_id": world.society.id}).status_code
        == 303
    )


@pytest.mark.parametrize(
    "typed",
    [
        {"body": ""}, {"body": "x" * 2001}, {"affected": "x" * 301}, {"frequency": "hourly"},
        {"organisation_id": "999999"}, {"organisation_id": "x"},
    ],
)  # fmt: skip
def test_what_cannot_be_taken_comes_back(client, world, wish, typed):
    answer = client.as_(world.contact).post(f"/wishes/{wish.id}/case", CASE | typed)
    assert answer.status_code == 422
    assert cases() == []


def test_a_wish_that_is_not_on_the_list_or_locked_takes_none(client, world, wish):
    waiting = add(world.actor("outsider"), "Not published yet")
    browser = client.as_(world.contact)
    assert browser.get(f"/wishes/{waiting.id}/case").status_code == 404
    assert browser.post(f"/wishes/{waiting.id}/case", CASE, form_at="/wishes/new").status_code == 404
    db.session.execute(update(Wish).values(locked_at=now(), locked_by_id=world.moderator.id))
    db.session.commit()
    assert browser.post(f"/wishes/{wish.id}/case", CASE).status_code == 422
    assert cases() == []


def test_a_wish_that_was_carried_out_takes_the_case_but_no_stand(client, world, wish):
    db.session.execute(update(Wish).where(Wish.id == wish.id).values(decision="done"))
    db.session.commit()
    client.as_(world.contact).post(f"/wishes/{wish.id}/case", CASE)
    assert len(cases()) == 1
    stands = select(func.count()).select_from(WishStand).where(WishStand.person_id == world.contact.id)
    assert db.session.scalar(stands) == 0


def test_who_has_no_role_tells_none(client, world, wish):
    assert client.as_(world.nobody).get(f"/wishes/{wish.id}/case").status_code == 403

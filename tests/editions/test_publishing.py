"""An edition is looked at in its effects, published once, and final; it can be withdrawn until it holds (POL-1)."""

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal.audit.models import AuditEntry
from portal.db import db
from portal.editions import drafting, drafts, service
from portal.editions.applying import apply_editions
from portal.editions.queries import edition_in_force, editions, publications
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.events.models import Event
from portal.orders.models import Order
from portal.policy.edition import FIRST_EDITION
from portal.roster.queries import roster_of
from tests.editions.publishing import bands, draft_with, publish
from tests.editions.typing import typed

TODAY, DAY = "2026-11-24T15:00:00Z", datetime(2027, 1, 1, 5, tzinfo=UTC)
DEARER = {"prices": {"extra_contact_cents": 60_000}}
FEWER = {"contacts": bands(FIRST_EDITION, 2, premium=3, basic=3)}

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def actor(world):
    return world.actor("manager")


def audited(action):
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def test_a_limit_and_a_price_previewed_published_and_their_effect_before_and_after(client, world):
    """The whole way on the pages: draft, preview, publish; an order before and one after."""
    manager, organiser = client.as_(world.manager), client.as_(world.organiser)
    organiser.post(f"/events/{world.workshop.id}/orders/new")
    begun = manager.post("/policies/drafts", form_at="/policies/drafts").headers["Location"]
    for address, changes in (
        (f"{begun}/parts/contacts", {"bands-0-basic": "2", "bands-2-basic": "2", "bands-2-premium": "3", "bands-1-premium": "3"}),
        (f"{begun}/parts/prices", {"extra_contact_cents": "600"}),
        (f"{begun}/heading", {"summary": "Small events get more.", "when": "later", "day": "2027-01-01"}),
    ):  # fmt: skip
        assert manager.post(address, typed(manager.get(address).text) | changes).status_code == 303
    preview = manager.get(f"{begun}/preview").text
    assert "Price of an additional contact: US$500 became US$600." in preview
    assert "price of an additional contact rises from US$500 to US$600 for new orders" in preview
    assert "1 event may register more contacts: its seats grow." in preview
    assert "1 event may register fewer contacts" in preview
    assert "1 order not paid yet: price and edition stay as ordered." in preview
    assert "Fri 1 Jan 2027, 06:00 CET" in preview
    answer = manager.post(f"{begun}/publication", typed(preview), form_at=f"{begun}/preview")
    assert answer.headers["Location"].endswith("/policies/2")
    public = client.get("/policies").text
    assert "Edition 2 comes into force" in public
    assert "Small events get more." in public
    organiser.post(f"/events/{world.workshop.id}/orders/new")
    with time_machine.travel("2027-01-01T05:00:30Z", tick=False):
        assert apply_editions() == 1
        client.as_(world.organiser).post(f"/events/{world.workshop.id}/orders/new")
        assert "Edition 2 comes into force" not in client.get("/policies").text
        assert "costs US$600" in client.get("/policies").text
    orders = db.session.scalars(select(Order).order_by(Order.id))
    assert [(order.total_cents, order.policy_edition) for order in orders] == [
        (50_000, 1), (50_000, 1), (60_000, 2),
    ]  # fmt: skip
    event = db.session.get_one(Event, world.workshop.id)
    assert len(roster_of(event, edition_in_force()).places) == 2


def test_a_published_edition_says_who_what_and_from_when(actor):
    edition = publish(actor, at=DAY, **DEARER)
    assert (edition.number, edition.in_force_from, edition_in_force().number) == (2, DAY, 1)
    with time_machine.travel("2027-01-01T04:59:59Z", tick=False):
        assert edition_in_force().number == 1
    with time_machine.travel(DAY, tick=False):
        assert edition_in_force() == edition
    [entry] = audited("edition.published")
    assert entry.actor_name == "Manager"
    assert entry.after == {
        "in_force_from": DAY.isoformat(), "tell_all": False, "tell_over_limit": False,
        "changes": ["Price of an additional contact: US$500 became US$600."],
    }  # fmt: skip


def test_one_without_a_time_holds_at_once(actor):
    assert publish(actor, **DEARER) == edition_in_force()


def test_what_was_published_is_final(actor):
    publish(actor, **DEARER)
    for statement in (
        "UPDATE policy_edition SET summary = 'Other' WHERE number = 2",
        "UPDATE policy_edition SET parameters = '{}' WHERE number = 2",
        "DELETE FROM policy_edition WHERE number = 2",
    ):
        with pytest.raises(DBAPIError, match=r"final|refuse|change"), db.engine.begin() as connection:
            connection.execute(text(statement))
    assert edition_in_force().summary == "A change."


def test_a_draft_is_published_as_it_was_read(actor, world):
    draft = draft_with(actor, **DEARER)
    drafting.save_part(
        world.actor("second_manager"), draft.id, "prices", draft.parameters["prices"] | {"extra_contact_cents": 90_000},
        seen=drafts.mark(draft.parameters["prices"]),
    )  # fmt: skip
    with pytest.raises(Conflict, match="since you read it"):
        service.publish_draft(actor, draft.id, version=draft.version)
    assert len(editions()) == 1


def test_published_once(actor):
    draft = draft_with(actor, **DEARER)
    service.publish_draft(actor, draft.id, version=draft.version)
    for version in (draft.version, draft.version + 1):
        with pytest.raises(Conflict):
            service.publish_draft(actor, draft.id, version=version)
    assert len(editions()) == 2


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, "changes nothing"),
        ({"summary": "", **DEARER}, "Say in a sentence"),
    ],
)
def test_what_says_or_changes_nothing_is_not_published(client, world, actor, changes, problem):
    draft = draft_with(actor, **changes)
    with pytest.raises(Invalid, match=problem):
        service.publish_draft(actor, draft.id, version=draft.version)
    page = client.as_(world.manager).post(
        f"/policies/drafts/{draft.id}/publication", {"version": draft.version}
    )
    assert page.status_code == 422
    assert problem in page.text


def test_a_time_that_has_passed_since_is_not_published(actor):
    draft = draft_with(actor, at=DAY, **DEARER)
    with time_machine.travel(DAY, tick=False), pytest.raises(Invalid, match="time to come"):
        service.publish_draft(actor, draft.id, version=draft.version)


def test_two_editions_cannot_begin_at_one_time(actor):
    publish(actor, at=DAY, **DEARER)
    with pytest.raises(Invalid, match="after the newest edition"):
        draft_with(actor, at=DAY, prices={"extra_contact_cents": 70_000})
    now = draft_with(actor, at=datetime(2027, 2, 1, tzinfo=UTC), prices={"extra_contact_cents": 70_000})
    assert service.publish_draft(actor, now.id, version=now.version).number == 3


def test_a_draft_that_another_edition_overtook_is_carried_over(client, world, actor):
    draft = draft_with(actor, contacts={"removal_business_days": 4}, hours={"closes": "18:00"})
    publish(actor, at=DAY, prices={"extra_contact_cents": 60_000}, hours={"opens": "09:00"})
    with pytest.raises(Conflict, match="Carry it over first"):
        service.publish_draft(actor, draft.id, version=draft.version)
    manager = client.as_(world.manager)
    page = manager.get(f"/policies/drafts/{draft.id}/preview").text
    assert "begun from edition 1; the newest is edition 2" in page
    assert ">Publish<" not in page
    assert manager.post(f"/policies/drafts/{draft.id}/newest").status_code == 303
    beside = drafts.draft_for(actor, draft.id)
    assert beside.sentences == (
        "Longest time to decide on a removal: 2 business days became 4 business days.",
        "Support closes at: 17:00 became 18:00.",
    )
    assert beside.edition.prices.extra_contact_cents == 60_000


def test_one_to_come_can_be_withdrawn_and_its_number_is_not_used_again(client, world, actor, run_jobs):
    publish(actor, at=DAY, tell_all=True, **DEARER)
    assert len(run_jobs()) == 2
    manager = client.as_(world.manager)
    assert "Withdraw edition 2" in manager.get("/policies/2").text
    assert "Withdraw edition 2" not in client.get("/policies/2").text
    blank = manager.post("/policies/2/withdrawal", {"reason": " "}, form_at="/policies/2")
    assert blank.status_code == 422
    assert "Say why it is withdrawn" in blank.text
    answer = manager.post("/policies/2/withdrawal", {"reason": "A slip."}, form_at="/policies/2")
    assert answer.status_code == 303
    with time_machine.travel("2027-01-02T12:00:00Z", tick=False):
        assert edition_in_force().number == 1
    assert "it never held" in client.get("/policies/2").text
    assert "was to hold from" in client.get("/policies").text
    mails = run_jobs()
    assert sorted(mail["To"] for mail in mails) == ["organiser@people.example", "outsider@people.example"]
    assert all("> A slip." in mail.get_body(("plain",)).get_content() for mail in mails)
    assert publish(actor, at=DAY, **DEARER).number == 3
    assert [entry.after for entry in audited("edition.withdrawn")] == [{"reason": "A slip."}]
    assert [bool(each.withdrawn_at) for each in publications()] == [False, True, False]


def test_one_in_force_or_about_to_be_cannot_be_withdrawn(actor):
    publish(actor, at=DAY, **DEARER)
    for moment in ("2027-01-01T04:59:30Z", "2027-01-03T00:00:00Z"):
        with time_machine.travel(moment, tick=False), pytest.raises(Conflict, match="still to come"):
            service.withdraw_edition(actor, 2, reason="Late.")
    service.withdraw_edition(actor, 2, reason="In time.")
    with pytest.raises(Conflict, match="only once"):
        service.withdraw_edition(actor, 2, reason="Again.")
    with pytest.raises(NotFound):
        service.withdraw_edition(actor, 9, reason="None.")


def test_only_the_newest_can_be_withdrawn(actor):
    publish(actor, at=DAY, **DEARER)
    publish(actor, at=datetime(2027, 2, 1, tzinfo=UTC), tickets={"reopen_days": 20})
    with pytest.raises(Conflict, match="builds on this one"):
        service.withdraw_edition(actor, 2, reason="No.")


@pytest.mark.parametrize("who", ["agent", "admin", "organiser"])
def test_only_a_manager_publishes_and_withdraws(world, actor, who):
    draft = draft_with(actor, **DEARER)
    publish(actor, at=DAY, tickets={"reopen_days": 20})
    for write in (
        lambda: service.publish_draft(world.actor(who), draft.id, version=draft.version),
        lambda: service.withdraw_edition(world.actor(who), 2, reason="No."),
    ):
        with pytest.raises(Forbidden):
            write()

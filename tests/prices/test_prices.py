"""Managers keep the price list; each change is an edition, and what was sold keeps its price (POL-1, WHO-4)."""

import re
from datetime import date

import pytest
import time_machine
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.db import db
from portal.editions import service
from portal.editions.queries import edition_in_force
from portal.errors import Forbidden, Invalid
from portal.orders.models import Order
from portal.policy.edition import FIRST_EDITION

TODAY = "2026-11-24T15:00:00Z"


def publish(actor, cents=60_000, day=date(2027, 1, 1)):
    return service.publish_prices(
        actor, valid_from=day, summary="Dearer.", extra_contact_cents=cents,
        after_hours=FIRST_EDITION.prices.after_hours,
    )  # fmt: skip


def typed(page):
    names = re.findall(r'<input[^>]*name="([^"]+)"[^>]*?value="([^"]*)"', page)
    names += [
        (name, value) for value, name in re.findall(r'<input[^>]*value="([^"]*)"[^>]*?name="([^"]+)"', page)
    ]
    return {name: value for name, value in names if name not in ("csrf_token", "form_key")}


@time_machine.travel(TODAY, tick=False)
def test_a_change_holds_from_its_day_on_and_not_before(world):
    edition = publish(world.actor("manager"))
    assert edition.number == 2
    assert edition_in_force().prices.extra_contact_cents == 50_000
    with time_machine.travel("2027-01-01T04:59:59Z", tick=False):
        assert edition_in_force().number == 1
    with time_machine.travel("2027-01-01T05:00:00Z", tick=False):
        assert edition_in_force().prices.extra_contact_cents == 60_000
    [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "edition.published"))
    assert entry.after == {"changes": ["Price of an additional contact: US$500 became US$600."]}


@pytest.mark.usefixtures("outbox")
@time_machine.travel(TODAY, tick=False)
def test_what_was_sold_keeps_its_price(client, world):
    organiser = client.as_(world.organiser)
    organiser.post(f"/events/{world.workshop.id}/orders/new")
    publish(world.actor("manager"))
    with time_machine.travel("2027-01-02T12:00:00Z", tick=False):
        client.as_(world.organiser).post(f"/events/{world.workshop.id}/orders/new")
    orders = db.session.scalars(select(Order).order_by(Order.id))
    assert [(order.total_cents, order.policy_edition) for order in orders] == [(50_000, 1), (60_000, 2)]


@time_machine.travel(TODAY, tick=False)
def test_a_manager_changes_a_price_on_the_page(client, world):
    manager = client.as_(world.manager)
    fields = typed(manager.get("/staff/prices/new").text)
    assert fields["extra_contact"] == "500.00"
    assert fields["valid_from"] == "2026-11-25"
    answer = manager.post(
        "/staff/prices/new", fields | {"phone_weekend": "175.50", "summary": "Weekends cost more."}
    )
    assert answer.status_code == 303
    page = manager.get("/staff/prices").text
    assert "Weekends cost more." in page
    assert "To come" in page
    assert "US$150 became US$175.50" in client.get("/policies/2").text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"valid_from": "2026-11-24"}, "Choose a day to come"),
        ({"valid_from": "soon"}, "Not a valid date"),
        ({"extra_contact": "a lot"}, "Not a valid decimal"),
        ({"extra_contact": "-1"}, "Enter a price from 0"),
        ({"extra_contact": "NaN"}, "Enter a price from 0"),
        ({"extra_contact": "Infinity"}, "Enter a price from 0"),
        ({"extra_contact": ""}, "Enter a price"),
        ({"summary": ""}, "Say in a sentence"),
        ({}, "These are the prices that hold already"),
    ],
)
@time_machine.travel(TODAY, tick=False)
def test_what_cannot_be_taken_is_said_and_kept(client, world, change, message):
    manager = client.as_(world.manager)
    fields = typed(manager.get("/staff/prices/new").text) | {"summary": "Kept as typed."}
    answer = manager.post("/staff/prices/new", fields | change)
    assert answer.status_code == 422
    assert message in answer.text
    assert change.get("summary", "Kept as typed.") in answer.text
    db.session.rollback()
    assert edition_in_force().number == 1


@time_machine.travel(TODAY, tick=False)
def test_two_lists_cannot_begin_on_one_day(world):
    publish(world.actor("manager"))
    with pytest.raises(Invalid, match="after the newest"):
        publish(world.actor("second_manager"), cents=70_000)


@pytest.mark.parametrize("who", ["agent", "admin", "organiser"])
def test_only_a_manager_publishes(client, world, who):
    with pytest.raises(Forbidden):
        publish(world.actor(who))
    assert client.as_(getattr(world, who)).get("/staff/prices").status_code == 403

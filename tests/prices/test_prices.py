"""Managers keep the price list; each change is an edition, and what was sold keeps its price (POL-1, WHO-4)."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import select

from portal.db import db
from portal.orders.models import Order
from tests.editions.publishing import publish

TODAY, DAY = "2026-11-24T15:00:00Z", datetime(2027, 1, 1, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.mark.usefixtures("outbox")
def test_what_was_sold_keeps_its_price(client, world):
    client.as_(world.organiser).post(f"/events/{world.workshop.id}/orders/new")
    publish(world.actor("manager"), at=DAY, prices={"extra_contact_cents": 60_000})
    with time_machine.travel("2027-01-02T12:00:00Z", tick=False):
        client.as_(world.organiser).post(f"/events/{world.workshop.id}/orders/new")
    orders = db.session.scalars(select(Order).order_by(Order.id))
    assert [(order.total_cents, order.policy_edition) for order in orders] == [(50_000, 1), (60_000, 2)]


def test_the_list_tells_which_prices_hold_were_and_will_be(client, world):
    publish(world.actor("manager"), summary="Dearer seats.", at=DAY, prices={"extra_contact_cents": 60_000})
    page = client.as_(world.manager).get("/staff/prices").text
    assert "Dearer seats." in page
    assert re.findall(r'class="badge[^>]*>([^<]+)<', page) == ["To come", "In force"]
    with time_machine.travel("2027-01-01T05:00:00Z", tick=False):
        later = client.as_(world.manager).get("/staff/prices").text
    assert re.findall(r'class="badge[^>]*>([^<]+)<', later) == ["In force", "Past"]


@pytest.mark.parametrize("who", ["agent", "admin", "organiser"])
def test_only_a_manager_sees_the_list(client, world, who):
    assert client.as_(getattr(world, who)).get("/staff/prices").status_code == 403

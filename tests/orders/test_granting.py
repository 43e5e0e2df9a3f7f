"""Seats open on credit once staff approve invoicing; the order stays to be paid (WHO-4)."""

import uuid

import pytest
from sqlalchemy import func, select

from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Conflict, Forbidden, NotFound
from portal.orders import service
from portal.orders.models import Order
from portal.roster.models import Contact, Seat
from tests.people import contact, person


@pytest.fixture
def order(world, outbox):
    return service.order_extra_contact(
        world.actor("organiser"), world.workshop.id, quantity=2, form_key=str(uuid.uuid4())
    )


def open_seats(event):
    db.session.rollback()
    mine = select(func.count()).select_from(Seat).where(Seat.event_id == event.id, Seat.closing.is_(False))
    return db.session.scalar(mine)


def fresh(order):
    return db.session.get_one(Order, order.id, populate_existing=True)


def test_an_agent_opens_the_seats_and_the_order_stays_to_be_paid(client, world, outbox, order):
    before = open_seats(world.workshop)
    outbox.all()
    agent = client.as_(world.agent)
    assert "Open the seats on invoice" in agent.get(f"/orders/{order.id}").text
    assert agent.post(f"/orders/{order.id}/grant").status_code == 303
    assert open_seats(world.workshop) == before + 2
    page = client.as_(world.organiser).get(f"/orders/{order.id}").text
    for words in ("Awaiting payment", "Open on invoice", "stays to be paid"):
        assert words in page
    assert f"Order {order.reference}: the seats are open on invoice" in [
        mail.subject for mail in outbox.all()
    ]
    assert "order.granted" in db.session.scalars(select(AuditEntry.action)).all()


def test_paying_what_is_open_opens_nothing_more(world, outbox, order):
    service.grant_order(world.actor("agent"), order.id)
    before = open_seats(world.workshop)
    service.settle_order(world.actor("manager"), order.id, payment_reference="B-1")
    assert (fresh(order).state, open_seats(world.workshop)) == ("paid", before)


def test_cancelling_what_is_open_closes_it_and_throws_nobody_out(world, outbox, order):
    service.grant_order(world.actor("manager"), order.id)
    for number in range(3):
        contact(world.workshop, person(f"Guest {number}"))
    db.session.commit()
    with pytest.raises(Forbidden):
        service.cancel_order(world.actor("organiser"), order.id)
    service.cancel_order(world.actor("manager"), order.id)
    assert open_seats(world.workshop) == 1
    here = select(func.count()).select_from(Contact)
    assert (
        db.session.scalar(here.where(Contact.event_id == world.workshop.id, Contact.ended_at.is_(None))) == 3
    )


def test_it_is_granted_once(world, outbox, order):
    service.grant_order(world.actor("agent"), order.id)
    with pytest.raises(Conflict, match="open on invoice already"):
        service.grant_order(world.actor("manager"), order.id)


@pytest.mark.parametrize("end", ["cancelled", "paid"])
def test_what_is_decided_is_not_granted(world, outbox, order, end):
    if end == "paid":
        service.settle_order(world.actor("manager"), order.id, payment_reference="B-1")
    else:
        service.cancel_order(world.actor("manager"), order.id)
    with pytest.raises(Conflict, match=f"is {end} already"):
        service.grant_order(world.actor("agent"), order.id)


@pytest.mark.parametrize(
    ("who", "error"), [("organiser", Forbidden), ("outsider", NotFound), ("contact", NotFound)]
)
def test_customers_do_not_grant_themselves(world, outbox, order, who, error):
    with pytest.raises(error):
        service.grant_order(world.actor(who), order.id)

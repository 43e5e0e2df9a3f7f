"""An additional contact is ordered on invoice and opens its seat when it is paid, once (WHO-4)."""

import re
import uuid

import pytest
from sqlalchemy import func, select

from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Conflict, Forbidden, NotFound
from portal.orders import service
from portal.orders.models import Order
from portal.roster.models import Seat

pytestmark = pytest.mark.usefixtures("outbox")


def place(world, event=None, who="organiser", key=None):
    event = event or world.workshop
    actor = world.actor(who)
    return service.order_extra_contact(
        actor, event.id, purchase_order="PO 7", form_key=key or str(uuid.uuid4())
    )


def seats(event):
    return db.session.scalar(select(func.count()).select_from(Seat).where(Seat.event_id == event.id))


def actions():
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


class TestPlacing:
    def test_review_then_confirm(self, client, world, outbox):
        organiser = client.as_(world.organiser)
        review = organiser.get(f"/events/{world.workshop.id}/orders/new")
        assert "US$500.00" in review.text
        assert "WHO-4" in review.text
        answer = organiser.post(f"/events/{world.workshop.id}/orders/new", {"purchase_order": "PO 7"})
        assert answer.status_code == 303
        page = organiser.get(answer.location)
        assert "Awaiting payment" in page.text
        assert "PO 7" in page.text
        assert {mail.address for mail in outbox.all()} == {
            "organiser@people.example", "manager@people.example", "second.manager@people.example",
        }  # fmt: skip
        assert actions() == ["order.placed", "invoice.issued"]

    def test_the_order_keeps_its_price_and_edition(self, world):
        order = place(world)
        assert (order.total_cents, order.currency, order.policy_edition) == (50_000, "USD", 1)
        assert [(line.item, line.unit_cents, line.rule) for line in order.lines] == [
            ("extra_contact", 50_000, "WHO-4")
        ]

    def test_a_double_click_is_one_order(self, world):
        key = str(uuid.uuid4())
        assert place(world, key=key).id == place(world, key=key).id
        assert db.session.scalar(select(func.count()).select_from(Order)) == 1

    def test_a_changed_amount_in_the_form_changes_nothing(self, client, world):
        organiser = client.as_(world.organiser)
        organiser.post(
            f"/events/{world.workshop.id}/orders/new",
            {"total_cents": "1", "unit_cents": "1", "state": "paid"},
        )
        order = db.session.scalars(select(Order)).one()
        assert (order.total_cents, order.state) == (50_000, "pending")

    def test_too_long_a_reference_is_told_beside_the_field(self, client, world):
        organiser = client.as_(world.organiser)
        answer = organiser.post(f"/events/{world.workshop.id}/orders/new", {"purchase_order": "x" * 81})
        assert answer.status_code == 422
        assert "x" * 81 in answer.text
        assert "at most 80 characters" in answer.text

    @pytest.mark.parametrize(
        ("who", "error"), [("contact", NotFound), ("agent", Forbidden), ("outsider", NotFound)]
    )
    def test_only_an_organiser_orders(self, world, who, error):
        with pytest.raises(error):
            place(world, who=who)
        assert actions() == []


class TestPaying:
    def test_the_seat_opens_when_a_manager_records_the_payment(self, client, world, outbox):
        before, order = seats(world.workshop), place(world)
        assert seats(world.workshop) == before
        outbox.all()
        manager = client.as_(world.manager)
        answer = manager.post(
            f"/orders/{order.id}/payment", {"payment_reference": "B-1"}, form_at=f"/orders/{order.id}"
        )
        assert answer.status_code == 303
        db.session.rollback()
        assert seats(world.workshop) == before + 1
        assert [mail.subject for mail in outbox.all()] == [
            f"Order {order.reference} is paid: the seat is open",
            "Receipt RCP-00001: your payment for Workshop",
        ]
        assert "order.paid" in actions()

    def test_an_order_is_paid_once(self, world):
        before, order = seats(world.workshop), place(world)
        service.settle_order(world.actor("manager"), order.id, payment_reference="B-1")
        with pytest.raises(Conflict, match="is paid already"):
            service.settle_order(world.actor("second_manager"), order.id, payment_reference="B-2")
        assert seats(world.workshop) == before + 1

    def test_a_cancelled_order_cannot_be_paid(self, client, world):
        order = place(world)
        service.cancel_order(world.actor("organiser"), order.id)
        answer = client.as_(world.manager).post(f"/orders/{order.id}/payment", {"payment_reference": "B"})
        assert answer.status_code == 409
        assert "is cancelled already" in answer.text

    def test_without_a_reference_nothing_is_recorded(self, client, world):
        order = place(world)
        answer = client.as_(world.manager).post(f"/orders/{order.id}/payment", {"payment_reference": " "})
        assert answer.status_code == 422
        assert "Enter the reference" in answer.text
        db.session.rollback()
        assert db.session.get(Order, order.id).state == "pending"

    @pytest.mark.parametrize(
        ("who", "error"), [("organiser", Forbidden), ("agent", Forbidden), ("outsider", NotFound)]
    )
    def test_only_a_manager_records_a_payment(self, world, who, error):
        order = place(world)
        with pytest.raises(error):
            service.settle_order(world.actor(who), order.id, payment_reference="B-1")


class TestSeeing:
    def test_each_customer_sees_its_own_orders(self, client, world):
        ours, theirs = place(world), place(world, world.fair, "outsider")
        page = client.as_(world.organiser).get("/orders").text
        assert ours.reference in page
        assert theirs.reference not in page
        assert client.as_(world.organiser).get(f"/orders/{theirs.id}").status_code == 404
        assert client.as_(world.contact).get("/orders").status_code == 403
        assert client.as_(world.manager).get("/orders").text.count("O-0000") >= 2

    def test_filters_by_event_and_state(self, client, world):
        order = place(world)
        organiser = client.as_(world.organiser)
        assert order.reference in organiser.get(f"/orders?event={world.workshop.id}&state=pending").text
        assert order.reference not in organiser.get(f"/orders?event={world.congress.id}").text
        assert order.reference not in organiser.get("/orders?state=paid").text
        assert organiser.get(f"/orders?event={world.fair.id}").status_code == 404

    def test_the_list_is_paged_by_key(self, client, world):
        references = [place(world).reference for _ in range(27)]
        organiser = client.as_(world.organiser)
        first = organiser.get("/orders").text
        assert references[-1] in first
        assert references[0] not in first
        following = re.search(r'href="(/orders\?cursor=[^"]+)"', first)[1]
        assert references[0] in organiser.get(following).text

    def test_an_empty_list_says_what_to_do(self, client, world):
        assert "No orders yet" in client.as_(world.organiser).get("/orders").text

    def test_an_unreadable_cursor_gives_the_first_page(self, client, world):
        order = place(world)
        assert order.reference in client.as_(world.organiser).get("/orders?cursor=%00nonsense").text

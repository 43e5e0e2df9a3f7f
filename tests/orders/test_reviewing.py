"""An order is reviewed and then confirmed, at the price that was shown and no other (WHO-4, POL-1)."""

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.clock import now
from portal.db import db
from portal.editions.models import PolicyEdition
from portal.editions.queries import edition_in_force
from portal.errors import Invalid
from portal.orders import service
from portal.orders.models import Order, OrderLine
from portal.orders.quoting import quote
from portal.policy.edition import to_json
from portal.roster.models import Seat

pytestmark = pytest.mark.usefixtures("outbox")

REVIEWED = re.compile(r'name="reviewed"[^>]*value="([^"]+)"')


def orders():
    db.session.rollback()
    return list(db.session.scalars(select(Order)))


@pytest.fixture
def taxed(app, context, monkeypatch):
    """A portal that adds a tax of 8.25 per cent."""
    changed = {"tax_rate": 825, "tax_name": "Sales tax", "seller_tax_id": "US-77"}
    settings = app.extensions["settings"].model_copy(update=changed)
    monkeypatch.setitem(app.extensions, "settings", settings)


class TestReview:
    def test_shows_lines_quantity_prices_rule_and_edition(self, client, world):
        page = client.as_(world.organiser).get(f"/events/{world.workshop.id}/orders/new?quantity=3").text
        for words in ("Additional Technical Contact", "US$500.00", "US$1,500.00", "WHO-4", "Policy edition"):
            assert words in page
        assert "Order for US$1,500.00" in page

    @pytest.mark.parametrize(
        ("asked", "shown"), [("0", 1), ("-3", 1), ("x", 1), ("999", 20), ("", 1), ("2", 2)]
    )
    def test_an_odd_quantity_is_brought_into_bounds(self, client, world, asked, shown):
        page = (
            client.as_(world.organiser).get(f"/events/{world.workshop.id}/orders/new?quantity={asked}").text
        )
        assert f'name="quantity" value="{shown}"' in page

    def test_shows_the_tax_with_its_rate_and_id(self, client, world, taxed):
        page = client.as_(world.organiser).get(f"/events/{world.workshop.id}/orders/new?quantity=2").text
        for words in ("Sales tax 8.25%", "US-77", "US$82.50", "Order for US$1,082.50"):
            assert words in page

    def test_where_there_is_one_way_to_pay_nothing_is_asked(self, client, world):
        page = client.as_(world.organiser).get(f"/events/{world.workshop.id}/orders/new").text
        assert "Paid on invoice" in page
        assert 'type="radio"' not in page


class TestConfirm:
    def confirm(self, client, world, **typed):
        organiser, page = client.as_(world.organiser), f"/events/{world.workshop.id}/orders/new"
        reviewed = REVIEWED.search(organiser.get(f"{page}?quantity={typed.get('quantity', 1)}").text)[1]
        return organiser.post(page, {"reviewed": reviewed, **typed})

    def test_several_seats_are_lines_of_their_own(self, client, world):
        assert self.confirm(client, world, quantity="3").status_code == 303
        (order,) = orders()
        assert (order.total_cents, len(order.lines), {line.quantity for line in order.lines}) == (
            150_000,
            3,
            {1},
        )

    def test_the_tax_stays_on_the_order(self, client, world, taxed, app):
        assert self.confirm(client, world, quantity="2").status_code == 303
        (order,) = orders()
        facts = (order.total_cents, order.tax_cents, order.tax_rate, order.tax_name, order.tax_id)
        assert facts == (108_250, 8_250, 825, "Sales tax", "US-77")
        assert [line.due_cents for line in order.lines] == [54_125, 54_125]

    def test_a_price_that_changed_meanwhile_is_shown_and_nothing_is_ordered(self, client, world):
        organiser, page = client.as_(world.organiser), f"/events/{world.workshop.id}/orders/new"
        reviewed = REVIEWED.search(organiser.get(page).text)[1]
        dearer(60_000)
        answer = organiser.post(page, {"reviewed": reviewed, "purchase_order": "PO 9"})
        assert answer.status_code == 409
        for words in ("not the price that you reviewed", "Order for US$600.00", "PO 9"):
            assert words in answer.text
        assert orders() == []
        again = organiser.post(page, {"reviewed": REVIEWED.search(answer.text)[1]})
        assert (again.status_code, orders()[0].total_cents) == (303, 60_000)

    def test_what_was_sold_keeps_its_price(self, client, world):
        self.confirm(client, world)
        dearer(60_000)
        page = client.as_(world.organiser).get(f"/orders/{orders()[0].id}").text
        assert "US$500.00" in page
        assert "US$600.00" not in page

    @pytest.mark.parametrize(
        "forged",
        [{"reviewed": "1.1.1.0.USD"}, {"reviewed": "\x00x"}, {"quantity": "0"}, {"quantity": "21"}, {"quantity": "-1"},
         {"quantity": "1.5"}, {"quantity": "x"}, {"quantity": str(10**30)}, {"method": "gold"}, {"method": ""},
         {"purchase_order": "x" * 81}],
    )  # fmt: skip
    def test_what_is_forged_orders_nothing(self, client, world, forged):
        assert self.confirm_forged(client, world, forged).status_code in (409, 422)
        assert orders() == []

    def confirm_forged(self, client, world, forged):
        return client.as_(world.organiser).post(f"/events/{world.workshop.id}/orders/new", forged)

    def test_a_forged_form_key_is_replaced(self, client, world):
        for key in ("x", "1" * 500, "%s"):
            assert self.confirm(client, world, form_key=key).status_code == 303
        assert len(orders()) == 3

    def test_somebody_elses_form_key_gives_nothing_of_theirs(self, world):
        key = str(uuid.uuid4())
        one = service.order_extra_contact(world.actor("organiser"), world.workshop.id, form_key=key)
        other = service.order_extra_contact(world.actor("outsider"), world.fair.id, form_key=key)
        assert one.id != other.id

    def test_a_way_to_pay_that_is_not_offered_is_refused(self, world):
        with pytest.raises(Invalid):
            service.order_extra_contact(
                world.actor("organiser"), world.workshop.id, method="stripe", form_key=str(uuid.uuid4())
            )


@pytest.mark.parametrize(("rate", "tax"), [(0, 0), (1, 5), (825, 4_125), (1_999, 9_995), (10_000, 50_000)])
def test_tax_is_rounded_to_the_cent_for_each_seat(app, context, monkeypatch, rate, tax):
    changed = app.extensions["settings"].model_copy(update={"tax_rate": rate})
    monkeypatch.setitem(app.extensions, "settings", changed)
    offer = quote(3)
    assert (offer.unit_tax_cents, offer.tax_cents, offer.total_cents) == (tax, 3 * tax, 150_000 + 3 * tax)
    assert sum(line.due_cents for line in offer.order().lines) == offer.total_cents


def dearer(cents):
    """Post an edition with another price, in force at once."""
    from dataclasses import replace

    last = edition_in_force()
    prices = replace(last.prices, extra_contact_cents=cents)
    newest = replace(last, number=last.number + 1, in_force_from=now() - timedelta(seconds=1), prices=prices)
    row = PolicyEdition(
        number=newest.number, in_force_from=newest.in_force_from, summary="Dearer", parameters=to_json(newest)
    )
    db.session.add(row)
    db.session.commit()


def test_an_order_has_at_least_a_line_for_each_seat(world):
    order = service.order_extra_contact(
        world.actor("organiser"), world.workshop.id, quantity=20, form_key=str(uuid.uuid4())
    )
    lines = select(func.count()).select_from(OrderLine).where(OrderLine.order_id == order.id)
    assert db.session.scalar(lines) == 20
    service.settle_order(world.actor("manager"), order.id, payment_reference="B-1")
    bought = select(func.count()).select_from(Seat).where(Seat.order_line_id.is_not(None))
    assert db.session.scalar(bought) == 20

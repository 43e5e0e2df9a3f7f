"""Going to the provider and coming back: the page says what is, offers to pay again, and is nobody else's."""

import pytest

from portal.db import db
from portal.orders import paying
from portal.orders.models import Order
from portal.payments import trial
from portal.payments.models import Payment
from tests.payments.ways import place

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture
def payment(stand_in, world):
    return paying.start(world.actor("organiser"), place(world, "trial").id, "trial")


def test_confirming_leads_on_to_the_provider(stand_in, world, client):
    organiser = client.as_(world.organiser)
    answer = organiser.post(f"/events/{world.workshop.id}/orders/new", {"method": "stripe", "quantity": "2"})
    way = organiser.get(answer.location)
    order = db.session.scalars(db.select(Order)).one()
    payment = db.session.scalars(db.select(Payment)).one()
    assert (order.total_cents, payment.amount_cents) == (100_000, 100_000)
    assert way.headers["Refresh"] == f"0; url={payment.address}"
    assert payment.address in way.text
    assert "form-action 'self';" in way.headers["Content-Security-Policy"]


def test_the_way_back_shows_what_really_is(payment, world, client):
    organiser, here = client.as_(world.organiser), f"/payments/{payment.id}"
    assert "not confirmed yet" in organiser.get(here).text
    trial.turn(payment.reference, "paid")
    assert "not confirmed yet" in organiser.get(here).text
    assert organiser.post(f"{here}/check", form_at=here).location == here
    assert "your payment has arrived" in organiser.get(here).text
    assert organiser.get(f"{here}/provider").location == here


def test_who_stopped_may_pay_again(payment, world, client):
    organiser = client.as_(world.organiser)
    page = organiser.get(f"/payments/{payment.id}/stopped").text
    assert "You have not paid" in page
    assert "Pay again" in page
    trial.turn(payment.reference, "failed")
    paying.check(payment.id)
    page = organiser.get(f"/payments/{payment.id}").text
    assert "did not go through" in page
    assert "The card was declined." in page


@pytest.mark.parametrize(
    ("who", "status"), [("outsider", 404), ("contact", 404), ("agent", 403), ("manager", 200)]
)
def test_a_payment_is_seen_by_whose_it_is(payment, world, client, who, status):
    for page in ("", "/stopped", "/provider"):
        assert client.as_(getattr(world, who)).get(f"/payments/{payment.id}{page}").status_code == status


def test_the_trial_page_acts(payment, world, client, run_jobs):
    organiser, page = client.as_(world.organiser), f"/payments/trial/{payment.reference}"
    assert "No money moves here" in organiser.get(page).text
    answer = organiser.post(page, {"act": "decline"}, form_at=page)
    assert answer.location.endswith(f"/payments/{payment.id}/stopped")
    assert organiser.post(page, {"act": "pay"}, form_at=page).location.endswith(f"/payments/{payment.id}")
    run_jobs()
    assert db.session.scalars(db.select(Order)).one().state == "paid"
    assert organiser.post(page, {"act": "rob the bank"}, form_at=page).status_code == 404
    assert organiser.get("/payments/trial/trial_unknown").status_code == 404


def test_without_the_trial_there_is_no_page(world, client):
    assert client.get("/payments/trial/anything").status_code == 404
    assert client.as_(world.organiser).post("/payments/trial/anything", {"act": "pay"}).status_code == 404


def test_a_forged_way_to_pay_is_told(stand_in, world, client):
    organiser = client.as_(world.organiser)
    answer = organiser.post(f"/events/{world.workshop.id}/orders/new", {"method": "gold"})
    assert answer.status_code == 422
    order = place(world, "invoice")
    assert organiser.post(f"/orders/{order.id}/checkout", {"method": "gold"}).status_code == 422
    assert organiser.post(f"/orders/{order.id}/checkout", {}).status_code == 422

"""A sale from the review to the open seat, in Chromium: on invoice, by the trial, and at the stand-in for Stripe."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.db import db
from portal.orders.models import Order
from tests.browser.conftest import overflow, problems
from tests.payments.stripe_stand_in import StripeStandIn
from tests.payments.ways import offering
from tests.people import World

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("outbox")]

Visit = Callable[..., Page]


@pytest.fixture
def shop(app: Flask, site: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[StripeStandIn]:
    """A portal that offers every way to pay, under the address at which it really is."""
    with StripeStandIn() as server:
        server.webhook = f"{site}/payments/stripe/webhook"
        monkeypatch.setitem(app.extensions, "settings", offering(app, server, public_url=site))
        yield server


def looks_right(page: Page) -> None:
    assert problems(page) == []
    assert overflow(page) <= 0


def ordered(visit: Visit, world: World, way: str, seats: int = 2, **options: Any) -> Page:
    page = visit(world.organiser, f"/events/{world.workshop.id}/orders/new", **options)
    page.get_by_label("How many seats").fill(str(seats))
    page.get_by_role("button", name="Show the price").click()
    expect(page.get_by_role("button", name=f"Order for US${500 * seats:,}.00")).to_be_visible()
    page.get_by_role("radio", name=way).check()
    page.get_by_label("Your purchase order number").fill("PO 7")
    if options.get("javascript", True):
        looks_right(page)
    page.get_by_role("button", name="Order for").click()
    return page


def state() -> str:
    db.session.rollback()
    return db.session.scalars(select(Order.state)).one()


def test_on_invoice(visit: Visit, world: World, shop: StripeStandIn) -> None:
    page = ordered(visit, world, "On invoice")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Order O-")
    expect(page.get_by_text("Awaiting payment")).to_be_visible()
    looks_right(page)
    order = db.session.scalars(select(Order)).one()
    manager = visit(world.manager, f"/orders/{order.id}")
    manager.get_by_text("Open the seats on invoice", exact=True).click()
    manager.get_by_role("button", name="Yes, open the seats on invoice").click()
    expect(manager.get_by_text("Open on invoice", exact=True)).to_be_visible()
    manager.get_by_label("Payment reference").fill("Transfer 80417")
    manager.get_by_role("button", name="Mark as paid").click()
    expect(manager.get_by_text("Paid", exact=True).first).to_be_visible()
    looks_right(manager)
    manager.get_by_role("link", name="Pay back").click()
    looks_right(manager)
    manager.get_by_label("Additional Technical Contact, US$500.00").first.check()
    manager.get_by_label("Reason").fill("One is enough")
    manager.get_by_role("button", name="Pay it back").click()
    expect(manager.get_by_text("Partly refunded")).to_be_visible()
    page.reload()
    expect(page.get_by_text("US$500.00 paid back: One is enough")).to_be_visible()


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (360, False)])
def test_by_card_at_the_stand_in(
    visit: Visit, world: World, shop: StripeStandIn, run_jobs: Callable[[], Any], width: int, javascript: bool
) -> None:
    page = ordered(visit, world, "By card", width=width, javascript=javascript)
    expect(page).to_have_title("Stand-in for Stripe")
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_role("heading", name="not confirmed yet")).to_be_visible()
    if javascript:
        looks_right(page)
    run_jobs()
    assert state() == "paid"
    page.reload()
    expect(page.get_by_role("heading", name="your payment has arrived")).to_be_visible()
    page.get_by_role("link", name="Add contacts to Workshop").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_by_the_trial_declined_first(
    visit: Visit, world: World, shop: StripeStandIn, run_jobs: Callable[[], Any]
) -> None:
    page = ordered(visit, world, "Trial payment")
    expect(page.get_by_role("heading", level=1)).to_have_text("Trial payment of US$1,000.00")
    looks_right(page)
    page.get_by_role("button", name="Decline the card").click()
    run_jobs()
    page.reload()
    expect(page.get_by_role("heading", name="did not go through")).to_be_visible()
    looks_right(page)
    page.get_by_role("button", name="Pay again").click()
    page.get_by_role("button", name="Pay, and tell it three times").click()
    expect(page.get_by_role("heading", name="not confirmed yet")).to_be_visible()
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_role("heading", name="your payment has arrived")).to_be_visible()
    run_jobs()
    assert state() == "paid"

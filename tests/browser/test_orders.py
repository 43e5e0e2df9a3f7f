"""An organiser buys a seat on invoice; it opens when a manager records the payment (WHO-4)."""

import re

import pytest
from playwright.sync_api import expect

from portal.db import db
from tests.browser.conftest import WAYS, announced, mail_to
from tests.people import contact

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("outbox")]


@WAYS
def test_the_bought_seat_opens_when_it_is_paid(visit, world, run_jobs, width, javascript):
    way = {"width": width, "javascript": javascript}
    contact(world.workshop, world.nobody)
    db.session.commit()
    roster = f"/events/{world.workshop.id}/contacts"
    organiser = visit(world.organiser, roster, **way)
    organiser.get_by_role("link", name=re.compile("Buy an additional contact")).first.click()
    expect(organiser.get_by_role("main")).to_contain_text("US$500.00")
    organiser.get_by_label("Your purchase order number").fill("PO-17")
    organiser.get_by_role("button", name="Order for US$500.00").click()
    expect(organiser.get_by_text("Awaiting payment").first).to_be_visible()
    reference = organiser.get_by_role("heading", level=1).inner_text()
    mail_to(run_jobs(), world.manager.email, "Ordered on invoice")

    manager = visit(world.manager, "/orders", **way)
    manager.get_by_role("link", name=reference.removeprefix("Order ")).click()
    manager.get_by_label("Payment reference").fill("Bank statement 12, line 3")
    manager.get_by_role("button", name="Mark as paid").click()
    expect(announced(manager)).not_to_be_empty()

    organiser.goto(roster)
    expect(organiser.get_by_text("1 of 2")).to_be_visible()
    organiser.get_by_role("link", name="Add contact").click()
    expect(organiser.get_by_role("button", name="Add contact")).to_be_visible()

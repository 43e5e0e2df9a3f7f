"""A quote's life: from the ticket form, which says what is not covered, to the paid order (OUT-1 to OUT-6)."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from portal.clock import now
from tests.browser.conftest import WAYS, mail_to

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("outbox")]


@WAYS
def test_from_what_is_not_covered_to_the_paid_order(visit, world, run_jobs, width, javascript):
    way = {"width": width, "javascript": javascript}
    contact = visit(world.contact, f"/events/{world.congress.id}/tickets/new?topic=on_site", **way)
    expect(contact.get_by_role("main")).to_contain_text("Support does not cover this")
    contact.get_by_label("Subject").fill("Somebody at our desk")
    contact.get_by_label("Your question").fill("Two days in May, from 7:30 to 18:00.")
    contact.get_by_role("button", name="Ask for a price quote").click()
    expect(contact.get_by_label("What you need")).to_have_value("Two days in May, from 7:30 to 18:00.")
    contact.get_by_role("button", name="Ask for a price").click()
    expect(contact.get_by_text("Asked for", exact=True).first).to_be_visible()
    here = re.sub(r"^https?://[^/]+", "", contact.url)
    mail_to(run_jobs(), world.agent.email, "A price is asked for: Somebody at our desk")

    agent = visit(world.agent, here, **way)
    agent.get_by_role("link", name="Write the quote").click()
    agent.get_by_label("What", exact=True).first.fill("A day at your venue")
    agent.get_by_label("Quantity").first.fill("2")
    agent.get_by_label("Price each, US$").first.fill("950")
    agent.get_by_label("Stands until").fill((now() + timedelta(days=20)).date().isoformat())
    agent.get_by_role("button", name="Keep the draft").click()
    expect(agent.get_by_role("main")).to_contain_text("US$1,900.00")

    manager = visit(world.manager, here, **way)
    manager.get_by_text("Send version 1", exact=True).click()
    manager.get_by_role("button", name="Yes, send version 1").click()
    mail_to(run_jobs(), world.organiser.email, "Quote Q-00001: US$1,900.00 for Somebody")

    organiser = visit(world.organiser, here, **way)
    organiser.get_by_label("Your purchase order number").fill("PO-31")
    organiser.get_by_role("button", name="Accept and order for US$1,900.00").click()
    expect(organiser.get_by_text("Awaiting payment").first).to_be_visible()
    order = re.sub(r"^https?://[^/]+", "", organiser.url)

    manager.goto(order)
    manager.get_by_label("Payment reference").fill("Bank statement 3")
    manager.get_by_role("button", name="Mark as paid").click()
    organiser.reload()
    expect(organiser.get_by_role("main")).to_contain_text(
        "Paid. What the quote offered is done by its terms."
    )
    expect(visit(world.contact, here, **way).get_by_role("main")).to_contain_text("Accepted by Organiser")

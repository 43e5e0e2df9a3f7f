"""An agent at work on a ticket: what is typed stays through notes and canned replies, and a colleague sees it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import problems
from tests.tickets.scenes import asked, replied
from tests.tickets.test_canned import kept

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("outbox")]


def look_again(page: Page) -> None:
    """Have the page ask who is writing now, as its timer does."""
    with page.expect_response(lambda answer: "/presence?" in answer.url):
        page.evaluate(
            "htmx.ajax('GET', document.getElementById('presence').getAttribute('hx-get'), "
            "{target: '#presence', swap: 'outerHTML'})"
        )


def test_what_is_typed_stays_and_a_colleague_sees_who_writes(visit, world):
    ticket = asked(world)
    address, reply = f"/tickets/{ticket.id}", kept(world)
    page = visit(world.agent, address)
    other = visit(world.manager, address)
    with page.expect_response(lambda answer: answer.url.endswith("/presence")):
        page.get_by_label("Your reply").press_sequentially("My own words.")
    look_again(other)
    expect(other.get_by_text("Agent is writing here now.")).to_be_visible()
    page.get_by_text("Write a note").click()
    page.get_by_label("Note", exact=True).fill("They are in a hurry.")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator(".thread .message-note")).to_contain_text("They are in a hurry.")
    expect(page.get_by_label("Your reply")).to_have_value("My own words.")
    page.get_by_label("Canned reply").select_option(str(reply.id))
    page.get_by_role("button", name="Insert").click()
    expect(page.get_by_label("Your reply")).not_to_have_value("My own words.")
    assert page.get_by_label("Your reply").input_value().startswith("My own words.\n\nHello Contact,")
    replied(world, ticket, "manager", "I was quicker.")
    look_again(page)
    expect(page.get_by_text("Manager wrote since you opened this page.")).to_be_visible()
    page.get_by_role("button", name="Send answer").click()
    expect(page.get_by_text("Somebody wrote while you did")).to_be_visible()
    assert page.get_by_label("Your reply").input_value().startswith("My own words.")
    assert problems(page) == []

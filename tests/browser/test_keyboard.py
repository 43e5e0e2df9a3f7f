"""Everything by keyboard, and nothing that was typed is lost or sent twice."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func

from portal.db import db
from portal.tickets.models import Ticket
from tests.browser.conftest import WAYS, announced, open_ticket, status_of

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("outbox")]


def _focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


def _tab(page: Page, times: int) -> list[str]:
    found = []
    for _ in range(times):
        page.keyboard.press("Tab")
        found.append(_focused(page))
    return found


def test_the_first_stop_skips_to_the_content(visit, world):
    page = visit(world.contact, f"/events/{world.congress.id}/tickets/new")
    assert _tab(page, 1) == ["Skip to main content"]
    expect(page.get_by_role("link", name="Skip to main content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert _focused(page) == "main"
    assert _tab(page, 4) == ["topic", "subject", "body", "files"]
    assert _tab(page, 1)[0].startswith("Rule HOW-")
    assert _tab(page, 4) == ["How this is counted", "Send to support", "Save draft", "Cancel"]


@WAYS
def test_a_refused_form_leads_to_its_errors_and_keeps_what_was_typed(visit, world, width, javascript):
    page = visit(
        world.contact, f"/events/{world.congress.id}/tickets/new", width=width, javascript=javascript
    )
    page.get_by_label("Your question").fill("Two lines\nof a question")
    assert status_of(page, page.get_by_role("button", name="Send to support").click) == 422
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert page.title().startswith("Error: ")
    expect(page.get_by_label("Your question")).to_have_value("Two lines\nof a question")
    subject = page.get_by_label("Subject")
    expect(subject).to_have_attribute("aria-invalid", "true")
    expect(subject).to_have_accessible_description("Error: Give it a subject.")
    summary.get_by_role("link", name="Give it a subject.").press("Enter")
    expect(subject).to_be_focused()


def test_the_errors_of_a_form_sent_by_htmx_are_led_to_as_well(visit, world):
    ticket = open_ticket(world)
    page = visit(world.contact, f"/tickets/{ticket}")
    page.evaluate("window.sameDocument = true")
    page.get_by_role("button", name="Send reply").press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Write your reply.")
    assert page.evaluate("window.sameDocument")


@pytest.mark.parametrize("leave", ["Escape", "Close"])
@pytest.mark.parametrize("javascript", [True, False])
def test_the_menu_of_a_narrow_page_opens_and_closes_by_keyboard(visit, world, leave, javascript):
    page = visit(world.organiser, "/events", width=360, javascript=javascript)
    menu, events = page.get_by_role("button", name="Menu"), page.get_by_role("navigation", name="Main")
    expect(events).to_be_hidden()
    menu.press("Enter")
    expect(events).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Enter" if leave == "Close" else leave)
    expect(events).to_be_hidden()
    expect(menu).to_be_focused()


@WAYS
def test_a_double_click_writes_once(visit, world, width, javascript):
    page = visit(
        world.contact, f"/events/{world.congress.id}/tickets/new", width=width, javascript=javascript
    )
    page.get_by_label("What is it about?").select_option("problem")
    page.get_by_label("Subject").fill("Sent twice")
    page.get_by_label("Your question").fill("Is it?")
    page.get_by_role("button", name="Send to support").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sent twice")
    db.session.rollback()
    assert db.session.scalar(db.select(func.count()).where(Ticket.subject == "Sent twice")) == 1


def test_a_reply_sent_by_a_double_click_stands_once_and_says_so(visit, world):
    page = visit(world.contact, f"/tickets/{open_ticket(world)}")
    page.get_by_label("Your reply").fill("It is solved.")
    page.get_by_role("button", name="Send reply").dblclick()
    expect(announced(page)).to_contain_text("Your reply was sent.")
    expect(page.get_by_role("list", name="Messages").get_by_text("It is solved.")).to_have_count(1)

"""The board of the queue keeps itself up to date without touching what is in hand, and its keys work."""

import pytest
from playwright.sync_api import Page, expect

from portal.accounts.shortcuts import set_shortcuts
from portal.tickets import service
from portal.tickets.bulk import prioritise_tickets
from tests.browser.conftest import problems
from tests.tickets.scenes import asked

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("outbox")]


def look_again(page: Page) -> None:
    """Have the board look now, as its timer does."""
    with page.expect_response(lambda answer: "/staff/tickets/board" in answer.url):
        page.evaluate("document.dispatchEvent(new Event('board:look'))")


def subjects(page: Page) -> list[str]:
    return page.locator(".board-main > a:first-child").all_inner_texts()


def test_the_board_takes_in_what_is_new_and_leaves_what_is_in_hand(visit, world):
    first, second = asked(world, subject="First").id, asked(world, subject="Second").id
    page = visit(world.agent, "/staff/tickets?view=unclaimed")
    page.get_by_label("Choose Second").check()
    page.get_by_role("link", name="First").focus()
    page.evaluate("window.held = document.activeElement")
    asked(world, subject="Third")
    prioritise_tickets(world.actor("agent"), [second], "urgent")
    look_again(page)
    expect(page.get_by_role("link", name="Third")).to_be_visible()
    expect(page.locator("#board-news")).to_have_text("1 new ticket")
    expect(page.locator(f"#ticket-{second}")).to_contain_text("Urgent")
    expect(page.get_by_label("Choose Second")).to_be_checked()
    assert page.evaluate("document.activeElement === window.held")
    expect(page.locator(".tabs a", has_text="Unclaimed").locator(".count")).to_have_text("3")
    for ticket in (first, second):
        service.claim_ticket(world.actor("manager"), ticket)
    look_again(page)
    expect(page.locator(f"#ticket-{first}")).to_contain_text("No longer in this view.")
    assert page.evaluate("document.activeElement === window.held")
    assert subjects(page) == ["First", "Second", "Third"]
    page.get_by_role("link", name="Third").focus()
    page.get_by_label("Choose Second").uncheck()
    page.get_by_role("link", name="Third").focus()
    look_again(page)
    expect(page.locator(f"#ticket-{first}")).to_have_count(0)
    assert subjects(page) == ["Third"]
    assert problems(page) == []


def test_keys_walk_choose_and_claim_but_not_while_one_types(visit, world):
    asked(world, subject="First")
    asked(world, subject="Second")
    page = visit(world.agent, "/staff/tickets?view=open")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="First")).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Second")).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_label("Choose Second")).to_be_checked()
    page.keyboard.press("k")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="First")).to_be_focused()
    tag = page.locator("#bulk").get_by_label("Tag")
    tag.focus()
    page.keyboard.type("jkxc")
    expect(tag).to_have_value("jkxc")
    page.keyboard.press("Shift+Tab")
    page.get_by_role("link", name="First").focus()
    with page.expect_navigation():
        page.keyboard.press("c")
    expect(page.get_by_text("You have this ticket now.")).to_be_visible()
    page.keyboard.press("r")
    expect(page.get_by_label("Your reply")).to_be_focused()


def test_turned_off_no_key_does_anything(visit, world):
    asked(world, subject="First")
    set_shortcuts(world.actor("agent"), on=False)
    page = visit(world.agent, "/staff/tickets?view=open")
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.get_by_role("link", name="First")).not_to_be_focused()
    expect(page.locator("dialog")).to_have_count(0)

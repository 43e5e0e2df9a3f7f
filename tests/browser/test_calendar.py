"""The staff's calendar by keyboard and by dragging: both lead where the links lead (HOW-5)."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from portal.clock import now
from tests.bookings.sessions import booking

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("outbox")]


def _next_monday(hour: int):
    """A Monday to come, at an hour of UTC."""
    today = now().replace(hour=hour, minute=0, second=0, microsecond=0)
    return today + timedelta(days=7 - today.weekday() + 7)


def test_arrow_keys_step_over_what_is_taken_and_enter_opens_the_form(visit, world):
    monday = _next_monday(12)
    booking(world.congress, world.agent, world.contact, monday)
    page = visit(world.agent, f"/staff/calendar?view=day&day={monday.date().isoformat()}")
    expect(page.locator("#calendar .taken-session")).to_have_count(1)
    free = page.locator("#calendar .calendar-free > a")
    assert [link.get_attribute("tabindex") for link in free.all()].count("0") == 1
    before = page.locator("#calendar tr", has=page.locator(".taken-session")).locator(
        "xpath=preceding-sibling::tr[1]"
    )
    before.locator(".calendar-free > a").focus()
    page.keyboard.press("ArrowDown")
    # The session lasts an hour; its time with the buffers stands in several rows, all of them stepped over.
    assert page.evaluate("document.activeElement.matches('.calendar-free > a')")
    assert page.evaluate("document.activeElement.tabIndex") == 0
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Add an entry")).to_be_visible()
    assert page.get_by_label("Day").input_value() == monday.date().isoformat()
    assert page.get_by_label("From").input_value()


def test_a_session_that_is_dragged_is_asked_about_and_not_moved(visit, world):
    monday = _next_monday(12)
    session = booking(world.congress, world.agent, world.contact, monday)
    page = visit(world.agent, f"/staff/calendar?view=day&day={monday.date().isoformat()}")
    page.locator("#calendar [data-move]").drag_to(page.locator("#calendar .calendar-free").first)
    page.wait_for_url(f"**/bookings/{session.id}/move?after=*")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Move")


def test_without_script_the_list_of_a_phone_and_the_button_do_the_same(visit, world):
    monday = _next_monday(12)
    session = booking(world.congress, world.agent, world.contact, monday)
    page = visit(world.agent, f"/staff/calendar?day={monday.date().isoformat()}", width=360, javascript=False)
    expect(page.locator(".agenda").get_by_role("link", name="Move")).to_have_attribute(
        "href", f"/bookings/{session.id}/move"
    )
    page.get_by_role("link", name="Add an entry", exact=True).click()
    expect(page.get_by_role("heading", name="Add an entry")).to_be_visible()

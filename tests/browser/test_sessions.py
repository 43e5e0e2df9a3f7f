"""Staff publish their hours, a contact books the training that comes with the event, once (COV-5, HOW-5)."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import icalendar
import pytest
import time_machine
from playwright.sync_api import Page, expect

from portal.db import db
from tests.browser.conftest import WAYS, announced, mail_to, status_of

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("outbox")]


@pytest.fixture
def monday():
    """A Monday morning in Eastern, afternoon in Vienna; nothing is on holiday that week."""
    with time_machine.travel(datetime(2026, 10, 12, 14, 0, tzinfo=UTC), tick=True):
        yield


@WAYS
def test_the_session_is_booked_once_and_goes_into_the_calendar(
    monday, visit, world, run_jobs, tmp_path, width, javascript
):
    way = {"width": width, "javascript": javascript}
    world.congress.virtual_event_package = True
    db.session.commit()
    _publish(visit(world.agent, "/staff/availability", **way))

    address = f"/events/{world.congress.id}/bookings"
    contact, colleague = visit(world.contact, address, **way), visit(world.other_contact, address, **way)
    for page in (contact, colleague):
        expect(page.locator("#presenter_training")).to_contain_text(
            "One live training session of 1 hour for presenters"
        )
        expect(page.locator("#presenter_training").get_by_role("heading", level=3)).to_contain_text(
            "Thursday 15 October 2026"
        )
    contact.locator("#presenter_training").get_by_role("button", name="16:00 10:00 EDT").click()
    colleague.locator("#presenter_training").get_by_role("button", name="17:30 11:30 EDT").click()
    for page in (contact, colleague):
        expect(page.locator("[data-hold]")).to_contain_text("Kept for you until")
        expect(page.locator("[data-left]")).to_be_visible(visible=javascript)

    contact.get_by_role("button", name="Book this session").click()
    expect(announced(contact)).to_contain_text("The session is booked.")
    entry = _calendar(contact, tmp_path)
    begins = datetime(2026, 10, 15, 14, 0, tzinfo=UTC)
    assert [begins, begins + timedelta(hours=1)] == [entry.DTSTART, entry.DTEND]
    assert mail_to(run_jobs(), world.contact.email, "Booked").get_content_type().startswith("multipart/")

    book = colleague.get_by_role("button", name="Book this session")
    assert status_of(colleague, book.click) == 422
    expect(colleague.get_by_role("main")).to_contain_text("presenters")
    expect(colleague.get_by_role("link", name="Rule COV-5").first).to_be_visible()
    contact.goto(address)
    expect(contact.locator("#presenter_training").get_by_text("Booked", exact=True)).to_be_visible()
    expect(contact.locator("#presenter_training .slot")).to_have_count(0)


def _publish(page: Page) -> None:
    page.get_by_label("Day").fill("2026-10-15")
    page.get_by_label("From").fill("15:00")
    page.get_by_label("To").fill("20:00")
    page.get_by_label("Weeks").fill("1")
    page.get_by_role("button", name="Publish").click()
    expect(announced(page)).to_contain_text("Published: 1 window.")


def _calendar(page: Page, folder: Path) -> icalendar.Event:
    with page.expect_download() as download:
        page.get_by_role("link", name="Add to calendar").click()
    download.value.save_as(folder / "session.ics")
    found = icalendar.Calendar.from_ical((folder / "session.ics").read_bytes())
    return next(iter(found.events))


def test_another_week_is_turned_to_without_leaving_the_page(monday, visit, world):
    _publish(visit(world.agent, "/staff/availability"))
    page = visit(world.contact, f"/events/{world.congress.id}/bookings")
    kind = page.locator("#contact_training")
    kind.get_by_role("link", name="By week").click()
    expect(kind).to_contain_text("Week of 12 Oct 2026")
    expect(kind).to_contain_text("UTC+2")


def test_a_time_is_counted_down_and_given_back_on_leaving(monday, visit, world):
    world.congress.virtual_event_package = True
    db.session.commit()
    _publish(visit(world.agent, "/staff/availability"))
    address = f"/events/{world.congress.id}/bookings"
    page = visit(world.contact, address)
    page.locator("#presenter_training").get_by_role("button", name="16:00 10:00 EDT").click()
    expect(page.locator("[data-left]")).to_have_text(re.compile(r"(10:00|9:5\d) left"))
    page.get_by_role("link", name="Other times").click()
    expect(page.get_by_role("heading", name="Live sessions")).to_be_visible()
    other = visit(world.other_contact, address)
    expect(other.locator("#presenter_training").get_by_role("button", name="16:00 10:00 EDT")).to_be_visible()

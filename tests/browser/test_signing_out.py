"""What is left in a browser after signing out, or when a sign-in ends while a page is open: nothing."""

import pytest
from playwright.sync_api import expect

from portal.accounts.sessions import end_all
from portal.db import db
from tests.accounts.secrets import PASSWORD, give_password
from tests.browser.conftest import WAYS, open_ticket, sign_in

pytestmark = pytest.mark.browser


@WAYS
def test_going_back_after_signing_out_shows_nothing(visit, world, width, javascript):
    page = visit(world.contact, "/events", width=width, javascript=javascript)
    page.get_by_role("link", name="Congress").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Congress")
    if width < 600:
        page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    for _ in range(2):
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        expect(page.get_by_text("Congress")).to_have_count(0)


def test_signing_out_empties_what_the_browser_kept(visit, world):
    page = visit(world.contact, "/account")
    with page.expect_console_message(lambda said: "Clear-Site-Data" in said.text) as said:
        page.get_by_role("button", name="Sign out").click()
    assert 'Cleared data types: "cache", "storage"' in said.value.text


def test_a_fragment_asked_for_after_the_sign_in_ended_leads_the_whole_page_to_sign_in(visit, world):
    give_password(world.contact)
    page = visit(world.contact, f"/events/{world.congress.id}/tickets/new")
    _end_sign_ins(world.contact)
    page.get_by_label("What is it about?").select_option("problem")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1
    sign_in(page, world.contact.email, PASSWORD)
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")


def test_a_form_sent_by_htmx_after_the_sign_in_ended_leads_the_whole_page_to_sign_in(visit, world):
    page = visit(world.contact, f"/tickets/{open_ticket(world)}")
    _end_sign_ins(world.contact)
    page.get_by_label("Your reply").fill("Too late")
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert page.locator("main").count() == 1


def _end_sign_ins(person) -> None:
    end_all(person.id)
    db.session.commit()

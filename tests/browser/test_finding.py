"""An answer is found from any page and judged, on a wide screen and on a phone without script."""

import pytest
from playwright.sync_api import expect

from portal.articles.models import Verdict
from portal.db import db
from tests.articles.shelf import article
from tests.browser.conftest import WAYS, overflow, problems
from tests.search.findings import ticket

pytestmark = pytest.mark.browser


@WAYS
def test_a_contact_finds_an_article_and_says_that_it_helped(visit, world, width, javascript):
    made = article(
        world.agent, "Print badges", "## Paper\n\n| Size | Fits |\n|---|---|\n| A6 | yes |\n\nSee HOW-2."
    )
    ticket(world.congress, world.contact, "Crooked badges", "The badge is crooked.")
    db.session.commit()
    page = visit(world.contact, "/account", width=width, javascript=javascript)
    page.get_by_role("searchbox", name="Search").fill("badge")
    page.get_by_role("searchbox", name="Search").press("Enter")
    expect(page.get_by_role("heading", name="Crooked badges")).to_be_visible()
    if javascript:
        assert problems(page) == []
    assert overflow(page) == 0
    page.get_by_role("link", name="Print badges").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Print badges")
    if javascript:
        assert problems(page) == []
    assert overflow(page) == 0
    page.get_by_label("What was missing, or good?").fill("The table.")
    page.get_by_role("button", name="Yes, it helped").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    said = db.session.scalars(db.select(Verdict)).one()
    assert (said.helped, said.words, said.reader) == (True, "The table.", f"person:{world.contact.id}")
    assert page.url.endswith(f"/articles/{made.id}-print-badges")


def test_a_single_key_leads_to_the_search(visit, world):
    page = visit(world.agent, "/staff/tickets")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()

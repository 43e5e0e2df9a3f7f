"""Anyone wishes and says what is useful; a moderator publishes; the author hears of it (WISH-1, WISH-2)."""

import pytest
from playwright.sync_api import Page, expect

from portal.clock import now
from portal.db import db
from portal.wishlist.models import Wish
from tests.browser.conftest import WAYS, announced, mail_to

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("outbox")]


@WAYS
def test_a_wish_is_added_published_and_found_useful(visit, world, run_jobs, width, javascript):
    way = {"width": width, "javascript": javascript}
    author = visit(world.organiser, "/wishes", **way)
    author.get_by_role("link", name="Add a wish").first.click()
    author.get_by_label("Your wish in one line").fill("Badges in two languages")
    author.get_by_label("What is the problem?").fill("Half of our guests cannot read them.")
    author.get_by_role("button", name="Add the wish").click()
    expect(announced(author)).to_contain_text("A moderator reads your wish next.")

    moderator = visit(world.moderator, "/staff/wishes", **way)
    moderator.get_by_role("link", name="Badges in two languages").click()
    moderator.get_by_role("button", name="Publish", exact=True).click()
    expect(announced(moderator)).not_to_be_empty()
    mail_to(run_jobs(), world.organiser.email, "Your wish is on the list")

    customer = visit(world.outside_contact, "/wishes", **way)
    customer.get_by_role("link", name="Badges in two languages").click()
    _say_useful(customer, "Badges in two languages")
    expect(customer.get_by_text("Useful to 2 of 2 customers")).to_be_visible()


def _say_useful(page: Page, title: str) -> None:
    page.get_by_role("button", name=f"Useful to us: {title}").click()
    expect(page.get_by_role("button", name=f"Useful to us: {title}", pressed=True)).to_be_visible()


def test_an_answer_changes_its_own_row_alone_and_keeps_the_keyboard_there(visit, world):
    for title in ("First wish", "Second wish"):
        db.session.add(Wish(
            title=title, problem="A problem", author_id=world.organiser.id, organisation_id=world.society.id,
            state="published", published_at=now(),
        ))  # fmt: skip
    db.session.commit()
    page = visit(world.outside_contact, "/wishes")
    page.evaluate("window.sameDocument = true")
    page.get_by_role("button", name="Useful to us: Second wish").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Useful to us: Second wish", pressed=True)).to_be_focused()
    assert page.evaluate("window.sameDocument")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Useful to us: Second wish", pressed=False)).to_be_focused()
    expect(page.get_by_role("button", name="Useful to us: First wish", pressed=False)).to_be_visible()

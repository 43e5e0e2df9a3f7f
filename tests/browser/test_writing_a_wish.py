"""While a wish is typed, what is alike appears; a picture is chosen and told in words; one's case goes along (WISH-1)."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from portal.clock import now
from portal.db import db
from portal.wishlist.models import Wish
from tests.browser.conftest import announced

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("outbox")]


def test_alike_preview_picture_and_case_on_a_phone(visit, world):
    db.session.add(
        Wish(
            title="Print badges in two languages",
            problem="They cannot read.",
            state="published",
            published_at=now(),
        )
    )
    db.session.commit()
    page = visit(world.contact, "/wishes/new", width=360)
    page.get_by_label("Your wish in one line").press_sequentially("Bilingual name tags")
    expect(page.get_by_role("link", name="Print badges in two languages")).to_be_visible()
    page.get_by_label("What is the problem?").fill("Nobody can **read** them.")
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.locator("#preview strong")).to_have_text("read")
    picture = io.BytesIO()
    Image.new("RGB", (30, 20), "teal").save(picture, "PNG")
    sent = {"name": "tag.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    page.get_by_label("Pictures", exact=True).set_input_files(sent)  # type: ignore[arg-type]
    expect(page.get_by_label("What does tag.png show?")).to_be_visible()
    page.get_by_role("button", name="Add my case to it").click()
    expect(page.get_by_label("Your case")).to_have_value("Nobody can **read** them.")
    page.get_by_role("button", name="Add my case", exact=True).click()
    expect(announced(page)).to_contain_text("counts as useful to you")

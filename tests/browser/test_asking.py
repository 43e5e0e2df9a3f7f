"""Asking support in a browser: what is known is offered while typing, files are dropped and pasted, drafts stay."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import WAYS, announced, overflow, problems
from tests.tickets.scenes import asked

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("outbox")]

GIVE = """
([way, name, type, bytes]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(bytes)], name, { type }));
  const target = document.querySelector("#body");
  const event = way === "drop"
    ? new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true })
    : new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true });
  return target.dispatchEvent(event);
}
"""


def picture() -> list[int]:
    written = io.BytesIO()
    Image.new("RGB", (60, 40), 90).save(written, "PNG")
    return list(written.getvalue())


def new(world) -> str:
    return f"/events/{world.congress.id}/tickets/new"


def give(page: Page, way: str, name: str, type_: str, content: list[int]) -> bool:
    return bool(page.evaluate(GIVE, [way, name, type_, content]))


def test_files_dropped_and_pasted_are_checked_at_once_and_sent(visit, world, run_jobs):
    page = visit(world.contact, new(world))
    expect(page.get_by_text("You can also drop files here")).to_be_visible()
    assert give(page, "drop", "list.csv", "text/csv", list(b"name,badge\nAda,1\n")) is False
    expect(page.get_by_label("list.csv")).to_be_checked()
    assert give(page, "paste", "image.png", "image/png", picture()) is False
    expect(page.get_by_label("Pasted")).to_be_checked()
    assert give(page, "drop", "logo.svg", "image/svg+xml", list(b"<svg/>")) is False
    expect(page.get_by_role("alert").filter(has_text="logo.svg: files that can run")).to_be_visible()
    expect(page.get_by_label("list.csv")).to_be_checked()
    assert problems(page) == []

    page.get_by_label("What is it about?").select_option("problem")
    page.get_by_label("Subject").fill("Labels drift")
    page.get_by_label("Your question").fill("By the tenth label.")
    page.get_by_role("button", name="Send to support").click()
    expect(announced(page)).to_contain_text("Your ticket was sent to support.")
    run_jobs()
    page.reload()
    expect(page.get_by_role("img", name="Pasted")).to_have_js_property("naturalWidth", 60)
    expect(page.get_by_role("link", name="list.csv")).to_be_visible()


def test_a_file_too_large_is_left_out_before_it_is_sent(visit, world):
    page = visit(world.contact, new(world))
    page.evaluate("document.querySelector('[data-takes-files]').dataset.mostBytes = 3")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    give(page, "drop", "list.csv", "text/csv", list(b"name"))
    expect(page.get_by_role("alert").filter(has_text="list.csv: larger than 10 MB")).to_be_visible()
    assert [address for address in sent if address.endswith("/files")] == []


@WAYS
def test_what_is_known_is_told_and_a_draft_is_there_the_next_time(visit, world, width, javascript):
    asked(world, subject="Badges print twice on the label printer")
    page = visit(world.contact, new(world), width=width, javascript=javascript)
    page.get_by_label("What is it about?").select_option("problem")
    page.get_by_label("Your question").fill("Every badge comes out twice.")
    page.get_by_label("Subject").press_sequentially("Badges print twice")
    if javascript:
        told = page.get_by_role("region", name="This may answer it already")
        expect(told).to_contain_text("Badges print twice on the label printer")
        expect(page.get_by_label("Subject")).to_be_focused()
        expect(page.get_by_text("Draft kept at")).to_be_visible()
        page.goto(new(world))
        expect(page.get_by_text("is restored")).to_be_visible()
        expect(page.get_by_label("Your question")).to_have_value("Every badge comes out twice.")
    page.get_by_label("Subject").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check what is known")
    expect(page.get_by_label("Your question")).to_have_value("Every badge comes out twice.")
    assert overflow(page) <= 0
    if javascript:
        assert problems(page) == []
    page.get_by_role("button", name="This answered my question").click()
    expect(announced(page)).to_contain_text("Good to hear; nothing was sent.")
    page.get_by_role("link", name="Go on with it").click()
    expect(page.get_by_label("Subject")).to_have_value("Badges print twice")

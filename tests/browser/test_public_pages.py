"""The pages a visitor sees hold at both widths, and without JavaScript."""

import pytest

from tests.browser.conftest import overflow, problems

pytestmark = pytest.mark.browser

PAGES = ["/sign-in", "/policies", "/guide"]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("width", [1280, 360])
def test_page_holds_at_width_and_for_everyone(visit, address, width):
    page = visit(None, address, width=width)
    assert page.locator("h1").count() == 1
    assert overflow(page) <= 0
    assert problems(page) == []

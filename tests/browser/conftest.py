"""A real Chromium on the portal, served on loopback from this process so that its clock can be set."""

import logging
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from portal.accounts.models import Person
from tests.people import World
from tests.signing_in import PortalClient

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE = Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"


# Not for the whole session: while it runs, Playwright holds this thread's event loop, which other tests need.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A Chromium; its path comes from bin/test. Without one this fails, never skips."""
    path = os.environ.get("PORTAL_TEST_CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(app: Flask) -> Iterator[str]:
    """The address of the running portal."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    logging.getLogger("werkzeug").setLevel("ERROR")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def visit(chromium: Browser, site: str, app: Flask, world: World) -> Iterator[Callable[..., Page]]:
    """Open a page as somebody: `visit(person, "/events", width=360, javascript=False)`.

    Fails the test on any message in the browser's console: a blocked script or style is one.
    """
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(
        person: Person | None, address: str, *, width: int = 1280, javascript: bool = True, status: int = 200
    ) -> Page:
        context = chromium.new_context(
            base_url=site, viewport={"width": width, "height": 900}, java_script_enabled=javascript
        )
        opened.append(context)
        if person is not None:
            context.add_cookies([{"name": "portal", "value": _cookie(app, person), "url": site}])
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if _matters(said.text) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == status
        return page

    yield open_page
    for context in opened:
        context.close()
    assert complaints == []


def _cookie(app: Flask, person: Person) -> str:
    browser = PortalClient(app, person).browser
    found = browser.get_cookie("portal")
    assert found is not None
    return found.value


def _matters(said: str) -> bool:
    # Chromium says these where a test means to provoke them.
    return "Autofocus processing was blocked" not in said and "Failed to load resource" not in said


def problems(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA on a page, a line each."""
    page.evaluate(AXE.read_text())
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate(
        "tags => axe.run({runOnly: tags}).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' | ')))",
        tags,
    )
    return list(found)


def overflow(page: Page) -> int:
    """By how many pixels a page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

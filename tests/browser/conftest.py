"""A real Chromium on the portal, served on loopback from this process so that its clock can be set."""

import logging
import os
import re
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Literal

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright
from werkzeug.serving import make_server

from portal.accounts.models import Person
from portal.clock import now
from portal.db import db
from portal.tickets.models import Ticket
from tests.people import World
from tests.signing_in import PortalClient

PATIENCE_MS = 10_000
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# Each main job is done with all that a wide screen offers, and with the least: a phone without script.
WAYS = pytest.mark.parametrize(
    ("width", "javascript"),
    [pytest.param(1280, True, id="wide"), pytest.param(360, False, id="narrow-no-script")],
)
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
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
def visit(chromium: Browser, site: str, app: Flask) -> Iterator[Callable[..., Page]]:
    """Open a page as somebody: `visit(person, "/events", width=360, javascript=False)`.

    Fails the test on any message in the browser's console: a blocked script or style is one.
    """
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(
        person: Person | None,
        address: str,
        *,
        width: int = 1280,
        javascript: bool = True,
        status: int = 200,
        scheme: Literal["light", "dark"] = "light",
    ) -> Page:
        context = chromium.new_context(
            base_url=site,
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
            color_scheme=scheme,
        )
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        if person is not None:
            context.add_cookies([{"name": "portal", "value": _cookie(app, person), "url": site}])
        page = context.new_page()
        context.on("console", lambda said: complaints.append(said.text) if _matters(said.text) else None)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
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
    # Chromium and htmx say these where a test means to provoke them.
    expected = (
        "Autofocus processing was blocked", "Failed to load resource", "Response Status Error Code", "Cleared data types",
    )  # fmt: skip
    return not any(words in said for words in expected)


def problems(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe finds on a page, a line each: against WCAG 2.2 AA and good practice, or against `rules` alone."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(
        """options => axe.run(options).then(result => result.violations.map(
            broken => broken.id + ': ' + broken.nodes.map(node => node.html).join(' | ')))""",
        {"runOnly": rules or AXE_TAGS, "resultTypes": ["violations"]}
        | ({} if rules else {"rules": {"target-size": {"enabled": True}}}),
    )
    return list(found)


def overflow(page: Page) -> int:
    """By how many pixels a page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in through the form of the page that is open."""
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def status_of(page: Page, act: Callable[[], None]) -> int:
    """Do something that leads to another page, and give that page's status."""
    with page.expect_navigation() as leaving:
        act()
    return leaving.value.status if leaving.value else 0


def open_ticket(world: World) -> int:
    """Open a ticket of the contact's at the congress, and give its key."""
    ticket = Ticket(
        event_id=world.congress.id, subject="A question", topic="problem", opened_by_id=world.contact.id,
        awaiting_since=now(), reply_due_at=now(), policy_edition=1,
    )  # fmt: skip
    db.session.add(ticket)
    db.session.commit()
    return ticket.id


def announced(page: Page) -> Locator:
    """What the page's live region says; a ticket's page has a second one, for who is writing."""
    return page.get_by_role("status").and_(page.locator("#flashes"))


def mail_to(received: list[EmailMessage], address: str, subject: str) -> EmailMessage:
    """The one mail to `address` whose subject begins so."""
    found = [mail for mail in received if parseaddr(str(mail["To"]))[1] == address]
    chosen = [mail for mail in found if mail["Subject"].startswith(subject)]
    assert len(chosen) == 1, [mail["Subject"] for mail in found]
    return chosen[0]


def text_of(mail: EmailMessage) -> str:
    """A mail as its reader without HTML sees it."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(mail: EmailMessage, path: str) -> str:
    """The first link of a mail that leads below `path`, without the host."""
    found = re.search(rf"https?://[^/\s]+({path}[^\s>)]*)", text_of(mail))
    assert found is not None, text_of(mail)
    return found[1]

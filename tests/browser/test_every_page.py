"""Every page that each role can walk to in the demo, at two widths: it holds, for everyone, and without complaint."""

import re
from collections import deque
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page
from werkzeug.routing import Rule

from portal.accounts.models import Person
from portal.accounts.permissions import PUBLIC, Role
from portal.db import db
from portal.demo.cast import ACCOUNTS, Account
from portal.demo.load import load
from tests.browser.conftest import overflow, problems
from tests.conftest import _empty_all

pytestmark = pytest.mark.browser

WIDTHS = (1280, 360)
# A page that says why not, and leads on: to organisers who are no contacts (WHO-1).
REFUSED = {(Role.ORGANISER, "tickets.new")}
# What can go wrong by the layout alone; the rest has been asked at the other width.
NARROW = ["target-size", "color-contrast", "scrollable-region-focusable", "link-in-text-block"]
# Files, and what leads to other sites.
FILE = re.compile(r"^/static|^/attachments|^/materials|\.\w+$")


@pytest.fixture(scope="module")
def demo(app: Flask) -> Iterator[None]:
    """The demo's data, where every state of everything is."""
    with app.app_context():
        load()
        yield
        db.session.remove()
        _empty_all()


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.role.value)
def test_every_page_in_reach_holds(demo, app, visit, account):
    page = visit(_person(account), "/account")
    wrong, seen, waiting = [], set(), deque(["/", "/account"])
    while waiting:
        address = waiting.popleft()
        rule = _rule(app, address)
        if rule.endpoint in seen or FILE.search(rule.rule) or _is_public(app, rule):
            continue
        seen.add(rule.endpoint)
        status = 403 if (account.role, rule.endpoint) in REFUSED else 200
        wrong += [f"{address}: {complaint}" for complaint in _complaints(page, address, status)]
        waiting += page.eval_on_selector_all(
            "a[href^='/']", "links => links.map(link => link.getAttribute('href'))"
        )
    assert not wrong, "\n".join(wrong)
    assert len(seen) > 5


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize(
    ("role", "address"),
    [("agent", "/staff/tickets"), ("organiser", "/events"), ("contact", "/events"), ("manager", "/staff")],
)
def test_both_colour_schemes_can_be_read(demo, visit, role, address, scheme):
    page = visit(_person(next(each for each in ACCOUNTS if each.role == role)), address, scheme=scheme)
    assert problems(page) == []


@pytest.mark.parametrize(
    "address", ["/sign-in", "/policies", "/guide", "/guide/organisers", "/password-reset"]
)
def test_every_page_of_a_visitor_holds(visit, address):
    page = visit(None, "/sign-in")
    assert _complaints(page, address) == []


@pytest.mark.parametrize(
    ("address", "status"), [("/no-such-page", 404), ("/staff", 403), ("/events/999999", 404)]
)
def test_error_pages_hold(demo, visit, address, status):
    page = visit(_person(ACCOUNTS[0]), "/account")
    assert _complaints(page, address, status) == []


def _complaints(page: Page, address: str, status: int = 200) -> list[str]:
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    answer = page.goto(address)
    assert answer is not None
    found = [] if answer.status == status else [f"answers {answer.status}"]
    found += [] if page.locator("h1").count() == 1 else ["not one h1"]
    found += (
        [] if re.fullmatch(r".+ - Conference Tracker Support", page.title()) else [f"title {page.title()!r}"]
    )
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{width} wide: {problem}" for problem in problems(page, NARROW if width < 600 else None)]
        found += [f"{width} wide: {overflow(page)} px too wide"] if overflow(page) > 0 else []
    return found


def _rule(app: Flask, address: str) -> Rule:
    return app.url_map.bind("localhost").match(urlsplit(address).path, method="GET", return_rule=True)[0]


def _is_public(app: Flask, rule: Rule) -> bool:
    """Whether visitors see the page too: those are looked at once, below."""
    return app.view_functions[rule.endpoint].permission == PUBLIC and rule.rule != "/"


def _person(account: Account) -> Person:
    return db.session.scalars(db.select(Person).where(Person.email == account.email)).one()

"""`bin/demo --check`: signs in as each role through the form, as a browser does, and reads one of its pages."""

from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import click

from portal.demo.cast import PASSWORD

PAGES = {
    "organiser": "/events",
    "contact": "/events",
    "agent": "/staff",
    "moderator": "/wishes",
    "manager": "/orders",
    "admin": "/staff",
    "outsider": "/events",
}
PATIENCE_SECONDS = 20


class Form(HTMLParser):
    """The fields of a page's forms: their names, values and types; and whether one of them signs out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self.signs_out = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an input, or the form that signs out."""
        found = {name: value or "" for name, value in attrs}
        if tag == "form" and found.get("action") == "/sign-out":
            self.signs_out = True
        if tag == "input" and found.get("name"):
            self.values[found["name"]] = found.get("value", "")
            self.types[found.get("type", "text")] = found["name"]


class VisitError(Exception):
    """A role could not get to its page."""


def visit_all(portal_url: str) -> bool:
    """Visit as each role and say how it went, a line each; return whether all went well."""
    outcomes = [_told(portal_url, role, page) for role, page in PAGES.items()]
    return all(outcomes)


def _told(portal_url: str, role: str, page: str) -> bool:
    try:
        visit(portal_url, f"{role}@demo.example", page)
    except (VisitError, HTTPError, URLError, OSError) as error:
        click.echo(f"  {role:9} {page:8} failed: {error}")
        return False
    click.echo(f"  {role:9} {page:8} ok")
    return True


def visit(portal_url: str, email: str, page: str) -> None:
    """Sign in with the form at /sign-in and read `page`. Raises VisitError, or urllib's errors."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    form = Form(_read(browser, f"{portal_url}/sign-in")[1])
    if not {"email", "password"} <= form.types.keys():
        raise VisitError("the sign-in page has no form for an address and a password")
    form.values |= {form.types["email"]: email, form.types["password"]: PASSWORD}
    landed, _ = _read(browser, f"{portal_url}/sign-in", urlencode(form.values).encode())
    if landed.endswith("/sign-in"):
        raise VisitError("the portal did not take the password")
    reached, text = _read(browser, portal_url + page)
    if reached != portal_url + page or not Form(text).signs_out:
        raise VisitError(f"was led to {reached}, not signed in")


def _read(browser: OpenerDirector, url: str, sent: bytes | None = None) -> tuple[str, str]:
    with browser.open(url, sent, PATIENCE_SECONDS) as answer:
        return answer.url, answer.read().decode()

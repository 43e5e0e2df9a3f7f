"""The main pages of each role, in the demo's data."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from flask import Flask
from sqlalchemy import event

from bench.browser import Browser
from portal.db import db
from portal.demo import PASSWORD

ROLES = ("organiser", "contact", "agent", "moderator", "manager", "admin")

PAGES = {
    "": ("/livez", "/sign-in", "/policies"),
    "organiser": (
        "/events", "/events/{event}", "/events/{event}/contacts", "/events/{event}/tickets", "/tickets/{ticket}",
        "/events/{event}/bookings", "/orders", "/wishes",
    ),
    "contact": ("/events", "/events/{event}/tickets/new", "/tickets/{ticket}", "/events/{event}/bookings"),
    "agent": (
        "/staff", "/staff/tickets", "/staff/tickets?view=closed", "/events", "/events/{event}",
        "/tickets/{ticket}", "/staff/availability",
    ),
    "moderator": ("/staff/wishes",),
    "manager": ("/staff", "/staff/removals", "/orders", "/staff/audit"),
    "admin": ("/staff/people", "/staff/audit"),
}  # fmt: skip

# The event of the demo's contact that has most tickets, and its newest ticket.
BUSIEST = """
    SELECT event_id, max(id) FROM ticket WHERE event_id IN (
        SELECT event_id FROM role_grant JOIN person ON person.id = person_id
        WHERE email = 'contact@demo.example' AND event_id IS NOT NULL
    ) GROUP BY event_id ORDER BY count(*) DESC LIMIT 1
"""


def addresses(database_url: str) -> list[tuple[str, str]]:
    """Role and address of each page."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(BUSIEST).fetchone()
    if row is None:
        raise SystemExit("The demo's contact has no tickets.")
    keys = {"event": row[0], "ticket": row[1]}
    return [(role, address.format(**keys)) for role, pages in PAGES.items() for address in pages]


def cookies(port: int) -> dict[str, str]:
    """The Cookie header of each role, signed in; an empty one for who is not."""
    browsers = {role: Browser(port) for role in ROLES}
    for role, browser in browsers.items():
        browser.sign_in(f"{role}@demo.example", PASSWORD)
    return {"": ""} | {role: browser.cookie for role, browser in browsers.items()}


def queries_and_size(app: Flask, address: str, cookie: str) -> tuple[int, int]:
    """How often a page asks the database, and its bytes."""
    browser = app.test_client()
    name, _, value = cookie.partition("=")
    if cookie:
        browser.set_cookie(name, value)
    with app.app_context(), _counting() as asked:
        answer = browser.get(address)
        return len(asked), len(answer.data)


@contextmanager
def _counting() -> Iterator[list[str]]:
    asked: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", count)

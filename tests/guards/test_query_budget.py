"""No page asks the database more than it should, however much there is to show.

Asked with the demo's data, where lists are full: a query per row shows here, not in a small world.
"""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from portal.accounts.models import Person
from portal.db import db
from portal.demo.load import load
from tests.signing_in import PortalClient

ROLES = ("organiser", "contact", "agent", "moderator", "manager", "admin", "outsider")
TABLES = {
    "audience_id": "booking", "member_id": "audience_member", "material_id": "session_material",
    "import_id": "contact_import", "event_id": "event", "mail_id": "inbound_mail", "contact_id": "contact", "removal_id": "removal", "ticket_id": "ticket", "order_id": "\"order\"",
    "quote_id": "quote", "notice_id": "usage_notice", "payment_id": "payment", "wish_id": "wish", "round_id": "planning_round", "comment_id": "wish_comment", "booking_id": "booking", "availability_id": "availability", "person_id": "person",
    "host_id": "(SELECT host_id AS id FROM host_profile) AS hosts", "hours_id": "host_hours", "day_id": "host_day", "busy_calendar_id": "busy_calendar",
    "filter_id": "saved_filter", "exception_id": "duty_exception", "absence_id": "absence",
    "organisation_id": "organisation", "question_id": "question", "answer_id": "published_answer", "attachment_id": "attachment", "article_id": "article", "category_id": "article_category", "session_id": "session", "document_id": "document",
    "entry_id": "commitment WHERE kind = 'entry'", "window_id": "after_hours_window", "taker_id": "after_hours_ready", "image_id": "wish_image", "reply_id": "canned_reply", "draft_id": "policy_draft", "hold_id": "slot_hold", "waiting_id": "waiting",
}  # fmt: skip
PLAIN = {"number": "1", "name": "organisers", "token": "no-such-token", "part": "contacts", "by": "events"}
EACH = 4


@pytest.fixture(scope="module")
def demo(app: Flask) -> Iterator[dict[str, list[int]]]:
    """The demo's data, and for each kind of thing a few keys spread over the table."""
    from tests.conftest import _empty_all

    with app.app_context():
        load()
        yield {parameter: _spread(table) for parameter, table in TABLES.items()}
        db.session.remove()
        _empty_all()


def _spread(table: str) -> list[int]:
    keys = list(db.session.scalars(text(f"SELECT id FROM {table} ORDER BY id")))
    return keys[:: max(1, len(keys) // EACH)][:EACH]


def _addresses(app: Flask, keys: dict[str, list[int]]) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in ("static", "operations.show_metrics"):
            continue
        for turn in range(EACH if rule.arguments & keys.keys() else 1):
            chosen = {name: str(found[turn % len(found)]) for name, found in keys.items() if found}
            yield re.sub(
                r"<(?:\w+:)?(\w+)>", lambda match, known=PLAIN | chosen: known.get(match[1], "1"), rule.rule
            )


@pytest.mark.parametrize("role", ROLES)
def test_no_page_goes_over_its_budget(app: Flask, demo: dict[str, list[int]], role: str) -> None:
    person = db.session.scalars(db.select(Person).where(Person.email == f"{role}@demo.example")).one()
    browser = PortalClient(app, person)
    seen = [browser.get(address).status_code for address in _addresses(app, demo)]
    assert seen.count(200) > 10
    assert not [status for status in seen if status >= 500]

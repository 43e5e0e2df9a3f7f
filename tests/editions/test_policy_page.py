"""The public policy page is the policy's own functions, read aloud (POL-1)."""

from dataclasses import replace
from datetime import UTC, datetime

import time_machine

from portal.db import db
from portal.editions.models import PolicyEdition
from portal.policy.edition import FIRST_EDITION, to_json
from portal.policy.rules import RULES


def publish(edition):
    row = PolicyEdition(
        number=edition.number,
        in_force_from=edition.in_force_from,
        summary=edition.summary,
        parameters=to_json(edition),
    )
    db.session.add(row)
    db.session.commit()


def second(**changes):
    rules = replace(FIRST_EDITION.prices, **changes)
    moment = datetime(2026, 6, 1, tzinfo=UTC)
    return replace(FIRST_EDITION, number=2, in_force_from=moment, summary="Dearer seats.", prices=rules)


def test_every_rule_stands_on_the_page_under_its_id(client):
    page = client.get("/policies")
    assert page.status_code == 200
    for rule in RULES.values():
        assert f'id="{rule.id}"' in page.text
        assert rule.title in page.text or rule.title.replace("'", "&#39;") in page.text


@time_machine.travel("2026-11-24T12:00:00Z", tick=False)
def test_tables_show_limits_holidays_and_prices(client):
    page = client.get("/policies").text
    assert "601-1,000 attendees" in page
    assert "Thanksgiving Day" in page
    assert "26 Nov 2026" in page
    assert "Memorial Day" in page
    assert "25 May 2026" not in page
    assert "US$500" in page


@time_machine.travel("2026-11-24T12:00:00Z", tick=False)
def test_a_new_edition_is_shown_with_what_changed_and_the_old_one_stays(client):
    publish(second(extra_contact_cents=60_000))
    page = client.get("/policies").text
    assert "costs US$600" in page
    assert "Price of an additional contact: US$500 became US$600." in page
    old = client.get("/policies/1").text
    assert "costs US$500" in old
    assert "Not in force" in old


@time_machine.travel("2026-05-31T12:00:00Z", tick=False)
def test_an_edition_to_come_is_not_in_force_yet(client):
    publish(second(extra_contact_cents=60_000))
    assert "costs US$500" in client.get("/policies").text
    assert "costs US$600" in client.get("/policies/2").text


def test_an_unknown_edition_is_not_found(client):
    assert client.get("/policies/99").status_code == 404

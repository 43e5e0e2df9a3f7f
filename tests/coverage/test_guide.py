"""The coverage guide: the same rules as everywhere, in three questions (WHO-1, WHO-2, COV, OUT, AFT-1)."""

from datetime import timedelta
from itertools import product

import pytest

from portal.clock import now
from portal.db import db
from portal.policy.coverage import Topic, coverage
from portal.policy.decision import WayOn
from portal.policy.guide import FOR_OTHERS, Asker, When, is_covered
from portal.tickets.asked_outside import asked_outside
from portal.tickets.models import Ticket
from tests.tickets.scenes import asked


@pytest.mark.parametrize(("asker", "topic", "when"), list(product(Asker, Topic, When)))
def test_it_is_covered_exactly_for_contacts_in_business_hours_on_covered_topics(asker, topic, when):
    verdict = is_covered(asker, topic, when)
    right_person = asker is Asker.CONTACT or (asker is Asker.OTHERS and topic in FOR_OTHERS)
    assert verdict.covered == (right_person and coverage(topic).covered and when is When.ANY_TIME)
    assert verdict.decisions[0].allowed == verdict.covered
    assert coverage(topic).rule in {decision.rule for decision in verdict.decisions}


@pytest.mark.parametrize(
    ("asker", "topic", "when", "rule"),
    [
        (Asker.ATTENDEE, Topic.HOW_TO, When.ANY_TIME, "WHO-2"),
        (Asker.ORGANISER, Topic.HOW_TO, When.ANY_TIME, "WHO-1"),
        (Asker.OTHERS, Topic.HOW_TO, When.ANY_TIME, "OUT-5"),
        (Asker.CONTACT, Topic.ON_SITE, When.ANY_TIME, "OUT-6"),
        (Asker.CONTACT, Topic.HOW_TO, When.OUTSIDE, "AFT-1"),
    ],
)
def test_the_first_reason_says_why_not(asker, topic, when, rule):
    assert is_covered(asker, topic, when).decisions[0].rule == rule


def test_every_refusal_has_a_way_on():
    for asker, topic, when in product(Asker, Topic, When):
        verdict = is_covered(asker, topic, when)
        ways = [way for decision in verdict.decisions for way in decision.ways_on]
        assert verdict.covered or ways


def test_anybody_can_ask_without_signing_in(client):
    page = client.get("/coverage?who=contact&topic=third_party&when=any_time")
    assert page.status_code == 200
    assert "Support does not cover this as it is" in page.text
    assert "Rule OUT-2" in page.text
    assert WayOn.REQUEST_QUOTE.value not in page.text
    assert "Support covers this" in client.get("/coverage?who=contact&topic=how_to&when=any_time").text


@pytest.mark.parametrize(
    "address",
    ["/coverage", "/coverage?who=x&topic=<b>&when=", "/coverage?who=contact", "/coverage?topic=%00"],
)
def test_what_is_not_answered_is_asked_for_again(client, address):
    page = client.get(address)
    assert page.status_code == 200
    assert "panel-good" not in page.text
    assert "panel-warn" not in page.text


def test_the_fragment_is_the_answer_alone(client):
    answer = client.fragment("get", "/coverage?who=contact&topic=how_to&when=any_time").text
    assert 'id="verdict"' in answer
    assert "<html" not in answer


def test_staff_see_what_is_asked_for_and_not_covered(client, world, outbox):
    for subject in ("One", "Two"):
        asked(world, topic="on_site", subject=subject)
    asked(world, topic="how_to")
    old = asked(world, topic="audio_video")
    old.opened_at = now() - timedelta(days=91)
    db.session.merge(old)
    db.session.commit()
    first = asked_outside(world.actor("agent"), now() - timedelta(days=90))
    assert [(row.rule, row.tickets, row.by_customer) for row in first][:2] == [
        ("OUT-6", 2, [("Society of Tests", 2)]), ("OUT-1", 0, []),
    ]  # fmt: skip
    assert "Society of Tests (2)" in client.as_(world.agent).get("/staff/coverage").text
    assert client.as_(world.contact).get("/staff/coverage").status_code == 403
    assert db.session.get(Ticket, old.id)

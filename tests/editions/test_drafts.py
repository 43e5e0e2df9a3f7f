"""A draft of the policy's next edition: one form for each part, made from the parameters' descriptions (POL-1)."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.db import db
from portal.editions import drafting, drafts
from portal.editions.forms_part import part_form
from portal.editions.models import PolicyDraft
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.policy.edition import FIRST_EDITION, PARTS, parts_of, to_json
from tests.editions.typing import typed

TODAY = "2026-11-24T15:00:00Z"

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def draft(world):
    begun = drafting.begin_draft(world.actor("manager"), form_key="1")
    db.session.expunge(begun)
    return begun


@pytest.fixture
def manager(client, world):
    return client.as_(world.manager)


def at(draft, part="contacts"):
    return f"/policies/drafts/{draft.id}/parts/{part}"


def save(browser, draft, part, **changes):
    address = at(draft, part)
    return browser.post(address, typed(browser.get(address).text) | changes, form_at=address)


def parameters(draft):
    db.session.rollback()
    return db.session.get_one(PolicyDraft, draft.id, populate_existing=True).parameters


def audited(action):
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def test_it_begins_with_the_newest_edition_and_twice_sent_is_one(world):
    first = drafting.begin_draft(world.actor("manager"), form_key="x")
    again = drafting.begin_draft(world.actor("manager"), form_key="x")
    assert first.id == again.id
    assert first.parameters == parts_of(FIRST_EDITION)
    assert [entry.after for entry in audited("policy_draft.begun")] == [{"based_on": 1}]


@pytest.mark.parametrize("part", PARTS)
def test_each_part_has_its_page_and_kept_as_it_is_changes_nothing(manager, draft, part):
    answer = save(manager, draft, part)
    assert answer.status_code == 303, answer.text
    assert parameters(draft) == parts_of(FIRST_EDITION)
    assert not audited("policy_draft.changed")


def test_every_parameter_of_every_part_is_on_its_page(manager, draft):
    """A parameter that is added to the policy appears by itself: nothing names it but its description."""
    stored = to_json(FIRST_EDITION)
    for part in PARTS:
        page = manager.get(at(draft, part)).text
        for name, value in stored[part].items():
            assert re.search(rf'(name|id)="{name}\b', page), f"{part}.{name}"
            if value and isinstance(value[0] if isinstance(value, list) else value, dict):
                assert all(f'name="{name}-0-{inner}"' in page for inner in value[0] if inner not in ("kind", "channel", "when"))  # fmt: skip


@pytest.mark.parametrize(
    ("part", "changes", "sentence"),
    [
        ("contacts", {"bands-0-basic": "2"}, "Technical Contacts with a Basic licence (events of up to 300 attendees): 1 became 2."),
        ("contacts", {"removal_business_days": "3"}, "Longest time to decide on a removal: 2 business days became 3 business days."),
        ("hours", {"closes": "18:30"}, "Support closes at: 17:00 became 18:30."),
        ("hours", {"weekdays": ["0", "1", "2", "3"]}, "No longer: Business day: Friday."),
        ("hours", {"holidays": []}, "No longer: Holiday: Juneteenth."),
        ("hours", {"added-0-day": "2026-12-24", "added-0-name": "Christmas Eve"}, "New: Extra day closed (Thursday 24 December 2026): Christmas Eve."),
        ("hours", {"removed": "2026-12-25\n\n2027-01-01"}, "New: Open although a holiday: Friday 25 December 2026."),
        ("tickets", {"warning_percent": "80"}, "The team is warned once this share of a time allowed is used: 75% became 80%."),
        ("training", {"sessions-4-length_minutes": "45"}, "Length (live assistance): 30 minutes became 45 minutes."),
        ("fair_use", {"least_peers": "2"}, "Customers needed to compare with: 10 customers became 2 customers."),
        ("prices", {"extra_contact_cents": "612.50"}, "Price of an additional contact: US$500 became US$612.50."),
        ("prices", {"after_hours-8-cents_per_hour": "1,250"}, "Price of an hour outside business hours (by live remote session, holiday): US$240 became US$1,250."),
    ],
)  # fmt: skip
def test_a_parameter_is_changed_on_its_page(manager, draft, part, changes, sentence):
    answer = save(manager, draft, part, **changes)
    assert answer.status_code == 303, answer.text
    assert sentence in manager.get(f"/policies/drafts/{draft.id}").text.replace("&#39;", "'")
    assert parameters(draft)[part] != parts_of(FIRST_EDITION)[part]
    [entry] = audited("policy_draft.changed")
    assert sentence in entry.after["changes"]


def test_a_band_between_others_takes_its_place_by_its_size(manager, draft):
    changes = {"bands-5-up_to": "5,000", "bands-5-basic": "5", "bands-5-premium": "6"}
    assert save(manager, draft, "contacts", **changes).status_code == 303
    ends = [band["up_to"] for band in parameters(draft)["contacts"]["bands"]]
    assert ends == [300, 600, 1_000, 2_000, 5_000, None]


def test_a_row_that_is_cleared_goes(manager, draft):
    blank = dict.fromkeys(("bands-1-up_to", "bands-1-basic", "bands-1-premium"), "")
    assert save(manager, draft, "contacts", **blank).status_code == 303
    assert [band["up_to"] for band in parameters(draft)["contacts"]["bands"]] == [300, 1_000, 2_000, None]


@pytest.mark.parametrize(
    ("part", "changes", "messages"),
    [
        ("contacts", {"bands-0-basic": "many", "bands-1-basic": "0"}, ["Enter a whole number", "Must be from 1 to 1,000."]),
        ("contacts", {"bands-4-up_to": "9000"}, ["The last band must have no upper end"]),
        ("contacts", {"bands-3-basic": "9"}, ["A Premium licence must not allow fewer", "A larger event must not be allowed fewer"]),
        ("contacts", {"bands-0-basic": "9" * 5_000}, ["Enter a whole number"]),
        ("contacts", {"bands-5-basic": "7"}, ["Enter a whole number"]),
        ("hours", {"opens": "19:00"}, ["Must be 03:00 or later, and before closing."]),
        ("hours", {"opens": "eight", "reply_business_days": "99"}, ["Enter a time of day", "Must be from 1 to 30 business days."]),
        ("hours", {"weekdays": []}, ["Must name at least one day"]),
        ("hours", {"weekdays": ["9"]}, ["not a valid choice"]),
        ("hours", {"weekdays": ["x"]}, ["nvalid"]),
        ("hours", {"added-0-day": "2026-12-24"}, ["Must not be empty."]),
        ("hours", {"added-0-day": "soon", "added-0-name": "Soon"}, ["Enter a date"]),
        ("hours", {"removed": "2026-12-25\nthen"}, ["Line 2: Enter a date"]),
        ("hours", {"removed": "2026-12-25\n2026-12-25"}, ["Must not name the same thing twice."]),
        ("training", {"sessions-0-least_notice_minutes": "1440", "sessions-0-horizon_days": "1"}, ["The shortest notice must be within the horizon."]),
        ("training", {"sessions-9-length_minutes": "60"}, ["There is a problem"]),
        ("prices", {"currency": "dollars"}, ["Must be at most 3 characters."]),
        ("prices", {"extra_contact_cents": "1.005"}, ["at most two decimals"]),
        ("prices", {"extra_contact_cents": "NaN"}, ["at most two decimals"]),
        ("prices", {"extra_contact_cents": "-1"}, ["Must be from 0.00 to 1,000,000.00"]),
        ("prices", {"extra_contact_cents": ""}, ["at most two decimals"]),
    ],
)  # fmt: skip
def test_every_problem_is_told_and_everything_typed_is_kept(manager, draft, part, changes, messages):
    answer = save(manager, draft, part, **changes)
    assert answer.status_code == 422
    for message in messages:
        assert message in answer.text
    kept = typed(answer.text)
    for name, value in changes.items():
        if name != "weekdays":
            assert kept.get(name, "").split() == value.split() or "9-length" in name
    assert parameters(draft) == parts_of(FIRST_EDITION)


def test_a_bound_is_told_in_money(manager, draft):
    page = manager.get(at(draft, "prices")).text
    assert "From 0.00 to 1,000,000.00" in page


def test_two_people_change_different_parts_of_one_draft(client, world, manager, draft):
    other = client.as_(world.second_manager)
    mine, theirs = at(draft, "prices"), at(draft, "contacts")
    fields = typed(manager.get(mine).text) | {"extra_contact_cents": "600"}
    assert save(other, draft, "contacts", removal_business_days="3").status_code == 303
    assert manager.post(mine, fields, form_at=mine).status_code == 303
    assert parameters(draft)["contacts"]["removal_business_days"] == 3
    assert parameters(draft)["prices"]["extra_contact_cents"] == 60_000
    assert theirs in manager.get(f"/policies/drafts/{draft.id}").text


def test_who_is_overtaken_on_one_part_sees_what_was_kept_and_keeps_what_they_typed(
    client, world, manager, draft
):
    address = at(draft, "prices")
    fields = typed(manager.get(address).text) | {"extra_contact_cents": "600.00"}
    save(client.as_(world.second_manager), draft, "prices", extra_contact_cents="700.00")
    answer = manager.post(address, fields, form_at=address)
    assert answer.status_code == 409
    assert "Second Manager kept these parameters" in answer.text
    assert "US$500 became US$700" in answer.text
    assert typed(answer.text)["extra_contact_cents"] == "600.00"
    assert parameters(draft)["prices"]["extra_contact_cents"] == 70_000
    assert manager.post(address, typed(answer.text), form_at=address).status_code == 303
    assert parameters(draft)["prices"]["extra_contact_cents"] == 60_000


def test_its_time_is_typed_in_eastern_and_shown_in_both_zones(manager, draft):
    address = f"/policies/drafts/{draft.id}/heading"
    sent = typed(manager.get(address).text) | {
        "summary": "Dearer.",
        "when": "later",
        "day": "2027-07-01",
        "at": "09:30",
    }
    assert manager.post(address, sent, form_at=address).status_code == 303
    page = manager.get(f"/policies/drafts/{draft.id}").text
    assert "Thu 1 Jul 2027, 15:30 CEST" in page
    assert "Thu 1 Jul 2027, 09:30 EDT" in page
    db.session.rollback()
    row = db.session.get_one(PolicyDraft, draft.id, populate_existing=True)
    assert (row.summary, row.in_force_from) == ("Dearer.", datetime(2027, 7, 1, 13, 30, tzinfo=UTC))
    assert typed(manager.get(address).text)["at"] == "09:30"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"summary": " "}, "Say in a sentence"),
        ({"summary": "x" * 2_001}, "at most 2,000"),
        ({"when": "never"}, "Not a valid choice"),
        ({"when": "later"}, "Choose the day from which it holds."),
        ({"when": "later", "day": "2026-11-24", "at": "09:00"}, "Choose a day and time to come"),
        ({"when": "later", "day": "0001-01-01"}, "within the years"),
        ({"when": "later", "day": "9999-12-31"}, "within the years"),
        ({"when": "later", "day": "soon"}, "Not a valid date"),
        ({"when": "later", "day": "2027-03-14", "at": "02:30"}, "The clocks go forward over this time"),
    ],
)
def test_a_heading_that_cannot_be_taken_is_told_and_kept(manager, draft, changes, message):
    address = f"/policies/drafts/{draft.id}/heading"
    sent = typed(manager.get(address).text) | {"summary": "Kept as typed."} | changes
    answer = manager.post(address, sent, form_at=address)
    assert answer.status_code == 422
    assert message in answer.text
    assert changes.get("summary", "Kept as typed.").strip() in answer.text


def test_a_heading_overtaken_is_told_and_kept(client, world, manager, draft):
    address = f"/policies/drafts/{draft.id}/heading"
    mine = typed(manager.get(address).text) | {"summary": "Mine."}
    other = client.as_(world.second_manager)
    other.post(address, typed(other.get(address).text) | {"summary": "Theirs."}, form_at=address)
    answer = manager.post(address, mine, form_at=address)
    assert answer.status_code == 409
    assert "Theirs." in answer.text
    assert typed(answer.text)["summary"] == "Mine."
    assert manager.post(address, typed(answer.text), form_at=address).status_code == 303


def test_a_discarded_draft_takes_nothing_more(client, world, manager, draft):
    address = f"/policies/drafts/{draft.id}"
    assert manager.post(f"{address}/closure", form_at=address).status_code == 303
    assert "Discarded" in manager.get(address).text
    assert manager.post(f"{address}/closure").status_code == 409
    actor = world.actor("manager")
    seen = drafts.mark(draft.parameters["prices"])
    for write in (
        lambda: drafting.save_part(actor, draft.id, "prices", draft.parameters["prices"], seen=seen),
        lambda: drafting.carry_over(actor, draft.id),
        lambda: drafting.discard_draft(actor, draft.id),
    ):
        with pytest.raises(Conflict, match="discarded meanwhile"):
            write()
    fields = typed(manager.get(at(draft, "prices")).text)
    assert manager.post(at(draft, "prices"), fields).status_code == 409
    assert "Nobody is writing a draft" in manager.get("/policies/drafts").text


@pytest.mark.parametrize("who", ["agent", "moderator", "admin", "organiser", "contact"])
def test_only_managers_know_of_drafts(client, world, draft, who):
    browser, actor = client.as_(getattr(world, who)), world.actor(who)
    assert browser.get("/policies/drafts").status_code == 403
    assert browser.get(f"/policies/drafts/{draft.id}").status_code == 404
    assert "Change the policy" not in browser.get("/policies").text
    with pytest.raises(Forbidden):
        drafting.begin_draft(actor, form_key="2")
    with pytest.raises(Forbidden):
        drafting.discard_draft(actor, draft.id)


def test_unknown_parts_and_drafts_are_not_found(manager, world, draft):
    assert manager.get(at(draft, "number")).status_code == 404
    assert manager.get("/policies/drafts/999").status_code == 404
    with pytest.raises(NotFound):
        drafting.discard_draft(world.actor("manager"), 999)


def test_the_price_list_leads_into_a_draft_of_prices(manager):
    fields = typed(manager.get("/staff/prices").text)
    answer = manager.post("/policies/drafts", fields, form_at="/staff/prices")
    assert answer.headers["Location"].endswith("/parts/prices")
    assert "Draft without a summary yet" in manager.get("/staff/prices").text


def test_a_time_before_the_newest_edition_is_refused(world, draft):
    with pytest.raises(Invalid, match="after the newest edition"):
        drafting.check_begin(datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    with pytest.raises(Invalid, match="withdraw that one first"):
        drafting.check_begin(None, datetime(2027, 1, 1, tzinfo=UTC))


def test_forms_are_made_once_for_each_part():
    assert part_form("prices") is part_form("prices")

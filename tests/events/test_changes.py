"""Creating and changing events: what staff may enter, and what follows from it."""

import re
import uuid
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.events.details import EventDetails
from portal.events.models import Event
from portal.events.service import change_event, create_event
from portal.policy.contacts import Licence
from portal.roster.models import Seat
from tests.people import contact, person

DETAILS = EventDetails(
    name="Spring School", starts_on=date(2027, 3, 1), ends_on=date(2027, 3, 3), place="Lisbon", in_person=True,
    time_zone="Europe/Lisbon", attendees=450, licence=Licence.BASIC, virtual_event_package=False,
    exhibitor_package=True, records_attendance=True, account_opened_on=date(2026, 11, 1),
)  # fmt: skip

FORM = {
    "name": "Spring School", "starts_on": "2027-03-01", "ends_on": "2027-03-03", "held": "yes", "place": "Lisbon",
    "time_zone": "Europe/Lisbon", "attendees": "1,450", "licence": "basic", "exhibitor_package": "y",
    "account_opened_on": "2026-11-01",
}  # fmt: skip


def seats(event):
    rows = db.session.execute(select(Seat.number, Seat.closing).where(Seat.event_id == event.id))
    return sorted(tuple(row) for row in rows)


def saved(event):
    return db.session.get(Event, event.id, populate_existing=True)


def audit(action):
    return list(
        db.session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id))
    )


def key():
    return str(uuid.uuid4())


def details_of(event, **changes):
    own = {name: getattr(event, name) for name in EventDetails.__dataclass_fields__}
    return EventDetails(**{**own, "licence": Licence(event.licence), **changes})


def test_staff_create_an_event_with_its_seats(client, world):
    answer = client.as_(world.agent).post("/events/new", FORM | {"organisation_id": str(world.library.id)})
    made = db.session.scalars(select(Event).where(Event.name == "Spring School")).one()
    assert answer.headers["Location"] == f"/events/{made.id}"
    assert (made.organisation_id, made.attendees, made.licence) == (world.library.id, 1450, "basic")
    assert (made.exhibitor_package, made.virtual_event_package, made.slug) == (True, False, "spring-school")
    assert seats(made) == [(1, False), (2, False), (3, False), (4, False)]
    entry = audit("event.created")[0]
    assert (entry.subject_id, entry.actor_id, entry.organisation_id) == (
        made.id,
        world.agent.id,
        world.library.id,
    )
    assert (entry.after["attendees"], entry.after["contact_limit"]) == (1450, 4)
    assert "Spring School" in client.as_(world.outsider).get("/events").text


@pytest.mark.parametrize("who", ["organiser", "contact", "outsider", "admin", "moderator", "nobody"])
def test_only_support_creates_and_changes_events(client, world, who):
    browser = client.as_(getattr(world, who))
    for address in ("/events/new", f"/events/{world.congress.id}/edit"):
        for method in ("get", "post"):
            assert browser.fragment(method, address).status_code in (403, 404)
            assert getattr(browser, method)(address).status_code in (403, 404)
    with pytest.raises((Forbidden, NotFound)):
        create_event(world.actor(who), world.society.id, DETAILS, form_key=key())
    with pytest.raises((Forbidden, NotFound)):
        change_event(world.actor(who), world.congress.id, DETAILS, version=1)


def test_the_same_form_sent_twice_makes_one_event(world):
    form_key = key()
    first = create_event(world.actor("agent"), world.society.id, DETAILS, form_key=form_key)
    again = create_event(world.actor("agent"), world.society.id, DETAILS, form_key=form_key)
    assert first.id == again.id
    assert len(audit("event.created")) == 1


@pytest.mark.parametrize(
    ("name", "slugs"),
    [
        ("Été à Zürich", ["ete-a-zurich", "ete-a-zurich-2", "ete-a-zurich-3"]),
        ("日本", ["event", "event-2", "event-3"]),
        ("x" * 200, ["x" * 60, "x" * 60 + "-2", "x" * 60 + "-3"]),
    ],
)
def test_addresses_are_readable_and_no_two_are_the_same(world, name, slugs):
    made = [
        create_event(world.actor("agent"), world.society.id, replace(DETAILS, name=name), form_key=key()).slug
        for _ in slugs
    ]
    assert made == slugs


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "Enter the event"),
        ({"ends_on": date(2027, 2, 28)}, "ends_on", "before the first day"),
        ({"attendees": 0}, "attendees", "rule WHO-3"),
        ({"attendees": -5}, "attendees", "rule WHO-3"),
        ({"attendees": 1_000_001}, "attendees", "at most"),
        ({"place": ""}, "place", "Say where"),
        ({"in_person": False}, "records_attendance", "rule COV-7"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "from the list"),
        ({"starts_on": date(1999, 12, 31)}, "starts_on", "between 2000 and 2100"),
        ({"ends_on": date(9999, 12, 31)}, "ends_on", "between 2000 and 2100"),
        ({"account_opened_on": date(2027, 3, 4)}, "account_opened_on", "before the event is over"),
    ],
)
def test_details_that_cannot_be_so_are_refused_by_field(world, changes, field, words):
    with pytest.raises(Invalid) as refusal:
        create_event(world.actor("agent"), world.society.id, replace(DETAILS, **changes), form_key=key())
    assert list(refusal.value.fields) == [field]
    assert words in refusal.value.fields[field]
    assert audit("event.created") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"ends_on": date(2027, 3, 1)},
        {"attendees": 1},
        {"attendees": 1_000_000},
        {"in_person": False, "records_attendance": False, "place": ""},
        {"account_opened_on": date(2027, 3, 3)},
    ],
)
def test_details_at_the_edge_are_taken(world, changes):
    assert create_event(
        world.actor("agent"), world.society.id, replace(DETAILS, **changes), form_key=key()
    ).id


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "", "Enter the event"),
        ("name", "x" * 201, "200"),
        ("starts_on", "soon", "year-month-day"),
        ("starts_on", "", "Enter the first day."),
        ("ends_on", "2027-02-28", "before the first day"),
        ("attendees", "many", "whole number"),
        ("attendees", "0", "rule WHO-3"),
        ("attendees", "9" * 30, "at most"),
        ("attendees", "9" * 5000, "whole number"),
        ("attendees", "", "how many attendees"),
        ("licence", "gold", "Not a valid choice"),
        ("licence", "", "Choose a licence"),
        ("held", "maybe", "Not a valid choice"),
        ("time_zone", "Nowhere", "Not a valid choice"),
        ("time_zone", "", "Choose a time zone"),
        ("organisation_id", "0", "Choose the organisation"),
        ("organisation_id", "x", "Choose"),
        ("organisation_id", "999999", "Not a valid choice"),
        ("records_attendance", "y", "rule COV-7"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_nothing_typed_is_lost(client, world, field, typed, words):
    sent = FORM | {"organisation_id": str(world.library.id), "place": "A place to keep", field: typed}
    if field == "records_attendance":
        sent["held"] = "no"
    answer = client.as_(world.agent).post("/events/new", sent)
    assert answer.status_code == 422
    assert words in answer.text
    assert "There is a problem" in answer.text
    assert "A place to keep" in answer.text
    assert db.session.scalar(select(Event).where(Event.name == "Spring School")) is None


def test_the_edit_form_shows_what_is_saved_and_saves_what_changed(client, world):
    browser = client.as_(world.manager)
    address = f"/events/{world.congress.id}/edit"
    page = browser.get(address).text
    assert 'value="Congress"' in page
    assert re.search(r'<option selected[^>]* value="Europe/Vienna"|value="Europe/Vienna"[^>]*selected', page)
    answer = browser.post(
        address, _form_of(world.congress) | {"attendees": "2001", "name": "Grand Congress", "version": "1"}
    )
    assert answer.status_code == 303
    congress = saved(world.congress)
    assert (congress.name, congress.attendees, congress.version) == (
        "Grand Congress",
        2001,
        2,
    )
    assert len(seats(world.congress)) == 6
    entry = audit("event.changed")[0]
    assert entry.before == {"name": "Congress", "attendees": 700, "contact_limit": 4}
    assert entry.after == {"name": "Grand Congress", "attendees": 2001, "contact_limit": 6}


def _form_of(event):
    return {
        "name": event.name, "starts_on": event.starts_on.isoformat(), "ends_on": event.ends_on.isoformat(),
        "held": "yes", "place": event.place, "time_zone": event.time_zone, "attendees": str(event.attendees),
        "licence": event.licence, "account_opened_on": event.account_opened_on.isoformat(),
    }  # fmt: skip


def test_saving_without_a_change_changes_nothing(world):
    change_event(world.actor("agent"), world.congress.id, details_of(world.congress), version=1)
    congress = saved(world.congress)
    assert congress.version == 1
    assert audit("event.changed") == []


def test_a_concurrent_edit_is_a_conflict_that_keeps_what_was_typed(client, world):
    browser = client.as_(world.agent)
    address = f"/events/{world.congress.id}/edit"
    change_event(
        world.actor("manager"), world.congress.id, details_of(world.congress, attendees=650), version=1
    )
    typed = _form_of(world.congress) | {"attendees": "800", "place": "Graz", "version": "1"}
    answer = browser.post(address, typed)
    assert answer.status_code == 409
    assert "Somebody changed this event while you were at it" in answer.text
    assert "Expected attendees: “650” is saved" in answer.text
    assert 'value="800"' in answer.text
    assert 'value="Graz"' in answer.text
    congress = saved(world.congress)
    assert (congress.attendees, congress.place) == (650, "Vienna")
    version = re.search(r'name="version"[^>]*value="(\d+)"', answer.text)[1]
    assert browser.post(address, typed | {"version": version}).status_code == 303
    congress = saved(world.congress)
    assert (congress.attendees, congress.place) == (800, "Graz")


@pytest.mark.parametrize("version", ["", "0", "-1", "x", "9" * 30, "²"])
def test_a_forged_version_is_a_conflict(client, world, version):
    answer = client.as_(world.agent).post(
        f"/events/{world.congress.id}/edit", _form_of(world.congress) | {"place": "Graz", "version": version}
    )
    assert answer.status_code == 409


def test_a_stale_edit_raises_conflict_and_writes_nothing(world):
    change_event(world.actor("agent"), world.congress.id, details_of(world.congress, place="Graz"), version=1)
    with pytest.raises(Conflict):
        change_event(
            world.actor("manager"), world.congress.id, details_of(world.congress, place="Linz"), version=1
        )
    congress = saved(world.congress)
    assert congress.place == "Graz"
    assert len(audit("event.changed")) == 1


def test_a_lower_limit_removes_nobody_and_marks_the_highest_seats(world, outbox):
    for name in ("Third", "Fourth"):
        contact(world.congress, person(name))
    db.session.commit()
    change_event(
        world.actor("agent"), world.congress.id,
        details_of(world.congress, attendees=300, licence=Licence.BASIC), version=1,
    )  # fmt: skip
    assert seats(world.congress) == [(1, False), (2, True), (3, True), (4, True)]


def test_a_lower_limit_closes_empty_seats(world):
    change_event(
        world.actor("agent"), world.congress.id,
        details_of(world.congress, attendees=500, licence=Licence.BASIC), version=1,
    )  # fmt: skip
    assert seats(world.congress) == [(1, False), (2, False)]


def test_a_limit_that_rises_again_keeps_everybody(world, outbox):
    for attendees, version in ((100, 1), (700, 2)):
        change_event(
            world.actor("agent"), world.congress.id,
            details_of(world.congress, attendees=attendees, licence=Licence.BASIC), version=version,
        )  # fmt: skip
    assert seats(world.congress) == [(1, False), (2, False), (3, False)]


@pytest.mark.parametrize(
    ("attendees", "basic", "premium"),
    [(1, 1, 2), (300, 1, 2), (301, 2, 3), (600, 2, 3), (601, 3, 4), (1000, 3, 4), (1001, 4, 5), (2000, 4, 5),
     (2001, 5, 6)],
)  # fmt: skip
def test_seats_are_those_of_the_policy_at_every_boundary(world, attendees, basic, premium):
    for licence, expected in ((Licence.BASIC, basic), (Licence.PREMIUM, premium)):
        made = create_event(
            world.actor("agent"), world.society.id, replace(DETAILS, attendees=attendees, licence=licence),
            form_key=key(),
        )  # fmt: skip
        assert len(seats(made)) == expected


def test_the_account_may_open_today(client, world):
    page = client.as_(world.agent).get("/events/new").text
    assert f'value="{now().date().isoformat()}"' in page

"""What an edit does to the number of contacts is shown before it is saved (WHO-3)."""

import re

import pytest
from sqlalchemy import select

from portal.accounts.permissions import Role
from portal.db import db
from portal.events.models import Event
from portal.events.service import change_event
from portal.policy.contacts import Licence
from tests.events.test_changes import details_of
from tests.people import contact, grant, person

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture
def full(world):
    """The congress with all of its four contacts; returns the address of its edit form."""
    for name in ("Third", "Fourth"):
        contact(world.congress, person(name))
    db.session.commit()
    return f"/events/{world.congress.id}/edit"


def form_of(event, **changes):
    values = {
        "name": event.name, "starts_on": event.starts_on.isoformat(), "ends_on": event.ends_on.isoformat(),
        "held": "yes", "place": event.place, "time_zone": event.time_zone, "attendees": str(event.attendees),
        "licence": event.licence, "account_opened_on": event.account_opened_on.isoformat(), "version": str(event.version),
    }  # fmt: skip
    return values | changes


def agreed_in(page):
    return re.search(r'name="agreed"[^>]*value="([^"]*)"', page)[1]


def attendees(event):
    db.session.rollback()
    return db.session.scalars(select(Event.attendees).where(Event.id == event.id)).one()


def test_going_over_the_limit_is_shown_first_saved_second_and_told_to_the_organisers(
    client, world, full, outbox
):
    second = person("Second Organiser")
    grant(second, Role.ORGANISER, organisation_id=world.society.id)
    db.session.commit()
    browser, typed = client.as_(world.agent), form_of(world.congress, attendees="400")
    shown = browser.post(full, typed)
    assert shown.status_code == 422
    for words in ("This puts the event over its limit", "Contacts allowed now", "Save with the lower limit",
                  "until 1 fewer is registered or a seat is bought", "The organisers are told by mail", "Rule WHO-3"):  # fmt: skip
        assert words in shown.text
    assert 'value="400"' in shown.text
    assert (attendees(world.congress), outbox.all()) == (700, [])
    saved = browser.post(full, typed | {"agreed": agreed_in(shown.text)})
    assert saved.status_code == 303
    assert attendees(world.congress) == 400
    mails = outbox.all()
    assert {mail.address for mail in mails} == {"organiser@people.example", "second.organiser@people.example"}
    assert {mail.subject for mail in mails} == {"Congress is over its limit of contacts"}
    assert "It may now register 3 Technical Contacts instead of 4, and 4 are registered" in mails[0].body_text


def test_a_lower_limit_that_still_holds_everybody_is_shown_and_not_mailed(client, world, outbox):
    address, typed = f"/events/{world.congress.id}/edit", form_of(world.congress, attendees="400")
    shown = client.as_(world.agent).post(address, typed)
    assert "Everybody who is registered stays within the limit" in shown.text
    saved = client.as_(world.agent).post(address, typed | {"agreed": agreed_in(shown.text)})
    assert saved.status_code == 303
    assert outbox.all() == []


@pytest.mark.parametrize("changes", [{"attendees": "5000"}, {"attendees": "650"}, {"place": "Graz"}])
def test_nothing_is_asked_when_the_limit_does_not_fall(client, world, full, outbox, changes):
    assert client.as_(world.agent).post(full, form_of(world.congress, **changes)).status_code == 303
    assert outbox.all() == []


def test_what_was_agreed_to_is_asked_anew_when_it_is_no_longer_the_same(client, world, full, outbox):
    browser, typed = client.as_(world.agent), form_of(world.congress, attendees="400")
    agreed = agreed_in(browser.post(full, typed).text)
    again = browser.post(full, typed | {"attendees": "100", "agreed": agreed})
    assert again.status_code == 422
    assert "until 2 fewer are registered or seats are bought" in again.text
    assert attendees(world.congress) == 700
    for forged in ("yes", "4-3-3", "\x00", "x" * 5000):
        assert browser.post(full, typed | {"agreed": forged}).status_code == 422
    assert (attendees(world.congress), outbox.all()) == (700, [])


def test_an_event_that_was_over_already_is_not_mailed_twice(world, full, outbox):
    agent = world.actor("agent")
    change_event(agent, world.congress.id, details_of(world.congress, attendees=400), version=1)
    assert len(outbox.all()) == 1
    change_event(agent, world.congress.id, details_of(world.congress, attendees=100), version=2)
    assert outbox.all() == []
    change_event(agent, world.congress.id, details_of(world.congress, attendees=900), version=3)
    change_event(
        agent, world.congress.id, details_of(world.congress, attendees=900, licence=Licence.BASIC), version=4
    )
    assert [mail.subject for mail in outbox.all()] == ["Congress is over its limit of contacts"]

"""What a draft's preview tells of whom it touches, counted from what there is (POL-1)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from portal.clock import now
from portal.db import db
from portal.editions.effects import SHOWN, effects
from portal.policy.edition import FIRST_EDITION, AddedHoliday, ContactBand, ContactRules
from portal.tickets.models import Ticket
from tests.bookings.sessions import booking
from tests.people import event
from tests.tickets.scenes import asked

MOMENT = datetime(2026, 12, 1, 17, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel("2026-11-24T15:00:00Z", tick=False):
        yield


def told(begins=MOMENT, **parts):
    """The sentences of an edition whose parts differ so from the first."""
    changed = {name: replace(getattr(FIRST_EDITION, name), **values) for name, values in parts.items()}
    return [effect.sentence for effect in effects(FIRST_EDITION, replace(FIRST_EDITION, **changed), begins)]


def test_one_that_changes_nothing_touches_nobody(world):
    asked(world)
    assert effects(FIRST_EDITION, FIRST_EDITION, MOMENT) == []


def test_tickets_keep_their_deadlines(world):
    asked(world)
    closed = Ticket(
        event_id=world.congress.id, subject="Old", topic="problem", opened_by_id=world.contact.id, state="closed",
        closed_at=now(), policy_edition=1,
    )  # fmt: skip
    db.session.add(closed)
    db.session.commit()
    for parts in ({"hours": {"closes": time(18)}}, {"tickets": {"reopen_days": 3}}):
        assert [
            sentence for sentence in told(**parts) if "1 ticket not closed: every deadline stays" in sentence
        ]


def test_sessions_booked_for_a_day_that_closes_stay(world):
    booking(world.congress, world.agent, world.contact, datetime(2026, 12, 2, 15, tzinfo=UTC))
    booking(world.fair, world.agent, world.outside_contact, datetime(2026, 12, 3, 15, tzinfo=UTC))
    closed = replace(FIRST_EDITION.hours, added=(AddedHoliday(date(2026, 12, 2), "Team day"),))
    [effect] = effects(FIRST_EDITION, replace(FIRST_EDITION, hours=closed), MOMENT)
    assert effect.is_warning
    assert effect.sentence.startswith("1 live session booked for a time at which support would be closed")
    assert [(each.name, each.note) for each in effect.touched] == [
        ("Congress", "Wednesday 2 December 2026, 10:00 US Eastern")
    ]
    later = effects(FIRST_EDITION, replace(FIRST_EDITION, hours=closed), MOMENT + timedelta(days=5))
    assert later == []


def test_booked_sessions_keep_their_times(world):
    booking(world.congress, world.agent, world.contact, datetime(2026, 12, 2, 15, tzinfo=UTC))
    assert told(training={"grid_minutes": 60}) == [
        "1 live session booked: time, length and cut-off stay as booked."
    ]


def test_prices_rise_and_fall(world):
    dearer = tuple(
        replace(rate, cents_per_hour=rate.cents_per_hour + (1 if number < 2 else -1 if number == 2 else 0))
        for number, rate in enumerate(FIRST_EDITION.prices.after_hours)
    )
    assert told(prices={"extra_contact_cents": 45_000, "after_hours": dearer}) == [
        "The price of an additional contact falls from US$500 to US$450 for new orders.",
        "Of 9 prices of an hour outside business hours, 2 rise and 1 fall for new orders.",
    ]


def test_fair_use_tells_who_would_be_above(world):
    [sentence] = told(fair_use={"percentile": 90})
    assert sentence.startswith(
        "0 events would be above the average significantly, 0 of them newly so; 0 no longer."
    )


def test_events_that_are_over_by_then_are_not_counted_and_a_long_list_is_cut(world):
    for number in range(SHOWN + 3):
        event(world.society, f"Small {number}", attendees=50)
    event(world.society, "Ended", attendees=50, starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 30))
    db.session.commit()
    wider = ContactRules(bands=(ContactBand(300, 2, 3), *FIRST_EDITION.contacts.bands[1:]))
    [effect] = effects(FIRST_EDITION, replace(FIRST_EDITION, contacts=wider), MOMENT)
    assert effect.sentence == f"{SHOWN + 5} events may register more contacts: their seats grow."
    assert (len(effect.touched), effect.unshown) == (SHOWN, 5)

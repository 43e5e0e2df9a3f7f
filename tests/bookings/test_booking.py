"""Booking a session: by right, at an open time, once (HOW-5, COV-1, COV-5 to COV-7)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.accounts.permissions import Role
from portal.audit.models import AuditEntry
from portal.bookings.admission import TimeNotOpen
from portal.bookings.clashes import clashes
from portal.bookings.models import Booking
from portal.bookings.open_times import open_times
from portal.bookings.service import insert
from portal.db import db, in_transaction
from portal.errors import Forbidden, NotFound, Refused
from portal.policy.edition import FIRST_EDITION
from portal.policy.training import SessionKind
from tests.bookings.sessions import WEDNESDAY, book, booking, unwritten, utc, window
from tests.people import event, grant, person

pytestmark = pytest.mark.usefixtures("outbox")
HOUR = timedelta(hours=1)


def sessions():
    db.session.rollback()
    return list(db.session.scalars(select(Booking).order_by(Booking.id)))


@pytest.mark.parametrize("who", ["contact", "organiser"])
def test_a_session_is_booked(who, world, congress, outbox):
    window(world.agent)
    made = book(getattr(world, who), congress, note="Polls\nplease", recording=True)
    [kept] = sessions()
    assert kept.id == made.id
    assert (kept.audience, kept.state, kept.host_id) == ("presenters", "confirmed", world.agent.id)
    assert (kept.starts_at, kept.ends_at) == (WEDNESDAY, WEDNESDAY + HOUR)
    # Ten minutes before and fifteen after are kept free.
    assert kept.busy.lower == WEDNESDAY - timedelta(minutes=10)
    assert kept.busy.upper == WEDNESDAY + timedelta(minutes=75)
    assert kept.uses_entitlement
    assert kept.recording_wanted
    assert kept.policy_edition == 1
    assert [(mail.address, mail.calendar_method) for mail in outbox.all()] == [
        (getattr(world, who).email, "REQUEST"), (world.agent.email, "REQUEST"),
    ]  # fmt: skip


def test_the_mails_say_when_and_until_when_it_can_be_cancelled(world, congress, outbox):
    window(world.agent)
    book(world.contact, congress, note="<b>Polls</b>")
    to_booker, to_host = outbox.all()
    assert to_booker.subject == "Booked: Training for presenters, Congress"
    assert "Wed 25 Nov 2026, 16:00 CET** (Wed 25 Nov 2026, 10:00 EST), until 17:00" in to_booker.body_text
    assert "Cancel until Tue 24 Nov 2026, 16:00 CET" in to_booker.body_text
    assert "> <b>Polls</b>" in to_host.body_text
    assert "<b>" not in to_host.body_html


def test_the_record_says_which_host_and_why(world, congress):
    window(world.agent)
    window(world.manager)
    booking(world.fair, world.agent, world.outside_contact, utc("2026-11-10 15:00"), state="done")
    made = book(world.contact, congress)
    assert made.host_id == world.manager.id
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "booking.booked")).one()
    assert (entry.subject_type, entry.subject_id, entry.event_id) == ("booking", made.id, congress.id)
    assert entry.after["host_chosen_because"] == (
        "takes training for presenters; fewest of 2 free hosts: 0 sessions in the last and next 30 days"
    )
    assert made.host_reason == entry.after["host_chosen_because"]


def test_sessions_long_past_or_cancelled_do_not_weigh_on_a_host(world, congress):
    window(world.agent)
    window(world.manager)
    booking(world.fair, world.agent, world.outside_contact, utc("2026-10-01 15:00"), state="done")
    booking(world.fair, world.agent, world.outside_contact, WEDNESDAY, audience="exhibitors", state="cancelled",
            cancelled_at=WEDNESDAY, uses_entitlement=False)  # fmt: skip
    booking(world.fair, world.manager, world.outside_contact, utc("2026-12-20 15:00"), audience="operators")
    assert book(world.contact, congress).host_id == world.agent.id


@pytest.mark.parametrize(
    ("audience", "rule"), [("presenters", "COV-5"), ("exhibitors", "COV-6"), ("operators", "COV-7")]
)
def test_a_second_session_of_a_kind_is_refused_with_its_rule(audience, rule, world, congress):
    window(world.agent)
    first = book(world.contact, congress, audience)
    with pytest.raises(Refused) as refusal:
        book(world.organiser, congress, audience, WEDNESDAY + 2 * HOUR)
    assert (refusal.value.rule, refusal.value.status) == (rule, 422)
    assert [(link.endpoint, dict(link.values)) for link in refusal.value.links] == [
        ("bookings.show", {"booking_id": first.id}), ("tickets.new", {"event_id": congress.id}),
    ]  # fmt: skip
    assert len(sessions()) == 1


def test_each_kind_is_an_entitlement_of_its_own(world, congress):
    window(world.agent, hours=9)
    for number, audience in enumerate(["presenters", "exhibitors", "operators"]):
        book(world.contact, congress, audience, WEDNESDAY + number * 2 * HOUR)
    assert len(sessions()) == 3


def test_contacts_may_train_as_often_as_they_like(world, congress):
    window(world.agent, hours=9)
    for number in range(3):
        made = book(world.contact, congress, "contacts", WEDNESDAY + number * 2 * HOUR, recording=True)
    assert not made.uses_entitlement
    assert not made.recording_wanted
    assert len(sessions()) == 3


@pytest.mark.parametrize(
    ("audience", "rule"), [("presenters", "COV-5"), ("exhibitors", "COV-6"), ("operators", "COV-7")]
)
def test_without_the_package_there_is_no_session(audience, rule, world):
    window(world.agent)
    with pytest.raises(Refused) as refusal:
        book(world.contact, world.congress, audience)
    assert refusal.value.rule == rule
    assert [link.endpoint for link in refusal.value.links] == ["tickets.new"]
    assert sessions() == []


@pytest.mark.parametrize(
    ("at", "status"),
    [
        (None, 422),
        ("2026-11-25T15:00:00", 422),
        ("2026-11-22T15:00:00Z", 422),
        ("2026-11-24T13:59:59Z", 422),
        ("2027-01-22T14:00:01Z", 422),
        ("0001-01-01T00:00:00Z", 422),
        ("9999-12-31T23:59:59Z", 422),
        ("2026-11-25T15:01:00Z", 409),
        ("2026-11-25T14:30:00Z", 409),
        ("2026-11-25T17:30:00Z", 409),
        ("2026-11-28T15:00:00Z", 409),
    ],
)
def test_a_time_that_is_not_on_offer_is_refused_with_the_next_ones(at, status, world, congress):
    window(world.agent)
    window(world.agent, utc("2027-01-22 12:00"), 8)
    with pytest.raises(TimeNotOpen) as refusal:
        book(world.contact, congress, at=datetime.fromisoformat(at) if at else None)
    assert (refusal.value.rule, refusal.value.status) == ("HOW-5", status)
    assert [slot.starts_at for slot in refusal.value.offered] == [
        WEDNESDAY, WEDNESDAY + HOUR / 2, WEDNESDAY + HOUR,
    ]  # fmt: skip
    assert sessions() == []


def test_the_least_notice_and_the_horizon_are_included(world, congress):
    window(world.agent, utc("2026-11-24 14:00"), 1)
    window(world.agent, utc("2027-01-22 14:00"), 1)
    book(world.contact, congress, "presenters", utc("2026-11-24 14:00"))
    book(world.contact, congress, "exhibitors", utc("2027-01-22 14:00"))
    assert len(sessions()) == 2


def test_a_slot_that_overlaps_with_a_booked_one_is_taken(world, congress):
    window(world.agent)
    book(world.contact, congress, "presenters", WEDNESDAY + HOUR)
    for minutes in (30, 60, 90, 120):
        with pytest.raises(TimeNotOpen) as refusal:
            book(world.contact, congress, "contacts", WEDNESDAY + timedelta(minutes=minutes))
        assert refusal.value.status == 409
    assert len(sessions()) == 1


def test_the_same_form_books_once(world, congress, outbox):
    window(world.agent)
    first = book(world.contact, congress, "contacts", form_key="k")
    assert book(world.contact, congress, "contacts", form_key="k").id == first.id
    assert len(sessions()) == 1
    assert len(outbox.all()) == 2


def test_nobody_learns_of_or_takes_anothers_form(world, congress):
    window(world.agent)
    book(world.contact, congress, "contacts", form_key="k")
    other = book(world.organiser, congress, "contacts", WEDNESDAY + 2 * HOUR, form_key="k")
    assert other.booked_by_id == world.organiser.id
    assert len(sessions()) == 2


@pytest.mark.parametrize(
    ("who", "answer"),
    [("outsider", NotFound), ("outside_contact", NotFound), ("nobody", NotFound), ("agent", Forbidden),
     ("moderator", NotFound), ("admin", Forbidden), ("manager", Forbidden)],
)  # fmt: skip
def test_who_may_not_book(who, answer, world, congress):
    window(world.agent)
    with pytest.raises(answer):
        book(getattr(world, who), congress)
    assert sessions() == []


def test_every_slot_that_is_shown_can_be_booked(world, congress):
    window(world.agent, hours=4)
    window(world.manager, WEDNESDAY + timedelta(minutes=20), 2.5)
    booking(world.fair, world.agent, world.outside_contact, WEDNESDAY + 2 * HOUR)
    times = open_times(FIRST_EDITION, utc("2026-11-23 14:00"))
    shown = times.soonest(SessionKind.CONTACT_TRAINING, 50)
    assert len(shown) == 6
    for slot in shown:
        made = book(world.contact, congress, "contacts", slot.starts_at)
        db.session.delete(db.session.merge(made))
        db.session.commit()


def test_the_constraint_behind_the_lock_refuses_with_the_same_rule(world, congress):
    window(world.agent, hours=9)
    booking(congress, world.agent, world.contact, WEDNESDAY)
    second = unwritten(congress, world.agent, world.contact, WEDNESDAY + 3 * HOUR)
    with pytest.raises(Refused) as refusal:
        in_transaction(lambda: insert(second))
    assert (refusal.value.rule, refusal.value.status) == ("COV-5", 422)
    assert len(sessions()) == 1


def test_the_constraint_behind_the_host_lock_offers_other_times(world, congress):
    window(world.agent, hours=9)
    booking(world.fair, world.agent, world.outside_contact, WEDNESDAY)
    overlapping = unwritten(congress, world.agent, world.contact, WEDNESDAY + HOUR)
    with pytest.raises(TimeNotOpen) as refusal:
        in_transaction(lambda: insert(overlapping))
    assert refusal.value.status == 409
    assert refusal.value.offered[0].starts_at == WEDNESDAY + 1.5 * HOUR
    assert len(sessions()) == 1


def test_another_constraint_is_not_mistaken_for_a_clash(world, congress):
    wrong = unwritten(congress, world.agent, world.contact, audience="everyone", kind="live_assistance")

    def write():
        with clashes("uq_booking_entitlement", "ex_commitment_host"):
            db.session.add(wrong)

    with pytest.raises(IntegrityError, match="ck_booking_audience"):
        in_transaction(write)


def test_a_host_of_several_roles_and_events_takes_the_lighter_load(world, congress):
    second = person("Second Agent")
    grant(second, Role.AGENT)
    other = event(world.library, "Symposium", virtual_event_package=True)
    db.session.commit()
    window(world.agent)
    window(second)
    assert book(world.contact, congress).host_id == world.agent.id
    assert book(world.outsider, other).host_id == second.id

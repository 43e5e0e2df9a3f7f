"""A time is kept while its form is filled in: for so long, for one, and for so many at once (HOW-5)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.bookings.admission import TimeNotOpen
from portal.bookings.holds import hold_slot, release_hold
from portal.bookings.models import Booking
from portal.bookings.models_commitments import Commitment, SlotHold
from portal.db import db
from portal.errors import Forbidden, NotFound, Refused
from portal.policy.terms import SessionKind
from tests.bookings.sessions import WEDNESDAY, book, booking, window
from tests.people import actor_of, event

pytestmark = pytest.mark.usefixtures("outbox")
KIND = SessionKind.PRESENTER_TRAINING
HALF, MINUTE = timedelta(minutes=30), timedelta(minutes=1)


def hold(who, at, starts_at=WEDNESDAY, kind=KIND):
    return hold_slot(actor_of(who), at.id, kind, starts_at)


def kept():
    db.session.rollback()
    return list(db.session.scalars(select(SlotHold).order_by(SlotHold.id)))


def test_a_time_is_kept_for_ten_minutes_and_nobody_else_gets_it(world, congress, clock):
    window(world.agent)
    made = hold(world.contact, congress)
    assert (made.host_id, made.starts_at, made.expires_at) == (world.agent.id, WEDNESDAY, clock_in(10))
    for starts_at in (WEDNESDAY, WEDNESDAY + HALF, WEDNESDAY + 2 * HALF):
        with pytest.raises(TimeNotOpen) as refusal:
            book(world.outside_contact, world.fair, "contacts", starts_at)
        assert refusal.value.status == 409
    assert [slot.starts_at for slot in refusal.value.offered] == [WEDNESDAY + 3 * HALF, WEDNESDAY + 4 * HALF]


def clock_in(minutes):
    from portal.clock import now

    return now() + timedelta(minutes=minutes)


def test_the_hold_is_booked_with_its_host_and_gone(world, congress):
    window(world.agent)
    window(world.manager)
    made = hold(world.contact, congress)
    # Whoever would be fairest by now does not matter: this host was kept.
    booking(world.fair, made.host, world.outside_contact, WEDNESDAY - timedelta(days=5), state="done")
    session = book(world.contact, congress, hold_id=made.id)
    assert (session.host_id, session.starts_at) == (made.host_id, WEDNESDAY)
    assert kept() == []
    taken = db.session.scalars(select(Commitment).where(Commitment.booking_id == session.id)).one()
    assert (taken.kind, taken.host_id) == ("session", made.host_id)


def test_a_hold_that_has_run_out_books_nothing_and_offers_the_next_three(world, congress, clock):
    window(world.agent)
    made = hold(world.contact, congress)
    clock.shift(10 * MINUTE)
    with pytest.raises(TimeNotOpen, match="no longer kept") as refusal:
        book(world.contact, congress, hold_id=made.id)
    assert (refusal.value.status, refusal.value.rule) == (409, "HOW-5")
    assert [slot.starts_at for slot in refusal.value.offered] == [
        WEDNESDAY,
        WEDNESDAY + HALF,
        WEDNESDAY + 2 * HALF,
    ]
    assert db.session.scalars(select(Booking)).all() == []


def test_what_has_run_out_is_free_for_others_at_once(world, congress, clock):
    window(world.agent)
    hold(world.contact, congress)
    clock.shift(10 * MINUTE)
    assert book(world.outside_contact, world.fair, "contacts").starts_at == WEDNESDAY
    assert kept() == []


def test_asked_for_again_it_is_not_kept_longer(world, congress, clock):
    window(world.agent)
    first = hold(world.contact, congress)
    clock.shift(9 * MINUTE)
    again = hold(world.contact, congress)
    assert (again.id, again.expires_at) == (first.id, first.expires_at)
    clock.shift(MINUTE)
    assert hold(world.contact, congress).id != first.id


def test_another_time_of_the_same_form_gives_the_first_one_back(world, congress):
    window(world.agent)
    hold(world.contact, congress)
    hold(world.contact, congress, WEDNESDAY + HALF)
    assert [each.starts_at for each in kept()] == [WEDNESDAY + HALF]


def test_the_notice_is_asked_when_it_is_kept_and_not_again(world, congress, clock):
    window(world.agent)
    clock.move_to(WEDNESDAY - timedelta(days=1, minutes=5))
    made = hold(world.contact, congress)
    clock.shift(9 * MINUTE)
    assert book(world.contact, congress, hold_id=made.id).starts_at == WEDNESDAY


def test_three_times_at_once_are_kept_for_a_person(world, congress, clock):
    window(world.agent, hours=9)
    others = [event(world.society, f"Other {n}", virtual_event_package=True) for n in range(3)]
    db.session.commit()
    for number, each in enumerate(others):
        hold(world.organiser, each, WEDNESDAY + 3 * number * HALF)
    with pytest.raises(Refused, match="3 times are kept") as refusal:
        hold(world.organiser, congress, WEDNESDAY + 10 * HALF)
    assert len(refusal.value.links) == 3
    assert hold(world.contact, congress, WEDNESDAY + 10 * HALF).host_id == world.agent.id
    clock.shift(10 * MINUTE)
    assert hold(world.organiser, congress, WEDNESDAY).host_id == world.agent.id


def test_given_back_it_is_free_and_on_record(world, congress):
    window(world.agent)
    made = hold(world.contact, congress)
    release_hold(actor_of(world.contact), made.id)
    assert kept() == []
    actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions == ["slot_hold.placed", "slot_hold.released"]
    with pytest.raises(NotFound):
        release_hold(actor_of(world.contact), made.id)


@pytest.mark.parametrize("who", ["organiser", "outsider", "agent"])
def test_nobody_gives_back_or_takes_anothers(who, world, congress):
    window(world.agent)
    made = hold(world.contact, congress)
    with pytest.raises((NotFound, Forbidden)):
        release_hold(actor_of(getattr(world, who)), made.id)
    assert len(kept()) == 1
    with pytest.raises((NotFound, Forbidden, TimeNotOpen)):
        book(getattr(world, who), congress, hold_id=made.id)
    assert db.session.scalars(select(Booking)).all() == []


@pytest.mark.parametrize(
    ("who", "answer"),
    [("outsider", NotFound), ("agent", Forbidden)],
)
def test_who_may_not_have_a_time_kept(who, answer, world, congress):
    window(world.agent)
    with pytest.raises(answer):
        hold(getattr(world, who), congress)
    assert kept() == []


def test_nothing_is_kept_without_a_session_left(world, congress):
    window(world.agent, hours=9)
    book(world.contact, congress)
    with pytest.raises(Refused) as refusal:
        hold(world.contact, congress, WEDNESDAY + 4 * HALF)
    assert refusal.value.rule == "COV-5"
    assert kept() == []


def test_a_licence_that_changes_while_a_time_is_kept_is_asked_again(world, congress):
    window(world.agent)
    made = hold(world.contact, congress)
    db.session.merge(congress).virtual_event_package = False
    db.session.commit()
    with pytest.raises(Refused) as refusal:
        book(world.contact, congress, hold_id=made.id)
    assert refusal.value.rule == "COV-5"
    assert db.session.scalars(select(Booking)).all() == []


def test_live_assistance_is_for_contacts_alone(world, congress):
    window(world.agent)
    with pytest.raises(Refused) as refusal:
        hold(world.organiser, congress, kind=SessionKind.LIVE_ASSISTANCE)
    assert (refusal.value.rule, refusal.value.links[0].endpoint) == ("WHO-1", "roster.new")
    made = hold(world.contact, congress, kind=SessionKind.LIVE_ASSISTANCE)
    session = book(world.contact, congress, "live_assistance", hold_id=made.id)
    assert (session.kind, session.audience, session.uses_entitlement) == (
        "live_assistance",
        "contacts",
        False,
    )
    assert session.title == "Live assistance"

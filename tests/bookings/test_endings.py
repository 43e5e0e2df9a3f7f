"""Cancelling, held, missed, given back (COV-5 to COV-7)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.bookings.endings import cancel_booking, close_booking, restore_entitlement
from portal.bookings.models import Booking
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from tests.bookings.sessions import WEDNESDAY, book, booking, state_of, utc, window
from tests.people import actor_of

pytestmark = pytest.mark.usefixtures("outbox")
CUT_OFF = WEDNESDAY - timedelta(days=1)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def session(world, congress, outbox):
    """A session for presenters on Wednesday at 15:00 UTC, and more open hours on Friday."""
    window(world.agent)
    window(world.agent, WEDNESDAY + timedelta(days=2))
    made = book(world.contact, congress)
    outbox.all()
    return made


def actions():
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def last_entry():
    db.session.rollback()
    return db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


@pytest.mark.parametrize("who", ["contact", "other_contact", "organiser", "agent", "manager"])
def test_before_its_cut_off_a_session_is_given_back(who, session, world, congress, clock, outbox):
    clock.move_to(CUT_OFF)
    cancelled = cancel_booking(world.actor(who), session.id, reason="Ill")
    assert state_of(session.id) == ("cancelled", False)
    assert (cancelled.calendar_sequence, cancelled.cancelled_by_id) == (1, world.actor(who).id)
    assert [(mail.address, mail.calendar_method) for mail in outbox.all()] == [
        (world.contact.email, "CANCEL"), (world.agent.email, "CANCEL"),
    ]  # fmt: skip
    assert book(world.organiser, congress, at=WEDNESDAY + timedelta(days=2)).state == "confirmed"


def test_after_its_cut_off_a_cancelled_session_is_used_up(session, world, congress, clock, outbox):
    clock.move_to(CUT_OFF + SECOND)
    cancel_booking(world.actor("contact"), session.id)
    assert state_of(session.id) == ("cancelled", True)
    assert all("counts as the one session" in mail.body_text for mail in outbox.all())
    with pytest.raises(Refused) as refusal:
        book(world.contact, congress, at=WEDNESDAY + timedelta(days=2))
    assert refusal.value.rule == "COV-5"


def test_the_host_is_free_again_once_it_is_cancelled(session, world, congress):
    cancel_booking(world.actor("contact"), session.id)
    assert book(world.contact, congress, "exhibitors").host_id == world.agent.id


def test_cancelling_says_who_and_why(session, world, outbox):
    cancel_booking(world.actor("organiser"), session.id, reason="Moved to\nspring")
    first = outbox.all()[0]
    assert first.subject == "Cancelled: Training for presenters, Congress"
    assert "Organiser cancelled" in first.body_text
    assert "> Moved to\n> spring" in first.body_text
    assert "given back" in first.body_text
    entry = last_entry()
    assert (entry.action, entry.before, entry.actor_id) == (
        "booking.cancelled", {"state": "confirmed"}, world.organiser.id,
    )  # fmt: skip
    assert entry.after == {"state": "cancelled", "uses_entitlement": False, "reason": "Moved to\nspring"}


def test_a_session_is_cancelled_once(session, world, outbox):
    cancel_booking(world.actor("contact"), session.id)
    outbox.all()
    with pytest.raises(Conflict, match="was cancelled"):
        cancel_booking(world.actor("organiser"), session.id)
    assert outbox.all() == []
    assert actions().count("booking.cancelled") == 1


def test_what_has_begun_is_not_cancelled(session, world, clock):
    clock.move_to(WEDNESDAY - SECOND)
    with pytest.raises(Conflict, match="not begun"):
        close_booking(world.actor("agent"), session.id, "done")
    clock.move_to(WEDNESDAY)
    with pytest.raises(Conflict, match="has begun"):
        cancel_booking(world.actor("contact"), session.id)
    assert state_of(session.id) == ("confirmed", True)


@pytest.mark.parametrize("outcome", ["done", "no_show"])
def test_both_outcomes_use_the_session_up(outcome, session, world, congress, clock, outbox):
    clock.move_to(WEDNESDAY)
    close_booking(world.actor("agent"), session.id, outcome)
    assert state_of(session.id) == (outcome, True)
    assert last_entry().action == f"booking.{outcome}"
    assert [mail.address for mail in outbox.all()] == ([world.contact.email] if outcome == "no_show" else [])
    with pytest.raises(Refused):
        book(world.contact, congress, at=WEDNESDAY + timedelta(days=2))
    with pytest.raises(Conflict):
        close_booking(world.actor("manager"), session.id, "done")


@pytest.mark.parametrize("outcome", ["", "cancelled", "confirmed", "no-show"])
def test_there_is_no_other_outcome(outcome, session, world, clock):
    clock.move_to(WEDNESDAY + HOUR)
    with pytest.raises(Invalid):
        close_booking(world.actor("agent"), session.id, outcome)
    assert state_of(session.id) == ("confirmed", True)


def test_staff_give_a_missed_session_back(session, world, congress, clock, outbox):
    clock.move_to(WEDNESDAY + HOUR)
    close_booking(world.actor("agent"), session.id, "no_show")
    outbox.all()
    restore_entitlement(world.actor("manager"), session.id, "Their airport was closed")
    assert state_of(session.id) == ("no_show", False)
    [mail] = outbox.all()
    assert mail.address == world.contact.email
    assert "> Their airport was closed" in mail.body_text
    assert last_entry().after == {"uses_entitlement": False, "reason": "Their airport was closed"}
    assert book(world.contact, congress, at=WEDNESDAY + timedelta(days=2)).state == "confirmed"


def test_staff_give_a_late_cancellation_back_once(session, world, clock, outbox):
    clock.move_to(CUT_OFF + SECOND)
    cancel_booking(world.actor("contact"), session.id)
    restore_entitlement(world.actor("agent"), session.id, "Host was ill")
    assert state_of(session.id) == ("cancelled", False)
    with pytest.raises(Conflict, match="uses up nothing"):
        restore_entitlement(world.actor("agent"), session.id, "Again")
    assert actions().count("booking.restored") == 1


@pytest.mark.parametrize("state", ["confirmed", "done"])
def test_what_was_not_missed_is_not_given_back(state, world, congress):
    held = booking(congress, world.agent, world.contact, utc("2026-11-20 15:00"), state=state)
    with pytest.raises(Conflict):
        restore_entitlement(world.actor("agent"), held.id, "Because")
    assert state_of(held.id) == (state, True)


@pytest.mark.parametrize("reason", ["", "   "])
def test_giving_back_needs_a_reason(reason, world, congress):
    missed = booking(congress, world.agent, world.contact, utc("2026-11-20 15:00"), state="no_show")
    with pytest.raises(Invalid):
        restore_entitlement(world.actor("agent"), missed.id, reason)
    assert state_of(missed.id) == ("no_show", True)


def test_a_session_for_contacts_uses_nothing_up(world, congress, clock):
    window(world.agent)
    training = book(world.contact, congress, "contacts")
    clock.move_to(WEDNESDAY + HOUR)
    close_booking(world.actor("agent"), training.id, "no_show")
    with pytest.raises(Conflict):
        restore_entitlement(world.actor("agent"), training.id, "Because")


@pytest.mark.parametrize(
    ("act", "who", "answer"),
    [
        (cancel_booking, "outsider", NotFound), (cancel_booking, "outside_contact", NotFound),
        (cancel_booking, "moderator", NotFound), (cancel_booking, "nobody", NotFound),
        (close_booking, "contact", Forbidden), (close_booking, "organiser", Forbidden),
        (close_booking, "outsider", NotFound), (restore_entitlement, "contact", Forbidden),
        (restore_entitlement, "organiser", Forbidden), (restore_entitlement, "outsider", NotFound),
    ],
)  # fmt: skip
def test_who_may_not_end_a_session(act, who, answer, session, world, clock):
    clock.move_to(WEDNESDAY + HOUR)
    more = [] if act is cancel_booking else ["done"]
    with pytest.raises(answer):
        act(actor_of(getattr(world, who)), session.id, *more)
    assert state_of(session.id) == ("confirmed", True)


def test_the_cut_off_is_that_of_the_edition_the_session_was_booked_under(session, world, clock):
    from dataclasses import replace

    from portal.editions.models import PolicyEdition
    from portal.policy.edition import FIRST_EDITION, to_json

    longer = tuple(replace(times, cut_off_minutes=48 * 60) for times in FIRST_EDITION.training.sessions)
    stricter = replace(
        FIRST_EDITION, number=2, in_force_from=utc("2026-11-23 15:00"),
        training=replace(FIRST_EDITION.training, sessions=longer),
    )  # fmt: skip
    db.session.add(PolicyEdition(number=2, in_force_from=stricter.in_force_from, summary="Stricter",
                                 parameters=to_json(stricter)))  # fmt: skip
    db.session.commit()
    clock.move_to(CUT_OFF)
    cancel_booking(world.actor("contact"), session.id)
    assert state_of(session.id) == ("cancelled", False)
    assert db.session.get_one(Booking, session.id).policy_edition == 1
    assert last_entry().policy_edition == 2

"""Moving a session, and handing it to another host (HOW-5, COV-5 to COV-7)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.bookings.admission import TimeNotOpen
from portal.bookings.commitments import StandsInTheWay
from portal.bookings.models import Booking
from portal.bookings.models_commitments import Commitment
from portal.bookings.moving import hand_to_host, move_booking, times_to_move_to
from portal.bookings.queries import session_for
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from tests.bookings.sessions import WEDNESDAY, book, booking, state_of, window
from tests.people import actor_of

pytestmark = pytest.mark.usefixtures("outbox")
HALF, HOUR, DAY = timedelta(minutes=30), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def session(world, congress, outbox):
    """A session for presenters on Wednesday at 15:00 UTC; the agent is open until 18:00, and on Friday."""
    window(world.agent)
    window(world.agent, WEDNESDAY + 2 * DAY)
    made = book(world.contact, congress)
    outbox.all()
    return made


def last_entry():
    db.session.rollback()
    return db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


def taken():
    db.session.rollback()
    found = db.session.execute(
        select(Commitment.host_id, Commitment.during).order_by(Commitment.during)
    ).all()
    return [(host, during.lower, during.upper) for host, during in found]


@pytest.mark.parametrize("who", ["contact", "organiser", "agent"])
def test_a_session_is_moved(who, session, world, congress, outbox):
    moved = move_booking(world.actor(who), session.id, WEDNESDAY + 2 * DAY)
    assert (moved.starts_at, moved.ends_at) == (WEDNESDAY + 2 * DAY, WEDNESDAY + 2 * DAY + HOUR)
    assert (moved.calendar_sequence, moved.moved_from, moved.host_id) == (1, WEDNESDAY, world.agent.id)
    assert state_of(session.id) == ("confirmed", True)
    assert taken() == [(world.agent.id, WEDNESDAY + 2 * DAY - HOUR / 6, WEDNESDAY + 2 * DAY + 1.25 * HOUR)]
    assert {(mail.address, mail.calendar_method) for mail in outbox.all()} == {
        (world.contact.email, "REQUEST"), (world.agent.email, "REQUEST"),
    }  # fmt: skip
    assert last_entry().action == "booking.moved"


def test_it_may_move_into_its_own_time(session, world):
    assert move_booking(world.actor("contact"), session.id, WEDNESDAY + HALF).starts_at == WEDNESDAY + HALF
    assert len(taken()) == 1


def test_where_its_host_is_not_free_another_takes_it(session, world, outbox):
    window(world.manager, WEDNESDAY + DAY)
    moved = move_booking(world.actor("contact"), session.id, WEDNESDAY + DAY)
    assert moved.host_id == world.manager.id
    assert f"{world.agent.name} is not free then" in moved.host_reason
    assert {(mail.address, mail.calendar_method) for mail in outbox.all()} == {
        (world.contact.email, "REQUEST"), (world.manager.email, "REQUEST"), (world.agent.email, "CANCEL"),
    }  # fmt: skip


def test_after_its_cut_off_only_staff_move_it(session, world, clock):
    clock.move_to(WEDNESDAY - DAY)
    move_booking(world.actor("contact"), session.id, WEDNESDAY + 2 * DAY)
    clock.move_to(WEDNESDAY + 1 * DAY + timedelta(seconds=1))
    window(world.agent, WEDNESDAY + 7 * DAY)
    with pytest.raises(Refused) as refusal:
        move_booking(world.actor("contact"), session.id, WEDNESDAY + 7 * DAY)
    assert (refusal.value.rule, refusal.value.links[0].endpoint) == ("COV-5", "tickets.new")
    assert move_booking(world.actor("agent"), session.id, WEDNESDAY + 7 * DAY).calendar_sequence == 2


def test_a_kind_without_limit_moves_until_it_begins(world, congress, clock):
    window(world.agent)
    window(world.agent, WEDNESDAY + 7 * DAY)
    training = book(world.contact, congress, "contacts")
    clock.move_to(WEDNESDAY - timedelta(seconds=1))
    assert move_booking(world.actor("contact"), training.id, WEDNESDAY + 7 * DAY).moved_from == WEDNESDAY
    clock.move_to(WEDNESDAY + 7 * DAY)
    with pytest.raises(Conflict, match="begun"):
        move_booking(world.actor("agent"), training.id, WEDNESDAY + 14 * DAY)


@pytest.mark.parametrize(
    ("offset", "status"), [(-14 * DAY, 422), (-2 * DAY, 422), (100 * DAY, 422), (DAY, 409), (HALF / 2, 409)]
)
def test_a_time_that_is_not_open_leaves_it_where_it_is(offset, status, session, world):
    with pytest.raises(TimeNotOpen) as refusal:
        move_booking(world.actor("contact"), session.id, WEDNESDAY + offset)
    assert refusal.value.status == status
    assert refusal.value.offered
    kept = session_for(world.actor("contact"), session.id)
    assert (kept.starts_at, kept.calendar_sequence) == (WEDNESDAY, 0)


def test_its_own_time_and_no_time_are_refused(session, world):
    with pytest.raises(Invalid):
        move_booking(world.actor("contact"), session.id, WEDNESDAY)
    with pytest.raises(TimeNotOpen):
        move_booking(world.actor("contact"), session.id, None)


def test_not_onto_another_session(session, world):
    booking(world.fair, world.agent, world.outside_contact, WEDNESDAY + 2 * DAY, audience="operators")
    with pytest.raises(TimeNotOpen):
        move_booking(world.actor("contact"), session.id, WEDNESDAY + 2 * DAY)


@pytest.mark.parametrize("state", ["cancelled", "done", "no_show"])
def test_what_has_ended_is_not_moved(state, world, congress, clock):
    window(world.agent, WEDNESDAY + 2 * DAY)
    ended = {"cancelled_at": WEDNESDAY - DAY, "uses_entitlement": False} if state == "cancelled" else {}
    held = booking(congress, world.agent, world.contact, state=state, **ended)
    for act in (
        lambda who: move_booking(who, held.id, WEDNESDAY + 2 * DAY),
        lambda who: hand_to_host(who, held.id, world.manager.id, "x"),
    ):
        with pytest.raises(Conflict):
            act(world.actor("agent"))


@pytest.mark.parametrize(
    ("who", "answer"),
    [("outsider", NotFound), ("nobody", NotFound), ("admin", NotFound), ("moderator", NotFound)],
)
def test_who_may_not_move(who, answer, session, world):
    with pytest.raises(answer):
        move_booking(world.actor(who), session.id, WEDNESDAY + 2 * DAY)
    assert session_for(world.actor("contact"), session.id).starts_at == WEDNESDAY


def test_the_times_on_offer_can_all_be_had_and_leave_out_its_own(session, world):
    slots, later = times_to_move_to(session_for(world.actor("contact"), session.id), None)
    assert WEDNESDAY not in {slot.starts_at for slot in slots}
    assert WEDNESDAY + HALF in {slot.starts_at for slot in slots}
    assert later is None
    for slot in slots:
        assert move_booking(world.actor("contact"), session.id, slot.starts_at).starts_at == slot.starts_at


@pytest.mark.parametrize("who", ["agent"])
def test_staff_hand_a_session_to_another_host(who, session, world, outbox):
    handed = hand_to_host(world.actor(who), session.id, world.manager.id, "On leave")
    assert (handed.host_id, handed.starts_at, handed.calendar_sequence) == (world.manager.id, WEDNESDAY, 1)
    assert "On leave" in handed.host_reason
    assert [host for host, *_ in taken()] == [world.manager.id]
    assert {(mail.address, mail.calendar_method) for mail in outbox.all()} == {
        (world.contact.email, "REQUEST"), (world.manager.email, "REQUEST"), (world.agent.email, "CANCEL"),
    }  # fmt: skip
    entry = last_entry()
    assert (entry.action, entry.after["reason"]) == ("booking.handed_to_host", "On leave")


def test_not_to_somebody_who_is_taken(session, world):
    booking(world.fair, world.manager, world.outside_contact, WEDNESDAY + HOUR, audience="operators")
    with pytest.raises(StandsInTheWay) as refusal:
        hand_to_host(world.actor("agent"), session.id, world.manager.id, "On leave")
    assert [link.endpoint for link in refusal.value.links] == ["bookings.show"]
    assert session_for(world.actor("agent"), session.id).host_id == world.agent.id


@pytest.mark.parametrize("who", ["contact", "agent"])
def test_not_to_somebody_who_takes_no_sessions_or_has_it(who, session, world):
    with pytest.raises(Invalid):
        hand_to_host(world.actor("agent"), session.id, getattr(world, who).id, "Why not")


def test_handing_over_needs_a_reason(session, world):
    with pytest.raises(Invalid):
        hand_to_host(world.actor("agent"), session.id, world.manager.id, "  ")


@pytest.mark.parametrize("who", ["contact", "organiser"])
def test_customers_choose_no_host(who, session, world):
    with pytest.raises(Forbidden):
        hand_to_host(actor_of(getattr(world, who)), session.id, world.manager.id, "Please")
    assert db.session.get_one(Booking, session.id).host_id == world.agent.id

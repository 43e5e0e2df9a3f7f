"""The waiting list: in order of arrival, with offers that really keep the time (HOW-5)."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.accounts.actor import SYSTEM
from portal.accounts.models import Grant
from portal.audit.models import AuditEntry
from portal.bookings.admission import TimeNotOpen
from portal.bookings.endings import cancel_booking
from portal.bookings.holds import release_hold
from portal.bookings.models_commitments import SlotHold, Waiting
from portal.bookings.moving import move_booking
from portal.bookings.waiting_list import join_list, leave_list, tend_waiting_list
from portal.clock import now
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from portal.policy.terms import SessionKind
from tests.bookings.sessions import WEDNESDAY, book, booking, window
from tests.people import actor_of, event

KIND = SessionKind.PRESENTER_TRAINING
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def events(world, congress):
    """Three events of the society; the agent's one open hour on Wednesday is taken by a fourth."""
    window(world.agent, hours=1)
    made = [event(world.society, f"Event {n}", virtual_event_package=True) for n in range(3)]
    db.session.commit()
    book(world.contact, congress)
    return made


@pytest.fixture
def taken(events, outbox):
    """The session that takes the only open time."""
    from portal.bookings.models import Booking

    outbox.all()
    return db.session.scalars(select(Booking)).one()


def join(who, at, kind=KIND, before=None, key=None):
    return join_list(actor_of(who), at.id, kind, before, form_key=key or f"{at.id}-{kind}")


def states():
    db.session.rollback()
    return list(db.session.scalars(select(Waiting.state).order_by(Waiting.since, Waiting.id)))


def offers():
    db.session.rollback()
    found = db.session.execute(
        select(SlotHold.event_id, SlotHold.starts_at, SlotHold.expires_at).where(
            SlotHold.waiting_id.is_not(None)
        )
    )
    return [tuple(row) for row in found]


def test_what_is_cancelled_is_offered_at_once_to_who_came_first(taken, events, world, outbox, clock):
    for each in events[:2]:
        join(world.organiser, each)
        clock.shift(HOUR / 60)
    outbox.all()
    cancel_booking(world.actor("contact"), taken.id)
    assert states() == ["offered", "waiting"]
    assert offers() == [(events[0].id, WEDNESDAY, now() + 4 * HOUR)]
    [mail] = [each for each in outbox.all() if "A time for you" in each.subject]
    assert mail.address == world.organiser.email
    assert "It is kept for you until" in mail.body_text
    # It is really kept: neither the next in line nor anybody else gets it.
    with pytest.raises(TimeNotOpen):
        book(world.organiser, events[1])
    with pytest.raises(TimeNotOpen):
        book(world.contact, world.congress)


def test_what_is_offered_is_booked_and_the_place_ends(taken, events, world, outbox):
    join(world.organiser, events[0])
    cancel_booking(world.actor("contact"), taken.id)
    session = book(world.organiser, events[0])
    assert (session.starts_at, session.host_id) == (WEDNESDAY, world.agent.id)
    assert states() == ["booked"]
    assert offers() == []


def test_an_offer_that_runs_out_goes_to_the_next(taken, events, world, outbox, clock):
    for each in events:
        join(world.organiser, each)
    cancel_booking(world.actor("contact"), taken.id)
    outbox.all()
    clock.shift(4 * HOUR)
    tend_waiting_list(SYSTEM)
    assert states() == ["lapsed", "offered", "waiting"]
    assert [where for where, *_ in offers()] == [events[1].id]
    assert [mail.subject.split(":")[0] for mail in outbox.all()] == ["The offer has ended", "A time for you"]
    tend_waiting_list(SYSTEM)
    assert states() == ["lapsed", "offered", "waiting"]
    assert outbox.all() == []


def test_whoever_needs_the_time_passes_the_offer_on_first(taken, events, world, outbox, clock):
    for each in events[:2]:
        join(world.organiser, each)
    cancel_booking(world.actor("contact"), taken.id)
    clock.shift(4 * HOUR)
    with pytest.raises(TimeNotOpen):
        book(world.organiser, events[2])
    # What the refused booking did is undone with it; the job does the same a moment later.
    tend_waiting_list(SYSTEM)
    assert [where for where, *_ in offers()] == [events[1].id]


def test_an_offer_given_back_goes_to_the_next(taken, events, world, outbox):
    for each in events[:2]:
        join(world.organiser, each)
    cancel_booking(world.actor("contact"), taken.id)
    held = db.session.scalars(select(SlotHold.id)).one()
    release_hold(world.actor("organiser"), held)
    assert states() == ["left", "offered"]
    assert [where for where, *_ in offers()] == [events[1].id]


def test_a_time_that_is_too_late_goes_to_the_next(taken, events, world, outbox):
    join(world.organiser, events[0], before=WEDNESDAY)
    join(world.organiser, events[1], before=WEDNESDAY + HOUR)
    cancel_booking(world.actor("contact"), taken.id)
    assert states() == ["waiting", "offered"]


def test_a_moved_session_frees_its_time_too(taken, events, world, outbox):
    window(world.manager, WEDNESDAY + 7 * DAY)
    join(world.organiser, events[0], before=WEDNESDAY + DAY)
    move_booking(world.actor("contact"), taken.id, WEDNESDAY + 7 * DAY)
    assert [(where, at) for where, at, _ in offers()] == [(events[0].id, WEDNESDAY)]


def test_new_hours_are_offered_by_the_job(taken, events, world, outbox):
    for each in events:
        join(world.organiser, each)
    window(world.manager, WEDNESDAY + DAY, hours=2.5)
    tend_waiting_list(SYSTEM)
    # Room for one session and its buffers beside it: the third waits on.
    assert states() == ["offered", "offered", "waiting"]
    assert {at for _, at, _ in offers()} == {WEDNESDAY + DAY, WEDNESDAY + DAY + 1.5 * HOUR}


def test_an_offer_never_outlasts_the_notice(taken, events, world, outbox, clock):
    join(world.organiser, events[0])
    clock.move_to(WEDNESDAY - DAY - HOUR / 2)
    cancel_booking(world.actor("contact"), taken.id)
    assert [until for *_, until in offers()] == [WEDNESDAY - DAY]


def test_what_is_too_near_is_not_offered(taken, events, world, outbox, clock):
    join(world.organiser, events[0])
    clock.move_to(WEDNESDAY - DAY - HOUR / 10)
    cancel_booking(world.actor("contact"), taken.id)
    assert states() == ["waiting"]


def test_who_was_removed_or_has_no_session_left_is_passed_over(taken, events, world, outbox):
    join(world.organiser, events[0])
    join(world.outsider, world.fair, SessionKind.CONTACT_TRAINING)
    join(world.organiser, events[1])
    booking(events[0], world.manager, world.organiser, WEDNESDAY + 9 * DAY)
    gone = update(Grant).where(Grant.person_id == world.outsider.id).values(ended_at=now())
    db.session.execute(gone)
    db.session.commit()
    outbox.all()
    cancel_booking(world.actor("contact"), taken.id)
    assert states() == ["left", "left", "offered"]
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "waiting.left").order_by(AuditEntry.id)
    )
    assert "booked or used" in next(iter(entries)).after["because"]
    assert not [mail for mail in outbox.all() if mail.address == world.outsider.email]


def test_nobody_waits_where_a_time_is_open(events, world, outbox):
    window(world.manager, WEDNESDAY + DAY)
    with pytest.raises(Refused, match="nobody needs to wait"):
        join(world.organiser, events[0])
    assert join(world.organiser, events[0], before=WEDNESDAY + DAY).state == "waiting"


def test_an_event_is_listed_once_for_a_kind(taken, events, world, outbox):
    first = join(world.organiser, events[0], key="k")
    assert join(world.organiser, events[0], key="k").id == first.id
    with pytest.raises(Refused, match="already"):
        join(world.organiser, events[0], key="other")
    assert join(world.organiser, events[0], SessionKind.CONTACT_TRAINING).state == "waiting"


def test_live_assistance_is_waited_for_by_contacts_alone(taken, world, congress, outbox):
    with pytest.raises(Refused) as refusal:
        join(world.organiser, congress, SessionKind.LIVE_ASSISTANCE)
    assert refusal.value.rule == "WHO-1"
    assert join(world.contact, congress, SessionKind.LIVE_ASSISTANCE).state == "waiting"


@pytest.mark.parametrize("before", [-DAY, timedelta()])
def test_a_day_that_is_over_is_refused(before, taken, events, world, outbox):
    with pytest.raises(Invalid):
        join(world.organiser, events[0], before=now() + before)


def test_a_place_is_left_once(taken, events, world, outbox):
    place = join(world.organiser, events[0])
    leave_list(world.actor("organiser"), place.id)
    assert states() == ["left"]
    with pytest.raises(Conflict):
        leave_list(world.actor("organiser"), place.id)


def test_leaving_gives_back_what_is_offered(taken, events, world, outbox):
    places = [join(world.organiser, each) for each in events[:2]]
    cancel_booking(world.actor("contact"), taken.id)
    leave_list(world.actor("organiser"), places[0].id)
    assert states() == ["left", "offered"]


@pytest.mark.parametrize(
    ("who", "answer"),
    [("outsider", NotFound), ("agent", Forbidden)],
)
def test_who_may_not_join_or_leave(who, answer, taken, events, world, outbox):
    place = join(world.organiser, events[0])
    for act in (
        lambda: join(getattr(world, who), events[1]),
        lambda: leave_list(actor_of(getattr(world, who)), place.id),
    ):
        with pytest.raises(answer):
            act()
    assert states() == ["waiting"]


def test_a_place_whose_day_has_passed_ends_and_says_so(taken, events, world, outbox, clock):
    join(world.organiser, events[0], before=WEDNESDAY - DAY)
    clock.move_to(WEDNESDAY - DAY)
    tend_waiting_list(SYSTEM)
    assert states() == ["lapsed"]
    assert [mail.subject.split(":")[0] for mail in outbox.all()] == ["No time became free"]

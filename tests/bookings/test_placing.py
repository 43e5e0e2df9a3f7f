"""Staff book for a customer, beyond a limit with a reason, and never over something else (HOW-5, COV-5)."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.bookings.admission import TimeNotOpen
from portal.bookings.commitments import StandsInTheWay
from portal.bookings.models import Booking
from portal.bookings.placing import Placement, place_session
from portal.bookings.service import Wanted
from portal.db import db
from portal.errors import Forbidden, Invalid, NotFound, Refused
from tests.bookings.sessions import WEDNESDAY, book, booking, kind_of, utc, window
from tests.people import actor_of

pytestmark = pytest.mark.usefixtures("outbox")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def place(
    world, kind="presenters", at=WEDNESDAY, *, who="agent", person=None, host=None, reason="", key=None
):
    wanted = Wanted(kind_of(kind), at, "Polls")
    placement = Placement((person or world.contact).id, host and host.id, reason)
    actor = actor_of(getattr(world, who))
    return place_session(actor, world.congress.id, wanted, placement, form_key=key or str(uuid.uuid4()))


def sessions():
    db.session.rollback()
    return list(db.session.scalars(select(Booking).order_by(Booking.id)))


@pytest.mark.parametrize("who", ["agent", "manager"])
def test_staff_book_for_a_contact(who, world, congress, outbox):
    window(world.agent)
    made = place(world, who=who)
    assert (made.booked_by_id, made.placed_by_id, made.host_id) == (
        world.contact.id, getattr(world, who).id, world.agent.id,
    )  # fmt: skip
    assert (made.uses_entitlement, made.override_reason) == (True, "")
    assert [mail.address for mail in outbox.all()] == [world.contact.email, world.agent.email]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "booking.placed")).one()
    assert (entry.after["for"], entry.after["beyond"]) == (world.contact.id, [])


@pytest.mark.parametrize(
    ("at", "words"),
    [("2026-11-23 15:00", "at least 24 hours ahead"), ("2027-03-24 15:00", "up to 60 days ahead")],
)
def test_beyond_notice_and_horizon_with_a_reason(at, words, world, congress):
    window(world.agent, utc(at))
    with pytest.raises(Refused, match="Give a reason") as refusal:
        place(world, at=utc(at))
    assert words in refusal.value.message
    made = place(world, at=utc(at), reason="Their opening is tomorrow")
    assert (made.starts_at, made.override_reason) == (utc(at), "Their opening is tomorrow")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "booking.placed")).one()
    assert words in entry.after["beyond"][0]
    assert entry.after["reason"] == "Their opening is tomorrow"


def test_beyond_the_entitlement_with_a_reason(world, congress):
    window(world.agent, hours=9)
    book(world.contact, congress)
    with pytest.raises(Refused) as refusal:
        place(world, at=WEDNESDAY + 4 * HOUR)
    assert refusal.value.rule == "COV-5"
    further = place(world, at=WEDNESDAY + 4 * HOUR, reason="The first was cut short by us")
    assert (further.one_per_event, further.uses_entitlement) == (False, False)
    assert [each.uses_entitlement for each in sessions()] == [True, False]


def test_without_the_package_with_a_reason(world, congress):
    db.session.merge(congress).virtual_event_package = False
    db.session.commit()
    window(world.agent)
    with pytest.raises(Refused):
        place(world)
    assert place(world, reason="The package is on its way").uses_entitlement is False


def test_outside_a_hosts_hours_with_a_reason(world, congress):
    with pytest.raises(Refused, match="does not take such sessions"):
        place(world, host=world.agent)
    assert place(world, host=world.agent, reason="As agreed with her").host_id == world.agent.id


@pytest.mark.parametrize("minutes", [0, 60, 90, -60])
def test_never_over_another_session(minutes, world, congress):
    window(world.agent)
    booking(world.fair, world.agent, world.outside_contact, WEDNESDAY, audience="operators")
    at = WEDNESDAY + timedelta(minutes=minutes)
    if minutes == 90:
        assert place(world, at=at, host=world.agent, reason="Needed").starts_at == at
        return
    with pytest.raises((StandsInTheWay, TimeNotOpen)):
        place(world, at=at, host=world.agent, reason="Needed")
    with pytest.raises((StandsInTheWay, TimeNotOpen)):
        place(world, at=at, reason="Needed")
    assert len(sessions()) == 1


@pytest.mark.parametrize(
    "at", [None, utc("2026-11-23 13:59"), utc("2026-11-23 14:00"), utc("1990-01-01 00:00")]
)
def test_not_in_the_past_whatever_the_reason(at, world, congress):
    window(world.agent)
    with pytest.raises(Invalid):
        place(world, at=at, host=world.agent, reason="Needed")
    assert sessions() == []


def test_live_assistance_only_for_contacts_whatever_the_reason(world, congress):
    window(world.agent)
    with pytest.raises(Refused) as refusal:
        place(world, "live_assistance", person=world.organiser, reason="Needed")
    assert refusal.value.rule == "WHO-1"
    assert place(world, "live_assistance").kind == "live_assistance"


@pytest.mark.parametrize("whom", ["outsider", "agent"])
def test_only_for_people_of_the_event(whom, world, congress):
    window(world.agent)
    with pytest.raises(Invalid):
        place(world, person=getattr(world, whom))


@pytest.mark.parametrize("host", ["contact", "admin"])
def test_only_with_who_takes_sessions(host, world, congress):
    with pytest.raises(Invalid):
        place(world, host=getattr(world, host), reason="Needed")


def test_one_form_books_once(world, congress):
    window(world.agent)
    assert place(world, "contacts", key="k").id == place(world, "contacts", key="k").id


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        ("contact", Forbidden),
        ("organiser", Forbidden),
        ("outsider", NotFound),
        ("admin", Forbidden),
        ("moderator", NotFound),
    ],
)
def test_customers_do_not(who, answer, world, congress):
    window(world.agent)
    with pytest.raises(answer):
        place(world, who=who, reason="Please")
    assert sessions() == []

"""Seats follow the limit, whoever comes and goes (WHO-3, WHO-4)."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.accounts.actor import SYSTEM
from portal.accounts.permissions import Role
from portal.db import db
from portal.editions.queries import edition_in_force
from portal.events.models import Event
from portal.events.queries import locked_event
from portal.orders.models import Order, OrderLine
from portal.roster.models import Contact, Seat
from portal.roster.seats import open_bought_seat, sync_seats
from tests.people import contact, grant, person


def line_of(world, event):
    order = Order(organisation_id=event.organisation_id, event_id=event.id, total_cents=50000,
                  placed_by_id=world.organiser.id, policy_edition=1)  # fmt: skip
    db.session.add(order)
    db.session.flush()
    line = OrderLine(order_id=order.id, item="extra_contact", description="Additional contact", quantity=1,
                     unit_cents=50000, total_cents=50000, rule="WHO-4")  # fmt: skip
    db.session.add(line)
    db.session.commit()
    return line.id


def resize(event, attendees, licence="basic"):
    held = locked_event(SYSTEM, event.id)
    held.attendees, held.licence = attendees, licence
    limit = sync_seats(held, edition_in_force())
    db.session.commit()
    return limit


def seats(event):
    """Number, whether closing, whether bought, whether taken; by number."""
    rows = db.session.execute(
        select(Seat.number, Seat.closing, Seat.order_line_id, Contact.id)
        .outerjoin(Contact, Contact.seat_id == Seat.id)
        .where(Seat.event_id == event.id)
        .order_by(Seat.number)
    )
    return [(number, closing, line is not None, holder is not None) for number, closing, line, holder in rows]


def leave(event, seat_number):
    """End the contact on a seat, as an approved removal does."""
    held = locked_event(SYSTEM, event.id)
    gone = db.session.scalars(
        select(Contact).where(Contact.event_id == event.id, Contact.seat_number == seat_number)
    ).one()
    gone.ended_at, gone.seat_id = gone.registered_at, None
    sync_seats(held, edition_in_force())
    db.session.commit()


def test_a_bought_seat_opens_with_the_next_number_and_raises_the_limit(client, world):
    made = open_bought_seat(world.workshop.id, line_of(world, world.workshop))
    db.session.commit()
    assert (made.number, made.closing) == (2, False)
    text = client.as_(world.organiser).get(f"/events/{world.workshop.id}/contacts").text
    assert "0 of 2" in text
    assert "1 additional contact came with paid seats" in text
    assert "Bought" in text


def test_a_line_has_one_seat_for_ever(world):
    line_id = line_of(world, world.workshop)
    open_bought_seat(world.workshop.id, line_id)
    db.session.commit()
    with pytest.raises(IntegrityError):
        open_bought_seat(world.workshop.id, line_id)
    db.session.rollback()
    assert len(seats(world.workshop)) == 2


def test_bought_seats_count_on_top_of_every_size_and_licence(world):
    open_bought_seat(world.congress.id, line_of(world, world.congress))
    db.session.commit()
    for attendees, licence, total in ((100, "basic", 2), (2001, "premium", 7), (700, "basic", 4)):
        assert resize(world.congress, attendees, licence).total == total
        assert len(seats(world.congress)) == total
        assert sum(bought for _, _, bought, _ in seats(world.congress)) == 1


def test_over_the_limit_a_bought_seat_keeps_one_that_was_to_close(world):
    contact(world.congress, person("Third"))
    db.session.commit()
    assert resize(world.congress, 100).total == 1
    made = open_bought_seat(world.congress.id, line_of(world, world.congress))
    db.session.commit()
    assert made.number == 2
    state = seats(world.congress)
    assert len(state) == 3
    assert sum(closing for _, closing, _, _ in state) == 1
    assert all(taken for _, _, _, taken in state)


def test_a_bought_seat_outlives_the_seats_it_moves_between(world):
    line_id = line_of(world, world.congress)
    open_bought_seat(world.congress.id, line_id)
    for name in ("Third", "Fourth", "Fifth"):
        contact(world.congress, person(name))
    db.session.commit()
    resize(world.congress, 100)
    for number in (5, 1, 2):
        leave(world.congress, number)
        lines = db.session.scalars(select(Seat.order_line_id).where(Seat.order_line_id.is_not(None))).all()
        assert lines == [line_id]
    assert [closing for _, closing, _, _ in seats(world.congress)] == [False, False]


def test_there_are_as_many_free_seats_as_there_is_room_whatever_happens(world):
    """A walk through rising and falling limits, people who come and go, and seats that are bought."""
    bought = 0
    steps = [
        ("size", 100), ("buy", 0), ("size", 2500), ("join", 4), ("size", 300), ("buy", 0), ("leave", 3), ("size", 650),
        ("buy", 0), ("leave", 1), ("leave", 2), ("size", 50), ("join", 2), ("size", 1001), ("leave", 4),
    ]  # fmt: skip
    for step, (what, amount) in enumerate(steps):
        if what == "size":
            resize(world.congress, amount)
        elif what == "buy":
            open_bought_seat(world.congress.id, line_of(world, world.congress))
            bought += 1
        elif what == "join":
            _join(world.congress, amount, step)
        else:
            _leave_lowest(world.congress, amount)
        db.session.commit()
        _holds(world.congress, bought)


def _join(event, number, step):
    for each in range(number):
        if any(not taken for *_, taken in seats(event)):
            contact(event, person(f"Joiner {step} {each}"))


def _leave_lowest(event, number):
    for _ in range(number):
        there = [seat_number for seat_number, _, _, taken in seats(event) if taken]
        if there:
            active = select(Contact).where(Contact.event_id == event.id, Contact.seat_id.is_not(None))
            gone = db.session.scalars(active.order_by(Contact.seat_number).limit(1)).one()
            held = locked_event(SYSTEM, event.id)
            gone.ended_at, gone.seat_id = gone.registered_at, None
            sync_seats(held, edition_in_force())


def _holds(event, bought):
    now_there = db.session.get(Event, event.id, populate_existing=True)
    state = seats(event)
    limit = sync_seats(locked_event(SYSTEM, event.id), edition_in_force())
    assert seats(event) == state, "bringing seats in line twice changes nothing"
    used = sum(taken for *_, taken in state)
    assert limit.extra == bought
    assert sum(not taken for *_, taken in state) == max(0, limit.total - used)
    assert sum(closing for _, closing, _, _ in state) == max(0, used - limit.total)
    assert all(taken for _, closing, _, taken in state if closing)
    assert not any(line for _, closing, line, _ in state if closing)
    assert sum(line for _, _, line, _ in state) == bought
    assert now_there.id == event.id
    db.session.commit()


def test_a_contact_cannot_sit_on_a_seat_that_is_taken(world):
    there = db.session.scalars(select(Contact).where(Contact.event_id == world.congress.id)).first()
    with pytest.raises(IntegrityError, match="uq_contact_seat_id"):
        _seat(world.congress, person("Pusher"), there.seat_id)
    db.session.rollback()


def test_a_contact_cannot_sit_on_another_events_seat(world):
    elsewhere = db.session.scalars(select(Seat).where(Seat.event_id == world.workshop.id)).first()
    with pytest.raises(IntegrityError, match="fk_contact_event_id_seat_id"):
        _seat(world.congress, person("Stranger"), elsewhere.id)
    db.session.rollback()


def _seat(event, who, seat_id):
    role = grant(who, Role.CONTACT, event_id=event.id)
    db.session.add(
        Contact(event_id=event.id, person_id=who.id, seat_id=seat_id, seat_number=1, grant_id=role.id)
    )
    db.session.flush()

"""The numbered seats behind the contact limit (WHO-3, WHO-4). These take part in the caller's transaction.

While an event is locked its seats can be brought in line with its limit: there are then exactly as many
free seats as there is room, none when it is full or over its limit, whoever comes and goes.
"""

from collections.abc import Sequence

from sqlalchemy import select

from portal.accounts.actor import SYSTEM
from portal.db import db
from portal.editions.queries import edition_in_force
from portal.events.models import Event
from portal.events.queries import locked_event
from portal.policy.contacts import ContactLimit, contact_limit
from portal.policy.edition import Edition
from portal.roster.models import Contact, Seat


def open_bought_seat(event_id: int, order_line_id: int) -> Seat:
    """Open the seat that an order line paid for (WHO-4), and give the seat that now carries it.

    Locks the event. Where the event is over its limit, the line is carried by a seat that was to close.
    Raises IntegrityError when the line has its seat already, NotFound for an unknown event.
    """
    event = locked_event(SYSTEM, event_id)
    number = _unused_number(_seats(event_id))
    db.session.add(Seat(event_id=event_id, number=number, order_line_id=order_line_id))
    db.session.flush()
    sync_seats(event, edition_in_force())
    return db.session.scalars(select(Seat).where(Seat.order_line_id == order_line_id)).one()


def sync_seats(event: Event, edition: Edition) -> ContactLimit:
    """Bring the seats of a locked event in line with its limit, and give that limit (WHO-3, WHO-4).

    Missing seats are opened, empty ones beyond the limit go, and where more are taken than allowed the
    highest are marked `closing`: nobody is removed. Seats that were bought always count on top.
    """
    db.session.flush()
    seats = _seats(event.id)
    lines = [seat.order_line_id for seat in seats if seat.order_line_id is not None]
    limit = contact_limit(event.attendees, event.licence_kind, extra_seats=len(lines), edition=edition)
    taken = _taken(event.id)
    kept = _in_order_of_keeping(seats, taken)[: limit.total]
    for seat in seats:
        if seat not in kept:
            _close(seat, is_taken=seat.id in taken)
    db.session.flush()
    kept += _opened(event.id, limit.total - len(kept), but=seats)
    _carry(lines, kept)
    db.session.flush()
    return limit


def _in_order_of_keeping(seats: Sequence[Seat], taken: set[int]) -> list[Seat]:
    return sorted(seats, key=lambda seat: (seat.id not in taken, seat.order_line_id is None, seat.number))


def _close(seat: Seat, *, is_taken: bool) -> None:
    if is_taken:
        seat.closing, seat.order_line_id = True, None
    else:
        db.session.delete(seat)


def _opened(event_id: int, missing: int, but: Sequence[Seat]) -> list[Seat]:
    there = list(but)
    opened: list[Seat] = []
    for _ in range(missing):
        seat = Seat(event_id=event_id, number=_unused_number([*there, *opened]))
        db.session.add(seat)
        opened.append(seat)
    return opened


def _carry(lines: list[int], kept: list[Seat]) -> None:
    # The line moves when the seat that carried it went, first of all to one that stays because of it:
    # what was bought is never lost.
    homeless = set(lines) - {seat.order_line_id for seat in kept}
    for seat in sorted(kept, key=lambda seat: not seat.closing):
        seat.closing = False
        if seat.order_line_id is None and homeless:
            seat.order_line_id = homeless.pop()


def _seats(event_id: int) -> list[Seat]:
    mine = select(Seat).where(Seat.event_id == event_id).order_by(Seat.number)
    return list(db.session.scalars(mine.execution_options(populate_existing=True)))


def _taken(event_id: int) -> set[int]:
    active = select(Contact.seat_id).where(Contact.event_id == event_id, Contact.seat_id.is_not(None))
    return {seat_id for seat_id in db.session.scalars(active) if seat_id is not None}


def _unused_number(seats: Sequence[Seat]) -> int:
    used = {seat.number for seat in seats}
    return next(number for number in range(1, len(used) + 2) if number not in used)

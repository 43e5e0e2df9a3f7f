"""The seats that an order's lines open and close (WHO-4). These take part in the caller's transaction."""

from collections.abc import Iterable

from sqlalchemy import select, update

from portal.accounts.actor import SYSTEM
from portal.db import db
from portal.editions.queries import edition_in_force
from portal.events.queries import locked_event
from portal.orders.models import Order, OrderLine
from portal.payments.models import RefundLine
from portal.roster.models import Seat
from portal.roster.seats import open_bought_seat, sync_seats


def open_seats(order: Order) -> None:
    """Open the seat of each line that has none and was not given back. Locks the event."""
    locked_event(SYSTEM, order.event_id)
    without = set(_line_ids(order)) - _seated(order) - _given_back(order)
    for line_id in sorted(without):
        open_bought_seat(order.event_id, line_id)


def close_seats(order: Order, line_ids: Iterable[int]) -> None:
    """Close the seats of these lines: nobody is removed, the event may be over its limit then (WHO-3)."""
    event = locked_event(SYSTEM, order.event_id)
    free = update(Seat).where(Seat.order_line_id.in_(list(line_ids))).values(order_line_id=None)
    db.session.execute(free)
    sync_seats(event, edition_in_force())


def lines_left(order: Order) -> list[OrderLine]:
    """The lines that were not given back by a refund, done or under way."""
    gone = _given_back(order)
    return [line for line in order.lines if line.id not in gone]


def _line_ids(order: Order) -> list[int]:
    return [line.id for line in order.lines if line.item == "extra_contact"]


def _seated(order: Order) -> set[int]:
    mine = select(Seat.order_line_id).where(Seat.order_line_id.in_(_line_ids(order)))
    return {line_id for line_id in db.session.scalars(mine) if line_id is not None}


def _given_back(order: Order) -> set[int]:
    lines = [line.id for line in order.lines]
    mine = select(RefundLine.order_line_id).where(RefundLine.order_line_id.in_(lines))
    return set(db.session.scalars(mine))

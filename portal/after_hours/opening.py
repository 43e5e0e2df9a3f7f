"""The window that an order gives and takes away: what the order book calls at each change of it (AFT-1).

These take part in the caller's transaction, which holds the order, and do nothing the second time.
"""

from sqlalchemy.dialects.postgresql import insert

from portal.accounts.actor import SYSTEM, Actor
from portal.after_hours import letters
from portal.after_hours.changing import changed, ended, facts, write_down
from portal.after_hours.models import Window, WindowOffer
from portal.after_hours.queries import locked_window, window_of_order
from portal.after_hours.quoting import Wanted
from portal.after_hours.takers import takers_for
from portal.bookings.clashes import Clash, clashes
from portal.clock import now
from portal.db import db
from portal.editions.queries import edition_in_force
from portal.errors import Conflict
from portal.orders.models import Order
from portal.policy.terms import Channel

EVENT_TAKEN = "ex_after_hours_window_event"


def open_window(actor: Actor, order: Order) -> None:
    """Offer the window of an order that is paid, or approved on invoice, to those who could hold it; once."""
    window = _window(order)
    if window is None:
        return
    before = facts(window)
    if changed(window, Window.state == "ordered", {"state": "offered"}):
        write_down(actor, "after_hours.offered", window, before)
        offer(window)


def reopen_window(actor: Actor, order: Order) -> None:
    """Offer the window of a cancelled order that is carried out after all. Raises Conflict when it is too late."""
    window = _window(order)
    if window is None:
        return
    if window.hold_by <= now():
        raise Conflict(f"Window {window.reference} can no longer be held. Pay the money back.")
    before = facts(window)
    anew = {
        "state": "offered", "ended_at": None, "ended_by_id": None, "ended_because": "", "refund_cents": None,
        "holder_id": None, "held_at": None, "managers_told_at": None,
    }  # fmt: skip
    try:
        with clashes(EVENT_TAKEN):
            again = changed(window, Window.state == "cancelled", anew)
    except Clash as clash:
        raise Conflict("The event has another window at that time by now. Pay the money back.") from clash
    if again:
        write_down(actor, "after_hours.offered", window, before)
        offer(window)


def close_window(actor: Actor, order: Order, because: str) -> None:
    """Cancel the window of an order that was cancelled, or wholly paid back, unless it is over or gone."""
    window = _window(order)
    if window is None:
        return
    before = facts(window)
    stands = Window.state.in_(("ordered", "offered", "confirmed"))
    if changed(window, stands, ended(actor, "cancelled", because)):
        write_down(actor, "after_hours.cancelled", window, before)
        letters.tell_of_end(window)


def offer(window: Window) -> None:
    """Offer a window to everyone who could hold it; managers are told where that is nobody."""
    wanted = Wanted(Channel(window.channel), window.starts_at, window.ends_at)
    people = takers_for(wanted, window.event_id, edition_in_force(), but=window.id).able(wanted)
    if not people:
        tell_managers_once(window)
        return
    rows = [{"window_id": window.id, "person_id": person.id, "offered_at": now()} for person in people]
    db.session.execute(insert(WindowOffer).values(rows).on_conflict_do_nothing())
    letters.offer_to(people, window)


def tell_managers_once(window: Window) -> None:
    """Tell managers that nobody is left to hold a window, unless they have been."""
    untold = (Window.state == "offered") & Window.managers_told_at.is_(None)
    if changed(window, untold, {"managers_told_at": now()}):
        letters.tell_managers_of_nobody(window)


def _window(order: Order) -> Window | None:
    there = window_of_order(order.id)
    return locked_window(SYSTEM, there.id) if there is not None and there.order_id == order.id else None

"""What happens to windows by themselves: not ordered or held in time, over, or without a holder (AFT-1).

A sweep every minute looks at how they stand rather than at jobs laid down for each. Each window is changed by a
compare-and-set in a transaction of its own: two workers change it once.
"""

from collections.abc import Callable

import structlog
from sqlalchemy import Select, or_, select

from portal.accounts.actor import SYSTEM, Actor
from portal.accounts.models import Person
from portal.after_hours.cancelling import give_up
from portal.after_hours.changing import changed, facts, write_down
from portal.after_hours.holding import put_back
from portal.after_hours.models import Window
from portal.after_hours.opening import offer
from portal.after_hours.queries import holders, locked_window
from portal.after_hours.service import withdraw
from portal.clock import now
from portal.db import db, in_transaction, use_case
from portal.errors import PortalError
from portal.orders.holding import locked_order
from portal.orders.refunds import finish_refund
from portal.payments.models import Refund
from portal.payments.provider import ProviderUnavailable
from portal.policy.windows import nobodys_refund

log = structlog.get_logger(__name__)

NOT_ORDERED = "Nobody ordered it in time."
NOT_PAID = "It was not paid, nor approved on invoice, in time."
NOT_HELD = "Nobody of support could hold it."


def look_after_windows() -> int:
    """Let each window that is due follow the clock; how many changed. What fails is logged and tried again."""
    steps: dict[str, Callable[[Actor, int], bool]] = {
        "asked": lapse, "ordered": lapse, "offered": lapse, "confirmed": settle_held,
    }  # fmt: skip
    return sum(_done(steps[state], window_id) for window_id, state in in_transaction(_due))


@use_case
def settle_held(actor: Actor, window_id: int) -> bool:
    """A held window is over, or waits for somebody else when its holder no longer works; whether it changed."""
    window = locked_window(actor, window_id)
    if window.state != "confirmed":
        return False
    if window.ends_at <= now():
        before = facts(window)
        changed(window, Window.state == "confirmed", {"state": "done", "handing_to_id": None})
        write_down(actor, "after_hours.done", window, before)
        return True
    if db.session.scalar(holders().where(Person.id == window.holder_id)) is None:
        put_back(actor, window)
        offer(window)
        return True
    return False


def lapse(actor: Actor, window_id: int) -> bool:
    """End a window that was not ordered, paid or held in time, and have what was paid come back."""
    changed_, refund = end_in_time(actor, window_id)
    if refund is not None:
        try:
            finish_refund(refund.id)
        except ProviderUnavailable as error:
            log.warning("refund_waits", refund=refund.id, why=str(error))
    return changed_


@use_case
def end_in_time(actor: Actor, window_id: int) -> tuple[bool, Refund | None]:
    """End a window whose time to be held is over; whether it was, and what is paid back."""
    order_id = db.session.scalar(select(Window.order_id).where(Window.id == window_id))
    order = locked_order(actor, order_id) if order_id else None
    window = locked_window(actor, window_id)
    if window.hold_by > now() or window.state not in ("asked", "ordered", "offered"):
        return False, None
    if order is None:
        withdraw(actor, window, NOT_ORDERED)
        return True, None
    because = NOT_PAID if window.state == "ordered" else NOT_HELD
    return True, give_up(actor, window, order, nobodys_refund(order.total_cents), because)


def _done(step: Callable[[Actor, int], bool], window_id: int) -> bool:
    try:
        return step(SYSTEM, window_id)
    except PortalError as error:
        log.error("window_not_looked_after", window=window_id, why=error.message)
        return False


def _due() -> list[tuple[int, str]]:
    return [(row[0], row[1]) for row in db.session.execute(_late()).all()]


def _late() -> Select[int, str]:
    working = holders().with_only_columns(Person.id).order_by(None)
    unheld = Window.state.in_(("asked", "ordered", "offered")) & (Window.hold_by <= now())
    held = (Window.state == "confirmed") & or_(Window.ends_at <= now(), Window.holder_id.not_in(working))
    return select(Window.id, Window.state).where(or_(unheld, held)).order_by(Window.id)

"""Cancelling a window, by the customer or by support, and what is paid back (AFT-1)."""

from dataclasses import dataclass

import structlog

from portal.accounts.actor import Actor
from portal.after_hours import letters
from portal.after_hours.changing import changed, ended, facts, overtaken, write_down
from portal.after_hours.models import Window
from portal.after_hours.queries import locked_window, window_for
from portal.clock import now
from portal.db import use_case
from portal.editions.queries import edition_in_force, edition_numbered
from portal.errors import Conflict, Link, Refused
from portal.money import money
from portal.orders.holding import locked_order
from portal.orders.models import Order, OrderLine
from portal.orders.placing import placed
from portal.orders.refunds import finish_refund, undo
from portal.payments.models import Refund as PaidBack
from portal.payments.provider import ProviderUnavailable
from portal.policy.decision import WayOn, refused
from portal.policy.windows import Refund, nobodys_refund, window_refund

log = structlog.get_logger(__name__)
STANDING = ("ordered", "offered", "confirmed")


@dataclass(frozen=True)
class Terms:
    """What cancelling a window now means: what was to be paid and how much of it comes back, in integer cents.

    `is_paid` is False while nothing was paid: what does not come back then stays to be paid, as `charge_cents`.
    """

    refund: Refund
    total_cents: int
    currency: str
    is_paid: bool

    @property
    def charge_cents(self) -> int:
        """What the customer pays for it all the same."""
        return self.total_cents - self.refund.cents


def cancel_window(actor: Actor, window_id: int, *, expected_cents: int, reason: str = "") -> Window:
    """Cancel a window and have what comes back paid; when the provider does not answer, a job goes on asking.

    See `end_window` for what is raised.
    """
    window, back = end_window(actor, window_id, expected_cents=expected_cents, reason=reason)
    if back is not None:
        try:
            finish_refund(back.id)
        except ProviderUnavailable as error:
            log.warning("refund_waits", refund=back.id, why=str(error))
    return window


@use_case
def end_window(
    actor: Actor, window_id: int, *, expected_cents: int, reason: str = ""
) -> tuple[Window, PaidBack | None]:
    """Cancel a window on the terms that were shown: `expected_cents` come back, or are not to be paid.

    Support that cancels gives everything back, and says why. Raises Conflict when the terms are others by now or
    it is gone, Refused once it has begun, NotFound, Forbidden.
    """
    actor.require("after_hours:cancel", window_for(actor, window_id).scope)
    order = _order_of(actor, window_id)
    window = locked_window(actor, window_id)
    terms = terms_of(actor, window, order)
    if window.state not in STANDING:
        raise overtaken(window)
    if window.starts_at <= now():
        raise Refused(refused("AFT-1", terms.refund.reason, WayOn.ASK_IN_TICKET), links=(_ticket(window),))
    if terms.refund.cents != expected_cents:
        back = money(terms.refund.cents, terms.currency)
        raise Conflict(f"By now {back} would come back. Nothing was cancelled: please look again.")
    return window, give_up(actor, window, order, terms.refund, reason or f"Cancelled by {actor.name}.")


def give_up(actor: Actor, window: Window, order: Order, refund: Refund, because: str) -> PaidBack | None:
    """Cancel a window with what comes back of its order, in the caller's transaction, which holds both."""
    before = facts(window)
    cancelled = ended(actor, "cancelled", because) | {"refund_cents": refund.cents}
    if not changed(window, Window.state.in_(STANDING), cancelled):
        raise overtaken(window)
    back = _undo(actor, window, order, refund)
    write_down(actor, "after_hours.cancelled", window, before)
    letters.tell_of_end(window_for(actor, window.id))
    return back


def terms_of(actor: Actor, window: Window, order: Order) -> Terms:
    """What cancelling a window at this moment gives back, by the terms that were agreed when it was ordered."""
    edition = edition_numbered(window.policy_edition) or edition_in_force()
    by_support = actor.is_system or actor.is_staff
    if order.state == "pending" and order.granted_at is None:
        refund = Refund(order.total_cents, 100, "It is not paid, so nothing is owed for it.")
    elif by_support:
        refund = nobodys_refund(order.total_cents)
    else:
        refund = window_refund(order.total_cents, window.starts_at, now(), edition)
    return Terms(refund, order.total_cents, order.currency, order.state != "pending")


def _undo(actor: Actor, window: Window, order: Order, refund: Refund) -> PaidBack | None:
    kept = order.total_cents - refund.cents
    if order.state == "pending" and kept:
        _charge(actor, window, order, kept)
    why = f"{window.reference}: {refund.reason}"
    return undo(actor, order, cents=order.held_cents - kept, reason=why, key=f"after-hours:{window.id}")


def _charge(actor: Actor, window: Window, order: Order, cents: int) -> None:
    """What a cancellation leaves to be paid of an order on invoice, as an order of its own."""
    tax = order.tax_cents * cents // order.total_cents
    line = OrderLine(
        item="after_hours", description=f"Cancellation of window {window.reference} (order {order.reference})",
        quantity=1, unit_cents=cents - tax, total_cents=cents - tax, tax_cents=tax, rule="AFT-1",
    )  # fmt: skip
    charge = Order(
        organisation_id=order.organisation_id, event_id=order.event_id, placed_by_id=actor.id, currency=order.currency,
        total_cents=cents, tax_cents=tax, tax_rate=order.tax_rate, tax_name=order.tax_name, tax_id=order.tax_id,
        method="invoice", purchase_order=order.purchase_order, policy_edition=order.policy_edition, lines=[line],
    )  # fmt: skip
    changed(window, Window.state == "cancelled", {"charge_order_id": placed(actor, charge).id})


def _order_of(actor: Actor, window_id: int) -> Order:
    order_id = window_for(actor, window_id).order_id
    if order_id is None:
        raise Conflict("This window was not ordered: withdraw it instead.")
    return locked_order(actor, order_id)


def _ticket(window: Window) -> Link:
    return Link("Ask in a ticket", "tickets.new", {"event_id": window.event_id})

"""Preparing and ordering windows after hours (AFT-1). Holding is in `holding`, cancelling in `cancelling`."""

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.after_hours import letters
from portal.after_hours.changing import changed, ended, facts, overtaken, write_down
from portal.after_hours.models import Window, reference_of
from portal.after_hours.queries import locked_window, window_for
from portal.after_hours.quoting import NOTE_MOST, Wanted, WindowPrice, quoted
from portal.after_hours.takers import takers_for
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Invalid, Link, Refused
from portal.events.models import Event
from portal.events.queries import locked_event
from portal.orders.models import Order
from portal.orders.placing import placed
from portal.orders.service import PriceChanged
from portal.payments.configured import is_configured
from portal.policy.terms import Channel
from portal.policy.windows import hold_deadline, nobody_free

CHANGED = "This is not the price that you reviewed. Nothing was ordered: please look again."


@use_case
def ask_for_window(actor: Actor, event_id: int, wanted: Wanted, *, form_key: str) -> Window:
    """Prepare a window, which an organiser orders: nothing is to be paid until then. A repeated form is one.

    Raises Invalid beside the field that is wrong (`starts_at`, `ends_at`, `note`), Refused when nobody could hold
    it or it overlaps with another of the event, NotFound, Forbidden.
    """
    event = locked_event(actor, event_id)
    actor.require("after_hours:ask", event.scope)
    key = actor.own_key(form_key)
    if asked := db.session.scalar(select(Window).where(Window.form_key == key)):
        return window_for(actor, asked.id)
    price = _checked(event, wanted)
    window = _written(actor, event, price, key)
    write_down(actor, "after_hours.asked", window, total_cents=price.total_cents)
    letters.tell_organisers(window, price)
    return window


@use_case
def order_window(
    actor: Actor, event_id: int, wanted: Wanted, *, method: str = "invoice", purchase_order: str = "",
    reviewed: str | None = None, form_key: str,
) -> Window:  # fmt: skip
    """Order a window at the price in force, every line of it as it was reviewed. A repeated form is one order.

    `reviewed` is the fingerprint of the price that was shown: PriceChanged when it is another by now. It is
    offered to staff once the order is paid, or approved on invoice. Raises as `ask_for_window`, and Invalid
    (`method`) for a way to pay that is not offered.
    """
    event = locked_event(actor, event_id)
    actor.require("after_hours:order", event.scope)
    key = actor.own_key(form_key)
    if there := db.session.scalar(select(Window).where(Window.form_key == key)):
        return window_for(actor, there.id)
    price = _checked(event, wanted)
    _check_review(price, reviewed, method)
    window = _written(actor, event, price, key)
    return _ordered(actor, window, price, method, purchase_order)


@use_case
def order_prepared(
    actor: Actor,
    window_id: int,
    *,
    method: str = "invoice",
    purchase_order: str = "",
    reviewed: str | None = None,
) -> Window:
    """Order a window that was prepared, at the price of now. Ordering it twice is one order.

    Raises Conflict when it was ordered or withdrawn meanwhile, and as `order_window`.
    """
    event = locked_event(actor, window_for(actor, window_id).event_id)
    window = locked_window(actor, window_id)
    actor.require("after_hours:order", window.scope)
    if window.order is not None and window.order.placed_by_id == actor.id:
        return window
    if window.state != "asked":
        raise overtaken(window)
    price = _checked(event, wanted_of(window), but=window.id)
    _check_review(price, reviewed, method)
    return _ordered(actor, window, price, method, purchase_order)


@use_case
def withdraw_window(actor: Actor, window_id: int, *, reason: str = "") -> Window:
    """Take back, or decline, a window that is not ordered. Raises Conflict when it was, NotFound, Forbidden."""
    window = locked_window(actor, window_id)
    actor.require("after_hours:ask", window.scope)
    withdraw(actor, window, reason or f"Withdrawn by {actor.name}.")
    return window


def withdraw(actor: Actor, window: Window, because: str) -> None:
    """As `withdraw_window`, in the caller's transaction, which holds the window."""
    before = facts(window)
    if not changed(window, Window.state == "asked", ended(actor, "withdrawn", because)):
        raise overtaken(window)
    write_down(actor, "after_hours.withdrawn", window, before)
    letters.tell_of_end(window)


def wanted_of(window: Window) -> Wanted:
    """What a window is, as it was asked for."""
    return Wanted(Channel(window.channel), window.starts_at, window.ends_at, window.note)


def _checked(event: Event, wanted: Wanted, but: int | None = None) -> WindowPrice:
    if len(wanted.note) > NOTE_MOST:
        raise Invalid(note=f"Keep the note within {NOTE_MOST:,} characters.")
    price = quoted(wanted)
    # One after the other: two orders at once must not count on the same colleague.
    _hold_takers()
    takers = takers_for(wanted, event.id, price.edition, but=but)
    if other := takers.overlap(wanted):
        raise Invalid(
            starts_at=f"Window {reference_of(other)} of this event overlaps with it. Choose another time."
        )
    if not takers.is_holdable(wanted):
        ask = Link("Ask in a ticket", "tickets.new", {"event_id": event.id})
        raise Refused(nobody_free(), links=(ask,))
    return price


def _hold_takers() -> None:
    db.session.execute(select(db.func.pg_advisory_xact_lock(TAKING)))


TAKING = 7_203_560


def _check_review(price: WindowPrice, reviewed: str | None, method: str) -> None:
    if not is_configured(method):
        raise Invalid(method="Choose one of the ways to pay.")
    if reviewed is not None and reviewed != price.fingerprint:
        raise PriceChanged(CHANGED)


def _written(actor: Actor, event: Event, price: WindowPrice, key: str) -> Window:
    wanted, edition = price.wanted, price.edition
    window = Window(
        organisation_id=event.organisation_id, event_id=event.id, channel=wanted.channel.value, note=wanted.note,
        starts_at=wanted.starts_at, ends_at=wanted.ends_at, hold_by=hold_deadline(wanted.starts_at, edition),
        reply_minutes=edition.after_hours.reply_minutes, asked_by_id=actor.id, asked_at=now(), form_key=key,
        policy_edition=edition.number,
    )  # fmt: skip
    db.session.add(window)
    db.session.flush()
    return window_for(actor, window.id)


def _ordered(actor: Actor, window: Window, price: WindowPrice, method: str, purchase_order: str) -> Window:
    before = facts(window)
    agreed = {
        "state": "ordered", "order_id": _order(actor, window, price, method, purchase_order).id,
        "hold_by": hold_deadline(window.starts_at, price.edition),
        "reply_minutes": price.edition.after_hours.reply_minutes, "policy_edition": price.edition.number,
    }  # fmt: skip
    if not changed(window, Window.state == "asked", agreed):
        raise overtaken(window)
    write_down(actor, "after_hours.ordered", window, before, total_cents=price.total_cents)
    return window_for(actor, window.id)


def _order(actor: Actor, window: Window, price: WindowPrice, method: str, purchase_order: str) -> Order:
    order = price.order()
    order.organisation_id, order.event_id, order.placed_by_id = (
        window.organisation_id,
        window.event_id,
        actor.id,
    )
    order.purchase_order, order.method = purchase_order, method
    return placed(actor, order)

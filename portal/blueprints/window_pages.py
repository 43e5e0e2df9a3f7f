"""What the pages of windows after hours show."""

from typing import Any

from flask import Response, make_response, render_template, url_for

from portal.accounts.time_zones import time_zones
from portal.after_hours import queries
from portal.after_hours.cancelling import terms_of
from portal.after_hours.forms import CancelForm, HandForm, HoldForm, OrderForm, WindowForm, WithdrawForm
from portal.after_hours.models import Window, reference_of
from portal.after_hours.quoting import Wanted, WindowPrice, quoted
from portal.after_hours.service import wanted_of
from portal.after_hours.takers import takers_for
from portal.clock import now
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Invalid
from portal.events.queries import event_for
from portal.local_times import typed, zone_of
from portal.money import money
from portal.orders.queries import order_for
from portal.payments.configured import descriptions
from portal.policy.terms import Channel, in_words
from portal.policy.windows import hold_deadline
from portal.policy.wording import length
from portal.web.signed_in import current_actor


def asking_page(event_id: int, form: OrderForm, status: int, **review: Any) -> Response:
    """The form; under it the price and what it leads to, where a window was asked for."""
    actor = current_actor()
    form.offer_zones(time_zones(), actor.time_zone)
    shown = {"price": None, "nearest": [], "overlap": None, "changed": "", "holdable": False} | review
    event, price = event_for(actor, event_id), shown["price"]
    edition = price.edition if price else edition_in_force()
    page = render_template(
        "after_hours/new.html", form=form, event=event, providers=descriptions(),
        may_order=actor.may("after_hours:order", event.scope), rules=edition.after_hours,
        reference_of=reference_of, full_refund=length(edition.after_hours.full_refund_minutes),
        channel_words=in_words(price.wanted.channel) if price else "",
        hold_by=hold_deadline(price.wanted.starts_at, edition) if price else None, **shown,
    )  # fmt: skip
    return make_response(page, status)


def reviewed_page(event_id: int, form: OrderForm, *, status: int = 200, changed: str = "") -> Response:
    """The form with the window that was typed, its price line by line, and whether somebody could hold it."""
    form.offer(descriptions())
    try:
        wanted = form.wanted()
        price = quoted(wanted)
    except Invalid as problem:
        form.show_problems(problem.fields)
        return asking_page(event_id, form, 422)
    takers = takers_for(wanted, event_id, price.edition)
    holdable = takers.is_holdable(wanted)
    form.reviewed.data = price.fingerprint
    overlap = takers.overlap(wanted)
    nearest = [] if holdable and not overlap else [
        (each, _address(event_id, each, form)) for each in takers.nearest(wanted, now())
    ]  # fmt: skip
    return asking_page(
        event_id,
        form,
        status,
        price=price,
        holdable=holdable,
        overlap=overlap,
        nearest=nearest,
        changed=changed,
    )


def window_page(
    window_id: int, *, ordering: OrderForm | None = None, withdrawing: WithdrawForm | None = None,
    holding: HoldForm | None = None, handing: HandForm | None = None, changed: str = "", status: int = 200,
) -> Response:  # fmt: skip
    """A window's page, with the form that could not be taken, if any."""
    actor, window = current_actor(), queries.window_for(current_actor(), window_id)
    holds = actor.may("after_hours:hold")
    price, problem = _price(window) if window.state == "asked" else (None, "")
    ordering = ordering or OrderForm(formdata=None)
    ordering.offer(descriptions())
    ordering.reviewed.data = price.fingerprint if price else ""
    handing = handing or HandForm(formdata=None)
    if holds and window.state == "confirmed":
        handing.offer(queries.colleagues(window.holder_id))
    page = render_template(
        "after_hours/show.html", window=window, price=price, problem=problem, changed=changed, at=now(),
        ordering=ordering, withdrawing=withdrawing or WithdrawForm(formdata=None),
        holding=holding or HoldForm(formdata=None, reach=window.reach), handing=handing,
        failed=ordering if ordering.errors else withdrawing or holding or (handing if handing.errors else None),
        offers=queries.offers_of(window_id) if holds and window.state in ("offered", "confirmed") else [],
        channel=Channel(window.channel), providers=descriptions(), holds=holds,
    )  # fmt: skip
    return make_response(page, status)


def cancellation_page(window_id: int, form: CancelForm, status: int) -> Response:
    """What cancelling gives back now, asked before it is done. Raises Conflict when there is nothing to cancel."""
    actor, window = current_actor(), queries.window_for(current_actor(), window_id)
    if window.order_id is None or window.state not in ("ordered", "offered", "confirmed"):
        raise Conflict(f"Window {window.reference} cannot be cancelled any more.")
    terms = terms_of(actor, window, order_for(actor, window.order_id))
    form.expected.data = str(terms.refund.cents)
    page = render_template(
        "after_hours/cancellation.html", window=window, terms=terms, form=form,
        cancel_href=url_for("after_hours.show", window_id=window_id), cancel_label="Leave it as it is",
        title=f"Cancel window {window.reference}?", label=_cancel_label(terms.refund.cents, terms.currency, is_paid=terms.is_paid),
        action=url_for("after_hours.cancel", window_id=window_id), begun=window.starts_at <= now(),
    )  # fmt: skip
    return make_response(page, status)


def _cancel_label(cents: int, currency: str, *, is_paid: bool) -> str:
    return f"Cancel it, with {money(cents, currency)} back" if is_paid and cents else "Cancel it"


def _price(window: Window) -> tuple[WindowPrice | None, str]:
    try:
        return quoted(wanted_of(window)), ""
    except Invalid as problem:
        return None, problem.message


def _address(event_id: int, wanted: Wanted, form: WindowForm) -> str:
    """The same form, filled in with another window, in the zone that was chosen."""
    zone = zone_of(form.zone.data or "")
    moments = {"starts": typed(wanted.starts_at, zone), "ends": typed(wanted.ends_at, zone)}
    filled: dict[str, Any] = {
        f"{field}_{part}": value for field, at in moments.items() for part, value in at.parts().items()
    }
    filled |= {"channel": wanted.channel.value, "zone": zone.key, "note": wanted.note}
    return url_for("after_hours.new", event_id=event_id, **filled)

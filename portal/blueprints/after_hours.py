"""Windows after hours as customers see them: prices, ordering, one window, cancelling."""

from flask import Blueprint, Response, current_app, make_response, render_template, request, url_for

from portal.after_hours import cancelling, letters, queries, service
from portal.after_hours.forms import CancelForm, OrderForm, WithdrawForm
from portal.after_hours.models import ENDED
from portal.after_hours.statement import statement_of
from portal.blueprints.orders import on_to_payment
from portal.blueprints.window_pages import asking_page, cancellation_page, reviewed_page, window_page
from portal.clock import now
from portal.editions.queries import edition_in_force
from portal.errors import Invalid, Refused
from portal.events.queries import event_for
from portal.orders.queries import order_for
from portal.orders.service import PriceChanged
from portal.payments.configured import descriptions
from portal.policy.channels import RequestChannel, may_request
from portal.policy.terms import Channel
from portal.web.access import requires, resolves
from portal.web.htmx import done
from portal.web.paging import addressed
from portal.web.rate_limits import by_person, limiter
from portal.web.signed_in import current_actor

blueprint = Blueprint("after_hours", __name__)
resolves("window_id", queries.window_scope)
often_enough = limiter.shared_limit("60 per hour", scope="window-writes", key_func=by_person)


@blueprint.get("/events/<int:event_id>/after-hours")
@requires("after_hours:read")
def index(event_id: int) -> str:
    """The windows of an event, the latest start first, and the hours they come to."""
    actor, at = current_actor(), now()
    page, edition = queries.windows_of(actor, event_id, request.args.get("cursor")), edition_in_force()
    current = queries.window_at(event_id, at)
    phone = may_request(RequestChannel.PHONE, at, edition, Channel(current.channel) if current else None)
    return render_template(
        "after_hours/index.html", event=event_for(actor, event_id), page=addressed(page), at=at,
        total=statement_of(actor, event_id=event_id).total, current=current, phone=phone,
        rules=edition.after_hours, number=current_app.extensions["settings"].support_phone,
    )  # fmt: skip


@blueprint.get("/events/<int:event_id>/after-hours/new")
@requires("after_hours:ask")
def new(event_id: int) -> Response:
    """The form; with a window in the address, its price line by line and whether somebody could hold it."""
    asked = request.args if request.args.keys() & {"starts_on", "starts_at", "channel"} else None
    form = OrderForm(formdata=asked)
    if asked is None:
        return asking_page(event_id, form, 200)
    return reviewed_page(event_id, form)


@blueprint.post("/events/<int:event_id>/after-hours/new")
@requires("after_hours:ask")
@often_enough
def create(event_id: int) -> Response:
    """Order what was reviewed; whoever may not order sends it to those who may."""
    form, actor = OrderForm(), current_actor()
    form.offer(descriptions())
    if not form.validate():
        return reviewed_page(event_id, form, status=422)
    try:
        if not actor.may("after_hours:order", event_for(actor, event_id).scope):
            window = service.ask_for_window(actor, event_id, form.wanted(), form_key=form.key)
            return done(
                url_for("after_hours.show", window_id=window.id),
                "Your organisers have it now: one of them orders it.",
            )
        window = service.order_window(
            actor, event_id, form.wanted(), method=form.method.data, form_key=form.key,
            purchase_order=form.purchase_order.data or "", reviewed=form.reviewed.data or None,
        )  # fmt: skip
    except Invalid as problem:
        form.show_problems(problem.fields)
        return asking_page(event_id, form, 422)
    except (Refused, PriceChanged) as problem:
        return reviewed_page(event_id, form, status=problem.status, changed=problem.message)
    return on_to_payment(order_for(current_actor(), window.order_id or 0))


@blueprint.get("/after-hours/<int:window_id>")
@requires("after_hours:read")
def show(window_id: int) -> Response:
    """One window: where it stands, who holds it, what can be done."""
    return window_page(window_id)


@blueprint.post("/after-hours/<int:window_id>/order")
@requires("after_hours:order")
@often_enough
def order(window_id: int) -> Response:
    """Order a window that a contact prepared."""
    form = OrderForm()
    form.offer(descriptions())
    if not form.validate():
        return window_page(window_id, ordering=form, status=422)
    try:
        window = service.order_prepared(
            current_actor(), window_id, method=form.method.data, purchase_order=form.purchase_order.data or "",
            reviewed=form.reviewed.data or None,
        )  # fmt: skip
    except PriceChanged as changed:
        return window_page(window_id, ordering=form, status=409, changed=changed.message)
    except Invalid as problem:
        return window_page(window_id, ordering=form, status=422, changed=problem.message)
    return on_to_payment(order_for(current_actor(), window.order_id or 0))


@blueprint.post("/after-hours/<int:window_id>/withdrawal")
@requires("after_hours:ask")
def withdraw(window_id: int) -> Response:
    """Take a prepared window back, or decline it."""
    form = WithdrawForm()
    if not form.validate():
        return window_page(window_id, withdrawing=form, status=422)
    window = service.withdraw_window(current_actor(), window_id, reason=form.reason.data or "")
    return done(url_for("after_hours.show", window_id=window.id), f"Window {window.reference} is withdrawn.")


@blueprint.get("/after-hours/<int:window_id>/cancellation")
@requires("after_hours:cancel")
def new_cancellation(window_id: int) -> Response:
    """What cancelling would give back, before it is confirmed."""
    return cancellation_page(window_id, CancelForm(formdata=None), 200)


@blueprint.post("/after-hours/<int:window_id>/cancellation")
@requires("after_hours:cancel")
def cancel(window_id: int) -> Response:
    """Cancel on the terms that were shown."""
    form = CancelForm()
    if not form.validate():
        return cancellation_page(window_id, form, 422)
    window = cancelling.cancel_window(
        current_actor(), window_id, expected_cents=form.expected_cents, reason=form.reason.data or ""
    )
    return done(url_for("after_hours.show", window_id=window.id), f"Window {window.reference} is cancelled.")


@blueprint.get("/after-hours/<int:window_id>/window.ics")
@requires("after_hours:read")
def calendar(window_id: int) -> Response:
    """The window as a file for the reader's own calendar."""
    window = queries.window_for(current_actor(), window_id)
    entry = letters.entry_for(window, current_actor(), gone=window.state in ENDED)
    answer = make_response(entry.content)
    answer.headers["Content-Type"] = f"text/calendar; method={entry.method}; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{window.reference}.ics"'
    return answer

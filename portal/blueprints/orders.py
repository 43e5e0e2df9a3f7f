"""The order book: ordering additional contacts, and what support decides about an order."""

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.after_hours.queries import window_of_order
from portal.documents.queries import documents_of
from portal.errors import Conflict, Invalid
from portal.events.queries import event_for
from portal.money import money
from portal.orders import queries, service
from portal.orders.forms import ExtraContactForm, PaymentForm, RefundForm
from portal.orders.history import history
from portal.orders.models import Order
from portal.orders.paying import NotNow, start
from portal.orders.quoting import MOST_SEATS, quote
from portal.orders.refunds import pay_back, refundable
from portal.orders.seats import lines_left
from portal.payments.configured import descriptions
from portal.web.access import requires, resolves
from portal.web.htmx import done
from portal.web.paging import addressed
from portal.web.signed_in import current_actor

blueprint = Blueprint("orders", __name__)
resolves("order_id", queries.order_scope)

STATES = ("pending", "paid", "partially_refunded", "refunded", "cancelled", queries.OVERPAID)


@blueprint.get("/orders")
@requires("order:read")
def index() -> str:
    """Orders, newest first; of one event with `?event=`, in one state with `?state=`."""
    actor = current_actor()
    event_id = request.args.get("event", type=int)
    event = event_for(actor, event_id) if event_id is not None else None
    state = request.args.get("state") if request.args.get("state") in STATES else None
    page = queries.orders_page(actor, event_id=event_id, state=state, cursor=request.args.get("cursor"))
    return render_template("orders/index.html", page=addressed(page), event=event, state=state, states=STATES)


@blueprint.get("/events/<int:event_id>/orders/new")
@requires("order:place")
def new(event_id: int) -> Response:
    """Review what additional contacts cost and by which rule; `?quantity=` says how many (WHO-4)."""
    form = ExtraContactForm(formdata=None)
    form.offer(descriptions())
    form.quantity.data = min(max(request.args.get("quantity", 1, type=int), 1), MOST_SEATS)
    return _review(event_id, form, 200)


@blueprint.post("/events/<int:event_id>/orders/new")
@requires("order:place")
def create(event_id: int) -> Response:
    """Confirm what was reviewed. Where the price is another by now, it is reviewed again."""
    form = ExtraContactForm()
    form.offer(descriptions())
    if not form.validate_on_submit():
        return _review(event_id, form, 422)
    try:
        order = service.order_extra_contact(
            current_actor(), event_id, quantity=form.quantity.data or 1, method=form.method.data,
            purchase_order=form.purchase_order.data or "", reviewed=form.reviewed.data or None, form_key=form.key,
        )  # fmt: skip
    except service.PriceChanged as changed:
        return _review(event_id, form, 409, changed.message)
    return on_to_payment(order)


@blueprint.get("/orders/<int:order_id>")
@requires("order:read")
def show(order_id: int) -> str:
    """One order: its lines, where it stands, and what comes next."""
    return _order_page(order_id, PaymentForm())


@blueprint.post("/orders/<int:order_id>/payment")
@requires("order:settle")
def settle(order_id: int) -> Response:
    """Record the payment; the seats open with it (WHO-4)."""
    form = PaymentForm()
    if not form.validate_on_submit():
        return make_response(_order_page(order_id, form), 422)
    reference = form.payment_reference.data or ""
    order = service.settle_order(current_actor(), order_id, payment_reference=reference)
    return _done(order, "is paid and what it paid for is open")


@blueprint.post("/orders/<int:order_id>/grant")
@requires("order:grant")
def grant(order_id: int) -> Response:
    """Open the seats before the invoice is paid (WHO-4)."""
    return _done(
        service.grant_order(current_actor(), order_id), "is approved on invoice; it stays to be paid"
    )


@blueprint.post("/orders/<int:order_id>/cancellation")
@requires("order:cancel")
def cancel(order_id: int) -> Response:
    """Cancel an order that is not paid."""
    return _done(service.cancel_order(current_actor(), order_id), "is cancelled")


@blueprint.post("/orders/<int:order_id>/reopening")
@requires("order:settle")
def reopen(order_id: int) -> Response:
    """Carry out a cancelled order with the money that came after all."""
    return _done(service.reopen_order(current_actor(), order_id), "is open again, and paid")


@blueprint.get("/orders/<int:order_id>/refunds/new")
@requires("order:refund")
def new_refund(order_id: int) -> Response:
    """Choose what to pay back."""
    return _refund_page(order_id, RefundForm(formdata=None), 200)


@blueprint.post("/orders/<int:order_id>/refunds/new")
@requires("order:refund")
def refund(order_id: int) -> Response:
    """Pay back; the seats that are given back close by rule (WHO-3)."""
    form = RefundForm()
    order = queries.order_for(current_actor(), order_id)
    _offer_lines(form, order)
    if form.validate_on_submit():
        try:
            made = pay_back(
                current_actor(), order_id, cents=form.cents, line_ids=form.lines.data or [],
                reason=form.reason.data or "", form_key=form.key,
            )  # fmt: skip
        except Invalid as problem:
            form.show_problems(problem.fields)
        else:
            said = {"done": "is paid back", "failed": "could not be paid back"}
            words = f"{money(made.cents, order.currency)} {said.get(made.state, 'is on its way back')}."
            return done(url_for("orders.show", order_id=order_id), words)
    return _refund_page(order_id, form, 422)


def on_to_payment(order: Order) -> Response:
    """Lead the customer on from an order that was just placed: to its payment, or to its page."""
    placed, here = f"Order {order.reference} is placed.", url_for("orders.show", order_id=order.id)
    if order.method not in [each.name for each in descriptions() if each.leaves] or order.total_cents == 0:
        return done(here, placed)
    try:
        payment = start(current_actor(), order.id, order.method)
    except NotNow as problem:
        return done(here, f"{placed} {problem.title}. {problem.message}", category="error")
    except Conflict:
        return done(here, placed)
    return done(url_for("payments.leave", payment_id=payment.id))


def _review(event_id: int, form: ExtraContactForm, status: int, changed: str = "") -> Response:
    quantity = form.quantity.data if form.quantity.data in range(1, MOST_SEATS + 1) else 1
    offer = quote(quantity or 1)
    typed = form.quantity.data
    form.show(offer)
    if form.quantity.errors:
        form.quantity.data = typed
    event = event_for(current_actor(), event_id)
    page = render_template(
        "orders/new.html", form=form, event=event, quote=offer, allowed=queries.seats_allowed(event_id),
        changed=changed, providers=descriptions(), most=MOST_SEATS,
    )  # fmt: skip
    return make_response(page, status)


def _order_page(order_id: int, form: PaymentForm) -> str:
    order = queries.order_for(current_actor(), order_id)
    pay = [each for each in descriptions() if each.leaves] if order.total_cents else []
    left = sum(refundable(order).values())
    return render_template(
        "orders/show.html", order=order, form=form, providers=pay, refundable=left, history=history(order),
        documents=documents_of(current_actor(), order_id),
        window=window_of_order(order_id) if order.sells_window else None,
    )  # fmt: skip


def _refund_page(order_id: int, form: RefundForm, status: int) -> Response:
    order = queries.order_for(current_actor(), order_id)
    if form.lines.choices is None:
        _offer_lines(form, order)
    left = max(refundable(order).values(), default=0)
    return make_response(render_template("orders/refund.html", order=order, form=form, left=left), status)


def _offer_lines(form: RefundForm, order: Order) -> None:
    lines = lines_left(order) if order.state in ("paid", "partially_refunded") else []
    form.offer([(each, f"{each.description}, {money(each.due_cents, order.currency)}") for each in lines])


def _done(order: Order, words: str) -> Response:
    return done(url_for("orders.show", order_id=order.id), f"Order {order.reference} {words}.")

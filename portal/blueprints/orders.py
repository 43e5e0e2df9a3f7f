"""The order book: ordering an additional contact, and recording its payment."""

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.editions.queries import edition_in_force
from portal.events.queries import event_for
from portal.orders import queries, service
from portal.orders.forms import ExtraContactForm, PaymentForm
from portal.policy.pricing import extra_contact_price
from portal.web.access import requires, resolves
from portal.web.htmx import done
from portal.web.paging import addressed
from portal.web.signed_in import current_actor

blueprint = Blueprint("orders", __name__)
resolves("order_id", queries.order_scope)

STATES = ("pending", "paid", "cancelled")


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


@blueprint.route("/events/<int:event_id>/orders/new", methods=["GET", "POST"])
@requires("order:place")
def new(event_id: int) -> Response | str:
    """Review what an additional contact costs and by which rule, then confirm (WHO-4)."""
    form = ExtraContactForm()
    if form.validate_on_submit():
        order = service.order_extra_contact(
            current_actor(), event_id, purchase_order=form.purchase_order.data or "", form_key=form.key
        )
        return done(url_for("orders.show", order_id=order.id), f"Order {order.reference} is placed.")
    event, edition = event_for(current_actor(), event_id), edition_in_force()
    context = {"form": form, "event": event, "edition": edition, "price": extra_contact_price(edition)}
    page = render_template("orders/new.html", allowed=queries.seats_allowed(event_id), **context)
    return make_response(page, 422 if form.is_submitted() else 200)


@blueprint.get("/orders/<int:order_id>")
@requires("order:read")
def show(order_id: int) -> str:
    """One order: its lines, where it stands, and what comes next."""
    return _order_page(order_id, PaymentForm())


@blueprint.post("/orders/<int:order_id>/payment")
@requires("order:settle")
def settle(order_id: int) -> Response:
    """Record the payment; the seat opens with it (WHO-4)."""
    form = PaymentForm()
    if not form.validate_on_submit():
        return make_response(_order_page(order_id, form), 422)
    reference = form.payment_reference.data or ""
    order = service.settle_order(current_actor(), order_id, payment_reference=reference)
    return done(
        url_for("orders.show", order_id=order_id), f"Order {order.reference} is paid and its seat is open."
    )


@blueprint.post("/orders/<int:order_id>/cancellation")
@requires("order:cancel")
def cancel(order_id: int) -> Response:
    """Cancel an order that is not paid."""
    order = service.cancel_order(current_actor(), order_id)
    return done(url_for("orders.show", order_id=order_id), f"Order {order.reference} is cancelled.")


def _order_page(order_id: int, form: PaymentForm) -> str:
    order = queries.order_for(current_actor(), order_id)
    return render_template("orders/show.html", order=order, form=form)

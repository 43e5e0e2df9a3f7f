"""Paying: to the provider and back, and what providers tell."""

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for

from portal.accounts.actor import SYSTEM
from portal.errors import NotFound
from portal.orders import paying, queries
from portal.payments.configured import is_configured
from portal.payments.forms import CheckoutForm, TrialForm
from portal.payments.service import take_in_event
from portal.payments.trial import books
from portal.payments.trial_acts import ACTS, act
from portal.web.access import requires, resolves
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("payments", __name__)
resolves("payment_id", queries.payment_scope)

LARGEST_EVENT = 512 * 1024


@blueprint.post("/orders/<int:order_id>/checkout")
@requires("order:pay")
def begin(order_id: int) -> Response:
    """Start paying an order, and go to the provider's page."""
    form = CheckoutForm()
    form.validate()
    payment = paying.start(current_actor(), order_id, form.method.data or "")
    return done(url_for("payments.leave", payment_id=payment.id))


@blueprint.get("/payments/<int:payment_id>/provider")
@requires("order:pay")
def leave(payment_id: int) -> Response:
    """Send the browser on to the provider's page.

    Not by a redirect of the form: the content security policy lets forms go nowhere but here.
    """
    payment, order = queries.payment_with_order(payment_id)
    if payment.state != "open" or not payment.address:
        return make_response(redirect(url_for("payments.show", payment_id=payment_id), 303))
    response = make_response(render_template("payments/leave.html", payment=payment, order=order))
    response.headers["Refresh"] = f"0; url={payment.address}"
    return response


@blueprint.get("/payments/<int:payment_id>")
@requires("order:pay")
def show(payment_id: int) -> str:
    """Where the customer comes back to: how the payment really stands."""
    payment, order = queries.payment_with_order(payment_id)
    return render_template("payments/show.html", payment=payment, order=order, stopped=False)


@blueprint.get("/payments/<int:payment_id>/stopped")
@requires("order:pay")
def stopped(payment_id: int) -> str:
    """Where the customer comes back to without having paid: offers to pay again."""
    payment, order = queries.payment_with_order(payment_id)
    return render_template("payments/show.html", payment=payment, order=order, stopped=True)


@blueprint.post("/payments/<int:payment_id>/check")
@requires("order:pay")
def check(payment_id: int) -> Response:
    """Ask the provider how the payment stands."""
    paying.check(payment_id)
    return done(url_for("payments.show", payment_id=payment_id))


@blueprint.post("/payments/stripe/webhook")
@requires("public")
def stripe_webhook() -> Response:
    """Take in an event of Stripe: its signature is checked, then it is only a reason to ask the API."""
    if not is_configured("stripe"):
        raise NotFound
    from portal.payments.stripe_checkout import NotOurEvent, told

    request.max_content_length = LARGEST_EVENT
    signature = request.headers.get("Stripe-Signature", "")
    try:
        event = told(request.get_data(), signature, current_app.extensions["settings"])
    except NotOurEvent as refusal:
        return _plain(str(refusal), 400)
    is_new = take_in_event(SYSTEM, "stripe", event.provider_event_id, kind=event.kind, subject=event.subject)
    return _plain("Taken in." if is_new else "Known already.", 200)


@blueprint.get("/payments/trial/<reference>")
@requires("public")
def trial(reference: str) -> str:
    """The pay page of the trial provider."""
    if not is_configured("trial"):
        raise NotFound
    return render_template("payments/trial.html", page=books(reference), acts=ACTS)


@blueprint.post("/payments/trial/<reference>")
@requires("public")
def act_on_trial(reference: str) -> Response:
    """Let the trial provider do what was chosen on its pay page."""
    form = TrialForm()
    if not is_configured("trial") or not form.validate() or form.act.data not in ACTS:
        raise NotFound
    page = books(reference)
    paid = act(reference, form.act.data)
    return done(page.success_address if paid else page.cancel_address)


def _plain(words: str, status: int) -> Response:
    return Response(f"{words}\n", status, mimetype="text/plain")

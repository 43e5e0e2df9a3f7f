"""Card payment on Stripe's own page, through Stripe's SDK.

An event from Stripe is only a trigger: what happened is asked of the API each time. Amounts are integer cents.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import stripe

from portal.config import Settings
from portal.payments.models import Payment, Refund
from portal.payments.provider import (
    Checkout,
    Description,
    ProviderRefuses,
    ProviderUnavailable,
    Purchase,
    RefundReport,
    Report,
    Standing,
)

REFUND_STATES = {"succeeded": "done", "failed": "failed", "canceled": "failed"}
SECONDS_OF_PATIENCE = 15
# Without it the SDK takes an event of any age, played again for ever.
PATIENCE_WITH_EVENTS = stripe.Webhook.DEFAULT_TOLERANCE
R = TypeVar("R")


class NotOurEvent(Exception):
    """An event that is not ours to believe; the message says why."""


@dataclass(frozen=True)
class ToldEvent:
    """What of an event matters: its own id, its kind, and the id of the session or payment it is about."""

    provider_event_id: str
    kind: str
    subject: str


class StripeProvider:
    """Talks to one Stripe account."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self.client = client

    @classmethod
    def from_settings(cls, settings: Settings) -> "StripeProvider":
        """The account that the settings name; `stripe_api_url` stands in for Stripe's own address."""
        assert settings.stripe_secret_key is not None
        addresses: Any = {"api": settings.stripe_api_url} if settings.stripe_api_url else {}
        client = stripe.StripeClient(
            settings.stripe_secret_key.get_secret_value(),
            base_addresses=addresses,
            max_network_retries=1,
            http_client=stripe.RequestsClient(timeout=SECONDS_OF_PATIENCE),
        )
        return cls(client)

    def account(self) -> str:
        """Our account's id, as Stripe knows the key. Raises ProviderUnavailable or ProviderRefuses."""
        return _asked(self.client.v1.accounts.retrieve_current).id

    def describe(self) -> Description:
        """Its name and words."""
        explanation = "You pay on the page of Stripe, our payment provider. The seats open at once."
        return Description("stripe", "By card", explanation, leaves=True)

    def checkout(self, payment: Payment, purchase: Purchase) -> Checkout:
        """Open a hosted Checkout session; the same payment finds the same session."""
        marks = {"payment": payment.key}
        price = {
            "currency": payment.currency.lower(), "unit_amount": payment.amount_cents,
            "product_data": {"name": purchase.description},
        }  # fmt: skip
        wanted: Any = {
            "mode": "payment", "line_items": [{"quantity": 1, "price_data": price}],
            "client_reference_id": payment.key, "customer_email": purchase.email, "metadata": marks,
            "payment_intent_data": {"metadata": marks},
            "success_url": purchase.success_address, "cancel_url": purchase.cancel_address,
        }  # fmt: skip
        # Started anew is another session: the moment is part of the key.
        once: Any = {"idempotency_key": f"{payment.key}-{payment.started_at.timestamp()}"}
        session = _asked(lambda: self.client.v1.checkout.sessions.create(wanted, once))
        expires = datetime.fromtimestamp(session.expires_at, UTC)
        return Checkout(session.id, session.url or "", expires)

    def confirm(self, payment: Payment) -> Report:
        """Fetch the session, its payment and what was refunded of it."""
        session = _asked(lambda: self.client.v1.checkout.sessions.retrieve(payment.reference or ""))
        if session.client_reference_id != payment.key:
            raise ProviderUnavailable(f"session {session.id} is not that of {payment.key}")
        charge = _id_of(session.payment_intent)
        intent = _asked(lambda: self.client.v1.payment_intents.retrieve(charge)) if charge else None
        cents = intent.amount_received if intent and intent.status == "succeeded" else session.amount_total
        return Report(
            _standing(session, intent), cents or 0, (session.currency or payment.currency).upper(), charge,
            _why_failed(intent), self._refunds(charge) if charge else (),
        )  # fmt: skip

    def cancel(self, payment: Payment) -> None:
        """Expire the session. Raises ProviderRefuses when it was completed or has expired."""
        _asked(lambda: self.client.v1.checkout.sessions.expire(payment.reference or ""))

    def refund(self, payment: Payment, refund: Refund) -> RefundReport:
        """Pay back to the card."""
        wanted: Any = {
            "payment_intent": payment.charge, "amount": refund.cents, "metadata": {"refund": refund.key},
        }  # fmt: skip
        once: Any = {"idempotency_key": f"{refund.key}-{refund.asked_at.timestamp()}"}
        return _refund(_asked(lambda: self.client.v1.refunds.create(wanted, once)))

    def _refunds(self, charge: str) -> tuple[RefundReport, ...]:
        wanted: Any = {"payment_intent": charge, "limit": 100}
        listed = _asked(lambda: self.client.v1.refunds.list(wanted))
        return tuple(_refund(each) for each in listed.data)


def told(payload: bytes, signature: str, settings: Settings) -> ToldEvent:
    """What a webhook tells. Raises NotOurEvent for a bad signature, garbage, or another account or mode."""
    # The SDK takes bytes that are no text, and other letters in a signature, for a programming error.
    for secret in settings.webhook_secrets if signature.isascii() else ():
        try:
            stripe.WebhookSignature.verify_header(payload.decode(), signature, secret, PATIENCE_WITH_EVENTS)
        except (stripe.SignatureVerificationError, UnicodeDecodeError):
            continue
        return _read(payload, settings)
    raise NotOurEvent("The signature is not one of ours.")


def _read(payload: bytes, settings: Settings) -> ToldEvent:
    try:
        event = json.loads(payload)
        thing, live = event["data"]["object"], event["livemode"]
        read = ToldEvent(str(event["id"]), str(event["type"]), str(_subject(thing)))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotOurEvent("This is no event.") from None
    key = settings.stripe_secret_key.get_secret_value() if settings.stripe_secret_key else ""
    if live is not ("_live_" in key):
        raise NotOurEvent("The event is of the other mode, test or live.")
    if event.get("account") not in (None, settings.stripe_account):
        raise NotOurEvent("The event is of another account.")
    return ToldEvent(
        *(value.replace("\x00", "")[:255] for value in (read.provider_event_id, read.kind, read.subject))
    )


def _subject(thing: dict[str, Any]) -> str:
    if thing.get("object") in ("refund", "charge"):
        return _id_of(thing.get("payment_intent"))
    return str(thing.get("id") or "")


def _standing(session: Any, intent: Any) -> Standing:
    if session.payment_status == "paid":
        return Standing.PAID
    if session.status == "expired":
        return Standing.EXPIRED
    failed = intent is not None and intent.status in ("requires_payment_method", "canceled")
    return Standing.FAILED if session.status == "complete" and failed else Standing.OPEN


def _why_failed(intent: Any) -> str:
    error = intent.last_payment_error if intent is not None else None
    return str(error.message or "")[:300] if error is not None else ""


def _refund(refund: Any) -> RefundReport:
    marks = refund.metadata.to_dict() if refund.metadata else {}
    state = REFUND_STATES.get(refund.status or "", "pending")
    return RefundReport(refund.id, refund.amount, state, marks.get("refund", ""), refund.status or "")


def _id_of(thing: Any) -> str:
    return thing if isinstance(thing, str) else str(getattr(thing, "id", "") or "")


def _asked(ask: Callable[[], R]) -> R:
    try:
        return ask()
    except stripe.InvalidRequestError as error:
        raise ProviderRefuses(str(error.user_message or "Stripe refuses this.")) from error
    except stripe.StripeError as error:
        raise ProviderUnavailable(type(error).__name__) from error

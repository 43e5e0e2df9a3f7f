"""Ways to pay in tests, each with a customer who can pay, and orders to pay."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from pydantic import SecretStr

from portal.orders.models import Order
from portal.orders.service import order_extra_contact
from portal.payments.models import Payment
from tests.payments.stripe_stand_in import OLD_WEBHOOK_SECRET, SECRET_KEY, WEBHOOK_SECRET, StripeStandIn
from tests.people import World


@dataclass(frozen=True)
class Way:
    """A provider, and what happens on its side: `pay` and `desk_refund` are done by others than the portal."""

    name: str
    pay: Callable[[Payment], Any]
    decline: Callable[[Payment], Any]
    desk_refund: Callable[[Payment, int], Any]


def offering(app: Flask, stand_in: StripeStandIn, **more: Any) -> Any:
    """The settings of a portal that offers all ways to pay."""
    return app.extensions["settings"].model_copy(
        update={
            "stripe_secret_key": SecretStr(SECRET_KEY), "stripe_api_url": stand_in.address, "trial_payments": True,
            "stripe_webhook_secrets": SecretStr(f"{WEBHOOK_SECRET}, {OLD_WEBHOOK_SECRET}"), **more,
        }
    )  # fmt: skip


def place(world: World, method: str, quantity: int = 1, key: str | None = None) -> Order:
    """An order of our organiser for the workshop."""
    return order_extra_contact(
        world.actor("organiser"), world.workshop.id, quantity=quantity, method=method,
        form_key=key or str(uuid.uuid4()),
    )  # fmt: skip

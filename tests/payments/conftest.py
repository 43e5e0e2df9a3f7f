"""A portal that offers every way to pay."""

from collections.abc import Iterator

import pytest
from flask import Flask

from portal.payments import trial
from tests.payments.stripe_stand_in import StripeStandIn
from tests.payments.ways import Way, offering
from tests.people import World


@pytest.fixture
def stand_in(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[StripeStandIn]:
    """The stand-in for Stripe, and a portal that takes it for Stripe; the trial provider is offered too."""
    with StripeStandIn() as server:
        monkeypatch.setitem(app.extensions, "settings", offering(app, server))
        yield server


@pytest.fixture(params=["stripe", "trial"])
def way(request: pytest.FixtureRequest, stand_in: StripeStandIn, world: World) -> Way:
    """Each provider that has a side of its own."""
    if request.param == "stripe":
        return Way(
            "stripe",
            lambda payment: stand_in.pay(payment.reference),
            lambda payment: stand_in.decline_later(payment.reference),
            lambda payment, cents: stand_in.refund_at_desk(payment.reference, cents),
        )
    return Way(
        "trial",
        lambda payment: trial.turn(payment.reference, "paid"),
        lambda payment: trial.turn(payment.reference, "failed"),
        lambda payment, cents: trial.refund_at_provider(payment.reference, cents),
    )

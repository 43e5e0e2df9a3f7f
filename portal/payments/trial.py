"""The trial provider: a deterministic stand-in that moves no money, for the demo and for tests.

It keeps its own books in its own tables, as a real provider does on its side, and tells of what happens by
events; its pay page can make it tell them twice, late, out of order, or not at all.
"""

from datetime import timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from portal.clock import now
from portal.db import db, in_transaction
from portal.errors import NotFound
from portal.payments.models import Payment, Refund, TrialCheckout, TrialRefund
from portal.payments.provider import (
    Checkout,
    Description,
    ProviderRefuses,
    Purchase,
    RefundReport,
    Report,
    Standing,
)

OPEN_FOR = timedelta(minutes=30)


class TrialProvider:
    """Pays with nothing. `site` is the portal's own address, where its pay page stands."""

    def __init__(self, site: str) -> None:
        self.site = site

    def describe(self) -> Description:
        """Its name and words."""
        explanation = "Moves no money: a pay page for trying out what happens next."
        return Description("trial", "Trial payment", explanation, leaves=True)

    def checkout(self, payment: Payment, purchase: Purchase) -> Checkout:
        """Open a pay page for half an hour; the same payment finds the same page."""
        reference = f"trial_{sha256(f'{payment.key}:{payment.started_at}'.encode()).hexdigest()[:24]}"
        page = insert(TrialCheckout).values(
            reference=reference, key=payment.key, currency=payment.currency, amount_cents=payment.amount_cents,
            description=purchase.description, success_address=purchase.success_address,
            cancel_address=purchase.cancel_address, expires_at=now() + OPEN_FOR, state="open", events=0,
        )  # fmt: skip
        in_transaction(lambda: db.session.execute(page.on_conflict_do_nothing(index_elements=["key"])))
        found = books(reference)
        return Checkout(reference, f"{self.site}/payments/trial/{reference}", found.expires_at)

    def confirm(self, payment: Payment) -> Report:
        """How the payment stands in its books; an open page past its time has expired."""
        page = books(payment.reference or "")
        is_over = page.state == "open" and page.expires_at <= now()
        refunds = tuple(RefundReport(f"trial_{r.key}", r.cents, "done", r.key) for r in page.refunds)
        standing = Standing.EXPIRED if is_over else Standing(page.state)
        note = "The card was declined." if standing is Standing.FAILED else ""
        return Report(standing, page.amount_cents, page.currency, page.reference, note, refunds)

    def cancel(self, payment: Payment) -> None:
        """Close the pay page. Raises ProviderRefuses when it was paid."""
        if not turn(payment.reference or "", "expired"):
            raise ProviderRefuses("The pay page is not open any more.")

    def refund(self, payment: Payment, refund: Refund) -> RefundReport:
        """Give back once for each refund; never more than came in."""
        key, cents, reference = refund.key, refund.cents, payment.reference or ""
        if not in_transaction(lambda: _give_back(reference, key, cents)):
            raise ProviderRefuses("More than was paid cannot be paid back.")
        return RefundReport(f"trial_{key}", cents, "done", key)


def books(reference: str) -> TrialCheckout:
    """What the trial provider has on a pay page. Raises NotFound for an unknown one."""
    found = db.session.scalar(
        select(TrialCheckout)
        .where(TrialCheckout.reference == reference)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def turn(reference: str, state: str) -> bool:
    """Let an open pay page be `paid`, `failed` or `expired`; False when it was not open.

    A declined card may be tried again, as on a real pay page; a page that expired may be paid late.
    """

    def work() -> bool:
        page = _held(reference)
        allowed = {"open", "failed"} | ({"expired"} if state == "paid" else set())
        if page.state not in allowed:
            return False
        page.state = state
        return True

    return in_transaction(work)


def refund_at_provider(reference: str, cents: int) -> bool:
    """Give back at the provider's own desk, which the portal learns by an event alone."""
    given = len(books(reference).refunds)
    return in_transaction(lambda: _give_back(reference, f"desk-{reference}-{given}", cents))


def next_event(reference: str) -> str:
    """The id of the provider's next event about a pay page."""

    def work() -> str:
        page = _held(reference)
        page.events += 1
        return f"{reference}_event_{page.events}"

    return in_transaction(work)


def _held(reference: str) -> TrialCheckout:
    statement = select(TrialCheckout).where(TrialCheckout.reference == reference).with_for_update()
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def _give_back(reference: str, key: str, cents: int) -> bool:
    page = _held(reference)
    if any(given.key == key for given in page.refunds):
        return True
    if page.state != "paid" or sum(given.cents for given in page.refunds) + cents > page.amount_cents:
        return False
    db.session.add(TrialRefund(checkout_id=page.id, key=key, cents=cents))
    return True

"""Payment on invoice: the customer transfers the money, and a manager records that it came.

What this provider knows of a payment is what was recorded by hand, so it reads our own rows.
"""

from portal.payments.models import Payment, Refund
from portal.payments.provider import (
    Checkout,
    Description,
    ProviderRefuses,
    Purchase,
    RefundReport,
    Report,
    Standing,
)

STANDINGS = {"paid": Standing.PAID, "cancelled": Standing.EXPIRED, "expired": Standing.EXPIRED}


class InvoiceProvider:
    """The embedded default."""

    def describe(self) -> Description:
        """Its name and words."""
        explanation = (
            "We send an invoice. What you order opens when your payment is recorded, or support approves it."
        )
        return Description("invoice", "On invoice", explanation, leaves=False)

    def checkout(self, payment: Payment, purchase: Purchase) -> Checkout:
        """Wait for the customer's transfer: there is nothing to open and no end to it."""
        return Checkout(payment.key)

    def confirm(self, payment: Payment) -> Report:
        """Whether the payment has been recorded."""
        refunds = tuple(
            RefundReport(refund.reference or refund.key, refund.cents, refund.state, refund.key)
            for refund in payment.refunds
            if refund.state == "done"
        )
        standing = STANDINGS.get(payment.state, Standing.OPEN)
        return Report(standing, payment.amount_cents, payment.currency, payment.reference or "", "", refunds)

    def cancel(self, payment: Payment) -> None:
        """Nothing to stop: a transfer that comes all the same is recorded. Raises ProviderRefuses once paid."""
        if payment.state == "paid":
            raise ProviderRefuses("This payment has been recorded.")

    def refund(self, payment: Payment, refund: Refund) -> RefundReport:
        """The manager transfers the money back by hand; recording the refund says that they do."""
        given = sum(each.cents for each in payment.refunds if each.state == "done" and each.id != refund.id)
        if payment.state != "paid" or given + refund.cents > payment.amount_cents:
            raise ProviderRefuses("More than was paid cannot be paid back.")
        return RefundReport(refund.key, refund.cents, "done", refund.key)

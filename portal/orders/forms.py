"""Forms of the order book."""

from decimal import Decimal

from wtforms import (
    DecimalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from portal.forms import CreatingForm, PortalForm
from portal.orders.models import OrderLine
from portal.orders.quoting import MOST_SEATS, Quote
from portal.payments.provider import Description

SEATS = f"Order 1 to {MOST_SEATS} seats at once."


class ExtraContactForm(CreatingForm):
    """Confirms the order of additional contacts (WHO-4). No amount is taken from it, only what was reviewed."""

    quantity = IntegerField("Number of seats", [NumberRange(1, MOST_SEATS, SEATS)], default=1)
    method = RadioField("How you pay", [DataRequired("Choose how you pay.")], default="invoice")
    purchase_order = StringField(
        "Your purchase order number", [Length(max=80, message="Use at most 80 characters.")]
    )
    reviewed = HiddenField()

    def offer(self, providers: list[Description]) -> None:
        """Let the customer choose among `providers`; without a choice the form asks nothing."""
        self.method.choices = [(each.name, f"{each.label}. {each.explanation}") for each in providers]
        if self.method.data is None:
            self.method.data = providers[0].name

    def show(self, quote: Quote) -> None:
        """Review `quote`: what the next confirmation agrees to."""
        self.quantity.data, self.reviewed.data = quote.quantity, quote.fingerprint


class PaymentForm(PortalForm):
    """Records the payment of an order."""

    payment_reference = StringField(
        "Payment reference",
        [
            DataRequired("Enter the reference of the payment, as it stands in the bank statement."),
            Length(max=120, message="Use at most 120 characters."),
        ],
    )


class RefundForm(CreatingForm):
    """Pays back what was paid for an order: for seats that close, or an amount alone."""

    lines = SelectMultipleField(
        "What to give back", coerce=int, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    amount = DecimalField(
        "Another amount",
        [Optional(), NumberRange(Decimal("0.01"), Decimal("1000000"), "Enter an amount above zero.")],
    )
    reason = TextAreaField(
        "Reason",
        [
            DataRequired("Say why; the customer reads it."),
            Length(max=500, message="Use at most 500 characters."),
        ],
    )

    def offer(self, lines: list[tuple[OrderLine, str]]) -> None:
        """Let the manager choose among `lines`, each with its words."""
        self.lines.choices = [(line.id, words) for line, words in lines]

    @property
    def cents(self) -> int | None:
        """The amount in integer cents; None when the chosen seats say it."""
        return None if self.amount.data is None else int((self.amount.data * 100).to_integral_value())

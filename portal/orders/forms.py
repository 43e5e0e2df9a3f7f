"""Forms of the order book."""

from wtforms import StringField
from wtforms.validators import DataRequired, Length

from portal.forms import CreatingForm, PortalForm


class ExtraContactForm(CreatingForm):
    """Confirms the order of an additional contact (WHO-4)."""

    purchase_order = StringField(
        "Your purchase order number", [Length(max=80, message="Use at most 80 characters.")]
    )


class PaymentForm(PortalForm):
    """Records the payment of an order."""

    payment_reference = StringField(
        "Payment reference",
        [
            DataRequired("Enter the reference of the payment, as it stands in the bank statement."),
            Length(max=120, message="Use at most 120 characters."),
        ],
    )

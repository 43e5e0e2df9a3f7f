"""What an order of additional contacts would cost now: the lines that are reviewed, and then ordered (WHO-4)."""

from dataclasses import dataclass

from portal.editions.queries import edition_in_force
from portal.orders.models import Order, OrderLine
from portal.orders.taxing import configured_tax
from portal.policy.edition import Edition
from portal.policy.pricing import extra_contact_price

MOST_SEATS = 20


@dataclass(frozen=True)
class Quote:
    """The price of `quantity` seats. Amounts are integer cents; `tax_rate` is in hundredths of a per cent."""

    quantity: int
    unit_cents: int
    unit_tax_cents: int
    currency: str
    tax_rate: int
    tax_name: str
    tax_id: str
    edition: Edition
    rule: str = "WHO-4"
    description: str = "Additional Technical Contact"

    @property
    def net_cents(self) -> int:
        """The sum without tax."""
        return self.quantity * self.unit_cents

    @property
    def tax_cents(self) -> int:
        """The tax on it."""
        return self.quantity * self.unit_tax_cents

    @property
    def total_cents(self) -> int:
        """What is to be paid."""
        return self.net_cents + self.tax_cents

    @property
    def fingerprint(self) -> str:
        """What a review showed, in a word that changes when any of it does."""
        return f"{self.edition.number}.{self.quantity}.{self.total_cents}.{self.tax_cents}.{self.currency}"

    def order(self) -> Order:
        """The order that was agreed: one line for each seat, so that each can be given back alone."""
        lines = [
            OrderLine(
                item="extra_contact", description=self.description, quantity=1, unit_cents=self.unit_cents,
                total_cents=self.unit_cents, tax_cents=self.unit_tax_cents, rule=self.rule,
            )
            for _ in range(self.quantity)
        ]  # fmt: skip
        return Order(
            currency=self.currency, total_cents=self.total_cents, tax_cents=self.tax_cents, tax_rate=self.tax_rate,
            tax_name=self.tax_name, tax_id=self.tax_id, policy_edition=self.edition.number, lines=lines,
        )  # fmt: skip


def quote(quantity: int) -> Quote:
    """The price of `quantity` additional contacts under the edition in force and the configured tax."""
    edition, tax = edition_in_force(), configured_tax()
    price = extra_contact_price(edition)
    return Quote(
        quantity, price.cents, tax.on(price.cents), price.currency, tax.rate, tax.name, tax.number, edition
    )

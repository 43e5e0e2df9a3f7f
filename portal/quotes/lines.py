"""The lines of a quote: counted once, in integer cents, with the configured tax."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from portal.orders.models import OrderLine
from portal.orders.placing import quoted_line
from portal.orders.taxing import configured_tax
from portal.quotes.models import QuoteVersion

MOST_LINES = 40


@dataclass(frozen=True)
class OfferedLine:
    """One thing that a quote offers. Amounts are integer cents; the tax comes on top of the total."""

    description: str
    quantity: int
    unit_cents: int
    tax_cents: int = 0

    @property
    def total_cents(self) -> int:
        """What it costs without tax."""
        return self.quantity * self.unit_cents


def write_lines(version: QuoteVersion, lines: Sequence[OfferedLine]) -> None:
    """Put `lines` on a draft, with the tax of the configuration, and its sums."""
    tax = configured_tax()
    taxed = [replace(each, tax_cents=tax.on(each.total_cents)) for each in lines]
    version.lines = [_kept(each) for each in taxed]
    version.net_cents = sum(each.total_cents for each in taxed)
    version.tax_cents = sum(each.tax_cents for each in taxed)
    version.total_cents = version.net_cents + version.tax_cents
    version.tax_rate, version.tax_name, version.tax_id = tax.rate, tax.name, tax.number


def lines_of(version: QuoteVersion) -> list[OfferedLine]:
    """The lines of a version, as they were written."""
    return [
        OfferedLine(each["description"], each["quantity"], each["unit_cents"], each["tax_cents"])
        for each in version.lines
    ]


def ordered_lines(version: QuoteVersion, rule: str) -> list[OrderLine]:
    """The same lines as an order has them, each by the rule that the quote was made under."""
    return [
        quoted_line(
            each.description, quantity=each.quantity, unit_cents=each.unit_cents, tax_cents=each.tax_cents,
            rule=rule,
        )
        for each in lines_of(version)
    ]  # fmt: skip


def _kept(line: OfferedLine) -> dict[str, Any]:
    return asdict(line) | {"total_cents": line.total_cents}

"""What a window would cost now: the lines that are reviewed, and then ordered (AFT-1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.clock import now
from portal.editions.queries import edition_in_force
from portal.errors import Invalid
from portal.orders.models import Order, OrderLine
from portal.orders.taxing import Taxing, configured_tax
from portal.policy.after_hours import pieces
from portal.policy.decision import PolicyError
from portal.policy.edition import Edition
from portal.policy.hours import EASTERN
from portal.policy.pricing import PriceLine, after_hours_lines
from portal.policy.terms import Channel
from portal.policy.windows import may_order_window
from portal.policy.wording import clock, long_day

NOTE_MOST = 1_000


@dataclass(frozen=True)
class Wanted:
    """The window that somebody asks for: by which channel, from when until when, and what it is for."""

    channel: Channel
    starts_at: datetime
    ends_at: datetime
    note: str = ""


@dataclass(frozen=True)
class QuotedLine:
    """One line of the price. Amounts are integer cents; the tax comes on top of the total."""

    description: str
    rule: str
    total_cents: int
    tax_cents: int
    minutes: int
    quantity: int = 1

    @property
    def unit_cents(self) -> int:
        """What it costs, once."""
        return self.total_cents


@dataclass(frozen=True)
class WindowPrice:
    """The price of a window under an edition and the configured tax, line by line."""

    wanted: Wanted
    lines: tuple[QuotedLine, ...]
    edition: Edition
    tax: Taxing

    @property
    def currency(self) -> str:
        """The currency of every amount, by its three-letter code."""
        return self.edition.prices.currency

    @property
    def net_cents(self) -> int:
        """The sum without tax."""
        return sum(line.total_cents for line in self.lines)

    @property
    def tax_cents(self) -> int:
        """The tax on it, line by line."""
        return sum(line.tax_cents for line in self.lines)

    @property
    def total_cents(self) -> int:
        """What is to be paid."""
        return self.net_cents + self.tax_cents

    @property
    def tax_rate(self) -> int:
        """The rate of the tax, in hundredths of a per cent."""
        return self.tax.rate

    @property
    def tax_name(self) -> str:
        """The name of the tax, as printed."""
        return self.tax.name

    @property
    def tax_id(self) -> str:
        """The seller's number with it, as printed."""
        return self.tax.number

    @property
    def fingerprint(self) -> str:
        """What a review showed, in a word that changes when any of it does."""
        span = f"{self.wanted.starts_at.timestamp():.0f}-{self.wanted.ends_at.timestamp():.0f}"
        return f"{self.edition.number}.{self.wanted.channel}.{span}.{self.total_cents}.{self.tax_cents}.{self.currency}"

    def order(self) -> Order:
        """The order that was agreed: what is on its lines stays, whatever the price list says later."""
        lines = [
            OrderLine(
                item="after_hours", description=line.description, quantity=1, unit_cents=line.total_cents,
                total_cents=line.total_cents, tax_cents=line.tax_cents, rule=line.rule,
            )
            for line in self.lines
        ]  # fmt: skip
        return Order(
            currency=self.currency, total_cents=self.total_cents, tax_cents=self.tax_cents, tax_rate=self.tax.rate,
            tax_name=self.tax.name, tax_id=self.tax.number, policy_edition=self.edition.number, lines=lines,
        )  # fmt: skip


def quoted(wanted: Wanted) -> WindowPrice:
    """The price of a window ordered now. Raises Invalid beside the field (`starts_at`, `ends_at`) that is wrong."""
    edition, tax, at = edition_in_force(), configured_tax(), now()
    _check(wanted, at, edition)
    return priced(wanted, edition, tax, at)


def priced(wanted: Wanted, edition: Edition, tax: Taxing, at: datetime) -> WindowPrice:
    """The price of a window ordered at an instant. Raises PolicyError for one that cannot be priced."""
    lines = after_hours_lines(wanted.starts_at, wanted.ends_at, wanted.channel, edition, ordered_at=at)
    return WindowPrice(wanted, tuple(_line(each, tax) for each in lines), edition, tax)


def is_free(wanted: Wanted, edition: Edition) -> bool:
    """Whether a window is wholly in business hours, when support is free (HOW-3)."""
    return all(piece.when is None for piece in pieces(wanted.starts_at, wanted.ends_at, edition.hours))


def _check(wanted: Wanted, at: datetime, edition: Edition) -> None:
    if wanted.starts_at <= at:
        raise Invalid(starts_at="The window must start in the future.")
    # First of all its length: what is counted afterwards goes day by day.
    if not timedelta() < wanted.ends_at - wanted.starts_at:
        raise Invalid(ends_at="The window must end after it starts.")
    may = may_order_window(wanted.starts_at, at, edition)
    if not may:
        raise Invalid(starts_at=may.reason)
    try:
        after_hours_lines(wanted.starts_at, wanted.ends_at, wanted.channel, edition, ordered_at=at)
    except PolicyError as error:
        too_long = wanted.ends_at - wanted.starts_at > timedelta(minutes=edition.prices.longest_minutes)
        raise Invalid(**{"ends_at" if too_long else "starts_at": error.reason}) from error


def _line(line: PriceLine, tax: Taxing) -> QuotedLine:
    text = (
        f"{line.text} ({_when(line.starts_at, line.ends_at)})"
        if line.starts_at and line.ends_at
        else line.text
    )
    return QuotedLine(text, line.rule, line.amount.cents, tax.on(line.amount.cents), line.minutes)


def _when(starts_at: datetime, ends_at: datetime) -> str:
    start, end = starts_at.astimezone(EASTERN), ends_at.astimezone(EASTERN)
    last = clock(end.time()) if start.date() == end.date() else f"{long_day(end.date())}, {clock(end.time())}"
    return f"{long_day(start.date())}, {clock(start.time())} to {last} Eastern"

"""What costs money: an additional contact, and support outside business hours (WHO-4, AFT-1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.policy.after_hours import Piece, check_window, pieces
from portal.policy.decision import Decision, PolicyError, WayOn, granted, refused
from portal.policy.edition_shape import FIRST_EDITION, Edition
from portal.policy.instants import in_utc
from portal.policy.parameters import PriceRules
from portal.policy.terms import Channel, RateTime, in_words
from portal.policy.wording import length, money

__all__ = [
    "Channel",
    "Money",
    "PriceLine",
    "RateTime",
    "after_hours_lines",
    "extra_contact_price",
    "may_confirm_window",
    "total",
]


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in cents of a currency by its three-letter code; sums need one currency."""

    cents: int
    currency: str = "USD"

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise PolicyError("AFT-1", f"{self.currency} and {other.currency} cannot be added up.")
        return Money(self.cents + other.cents, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.cents * times, self.currency)

    def __str__(self) -> str:
        return money(self.cents, self.currency)


@dataclass(frozen=True, slots=True)
class PriceLine:
    """AFT-1: one line of a price: its words, the minutes charged, cents for an hour, the amount.

    `starts_at` and `ends_at` (UTC) are None for a line that is not a stretch of time.
    """

    text: str
    minutes: int
    cents_per_hour: int
    amount: Money
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    rule: str = "AFT-1"


def extra_contact_price(edition: Edition = FIRST_EDITION) -> Money:
    """WHO-4: the price of one additional contact, in cents of the edition's currency."""
    return Money(edition.prices.extra_contact_cents, edition.prices.currency)


def total(lines: Sequence[PriceLine], edition: Edition = FIRST_EDITION) -> Money:
    """AFT-1: the sum of the lines, in cents of the edition's currency."""
    return sum((line.amount for line in lines), Money(0, edition.prices.currency))


def after_hours_lines(
    starts_at: datetime,
    ends_at: datetime,
    channel: Channel,
    edition: Edition,
    ordered_at: datetime | None = None,
) -> tuple[PriceLine, ...]:
    """AFT-1: every line of the price of support in a window outside business hours, in order of time.

    A line for each stretch of one rate; what reaches into business hours is a line without charge.
    Then the rest up to the least time charged, at the lowest rate of the window, and the surcharge at
    short notice when `ordered_at` is given and too late. Minutes are real elapsed ones across a change
    of clocks; each line is rounded to the nearest cent, half up. Raises PolicyError for a window that
    does not end after it starts, is not in whole minutes, is too long, lies wholly in business hours
    (support is free then) or before the order, or has no time zone.
    """
    check_window(starts_at, ends_at, edition)
    stretches = tuple(pieces(in_utc(starts_at, "AFT-1"), in_utc(ends_at, "AFT-1"), edition.hours))
    if all(piece.when is None for piece in stretches):
        raise PolicyError("AFT-1", "This window is in business hours: support is free then, ask in a ticket.")
    lines = [_stretch_line(piece, channel, edition.prices) for piece in stretches]
    lines += _minimum_line(lines, edition.prices)
    lines += _short_notice_line(lines, starts_at, ordered_at, edition)
    return tuple(lines)


def _cents_per_hour(channel: Channel, when: RateTime, prices: PriceRules) -> int:
    return next(r.cents_per_hour for r in prices.after_hours if (r.channel, r.when) == (channel, when))


def _stretch_line(piece: Piece, channel: Channel, prices: PriceRules) -> PriceLine:
    minutes = piece.minutes
    if piece.when is None:
        free = Money(0, prices.currency)
        return PriceLine("In business hours: free", minutes, 0, free, piece.starts_at, piece.ends_at, "HOW-3")
    rate = _cents_per_hour(channel, piece.when, prices)
    text = f"Support {in_words(channel)}, {in_words(piece.when)}: {length(minutes)} at {money(rate, prices.currency)} an hour"
    return PriceLine(text, minutes, rate, _amount(minutes, rate, prices), piece.starts_at, piece.ends_at)


def _amount(minutes: int, cents_per_hour: int, prices: PriceRules) -> Money:
    return Money((minutes * cents_per_hour + 30) // 60, prices.currency)


def _minimum_line(lines: Sequence[PriceLine], prices: PriceRules) -> Iterator[PriceLine]:
    charged = [line for line in lines if line.rule == "AFT-1"]
    short = prices.minimum_minutes - sum(line.minutes for line in charged)
    if short > 0:
        rate = min(line.cents_per_hour for line in charged)
        text = f"Up to the least time charged, {length(prices.minimum_minutes)}: {length(short)}"
        yield PriceLine(text, short, rate, _amount(short, rate, prices))


def _short_notice_line(
    lines: Sequence[PriceLine], starts_at: datetime, ordered_at: datetime | None, edition: Edition
) -> Iterator[PriceLine]:
    if ordered_at is None:
        return
    ahead = in_utc(starts_at, "AFT-1") - in_utc(ordered_at, "AFT-1")
    if ahead < timedelta():
        raise PolicyError("AFT-1", "Support can be ordered for a time to come only.")
    prices = edition.prices
    if ahead < timedelta(minutes=prices.short_notice_minutes) and prices.short_notice_percent:
        cents = (total(lines, edition).cents * prices.short_notice_percent + 50) // 100
        text = f"Ordered less than {length(prices.short_notice_minutes)} ahead: {prices.short_notice_percent}% more"
        yield PriceLine(text, 0, 0, Money(cents, prices.currency))


def may_confirm_window(holder_name: str | None) -> Decision:
    """AFT-1: whether an ordered window may be confirmed: only when a named member of staff holds it."""
    if holder_name and holder_name.strip():
        return granted("AFT-1", f"{holder_name.strip()} holds this window.")
    reason = "A window is confirmed once a named member of staff holds it."
    return refused("AFT-1", reason, WayOn.WAIT, WayOn.ASK_IN_TICKET)

"""Ordering, holding and cancelling a window outside business hours (AFT-1). Prices are in `pricing`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.policy.decision import Decision, WayOn, granted, refused
from portal.policy.edition_shape import Edition
from portal.policy.instants import in_utc
from portal.policy.wording import counted, length


@dataclass(frozen=True, slots=True)
class Refund:
    """AFT-1: what a cancellation gives back of a price in integer cents, the share in per cent, and why."""

    cents: int
    percent: int
    reason: str

    @property
    def is_full(self) -> bool:
        """AFT-1: whether nothing is kept."""
        return self.percent == 100


def may_order_window(starts_at: datetime, at: datetime, edition: Edition) -> Decision:
    """AFT-1: whether a window that starts then can be ordered now: neither too soon nor too far ahead.

    Raises PolicyError without a time zone.
    """
    ahead, rules = in_utc(starts_at, "AFT-1") - in_utc(at, "AFT-1"), edition.after_hours
    if ahead < timedelta(minutes=rules.least_notice_minutes):
        notice = length(rules.least_notice_minutes)
        reason = f"A window is ordered at least {notice} before it starts, so that somebody can hold it."
        return refused("AFT-1", reason, WayOn.OTHER_SLOT, WayOn.ASK_IN_TICKET)
    if ahead > timedelta(days=rules.furthest_days):
        reason = f"A window can be ordered {counted(rules.furthest_days, 'day')} ahead at most."
        return refused("AFT-1", reason, WayOn.OTHER_SLOT, WayOn.WAIT)
    return granted("AFT-1", "This window can be ordered.")


def hold_deadline(starts_at: datetime, edition: Edition) -> datetime:
    """AFT-1: by when a window is paid for and held; else it is cancelled, and what was paid comes back."""
    return in_utc(starts_at, "AFT-1") - timedelta(minutes=edition.after_hours.hold_by_minutes)


def window_refund(cents: int, starts_at: datetime, at: datetime, edition: Edition) -> Refund:
    """AFT-1: what the customer gets back of `cents` who cancels a window at an instant.

    All of it until so many minutes before the start, a share after that, nothing once it has begun. Half a
    cent counts as one. Raises PolicyError without a time zone.
    """
    rules, ahead = edition.after_hours, in_utc(starts_at, "AFT-1") - in_utc(at, "AFT-1")
    until = length(rules.full_refund_minutes)
    if ahead >= timedelta(minutes=rules.full_refund_minutes):
        return Refund(cents, 100, f"Cancelled at least {until} before its start, a window costs nothing.")
    if ahead > timedelta():
        percent = rules.late_refund_percent
        reason = f"Cancelled less than {until} before its start, {percent}% of the price comes back."
        return Refund((cents * percent + 50) // 100, percent, reason)
    return Refund(0, 0, "A window that has begun can no longer be cancelled.")


def nobodys_refund(cents: int) -> Refund:
    """AFT-1: what comes back when support cannot hold a window: everything, however late it is."""
    return Refund(cents, 100, "Support could not hold this window, so it costs nothing.")


def nobody_free() -> Decision:
    """AFT-1: the no to a window that nobody of support could hold; said before anything is paid."""
    reason = "Nobody of support could hold this window. Nothing was ordered, and nothing is to be paid."
    return refused("AFT-1", reason, WayOn.OTHER_SLOT, WayOn.ASK_IN_TICKET)

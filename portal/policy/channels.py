"""How a request reaches support (HOW-1, HOW-4)."""

from __future__ import annotations

from datetime import datetime

from portal.policy.business_time import is_business_time
from portal.policy.decision import Decision, WayOn, granted, refused
from portal.policy.edition_shape import Edition
from portal.policy.terms import Channel, RequestChannel

__all__ = ["PREFERRED_CHANNEL", "RequestChannel", "may_request"]

PREFERRED_CHANNEL = RequestChannel.TICKET
"""HOW-1: a ticket goes to several members of the team, so it reaches the right one sooner."""


def may_request(
    channel: RequestChannel, at: datetime, edition: Edition, window: Channel | None = None
) -> Decision:
    """HOW-1, HOW-4: whether support can be reached by a channel at an instant.

    Tickets and e-mail at any time; the phone in business hours, outside them by an order (AFT-1): `window`
    is the channel of the event's confirmed window that the instant is in, if it is in one.
    Raises PolicyError without a time zone.
    """
    if is_business_time(at, edition.hours):
        return granted("HOW-1", "Support is open; a ticket reaches the right person soonest.")
    if window is not None and (channel is not RequestChannel.PHONE or window is Channel.PHONE):
        return granted("AFT-1", "Within an after-hours window support answers at once what reaches it.")
    if channel is not RequestChannel.PHONE:
        return granted("HOW-4", "Write at any time; the answer comes in business hours.")
    reason = "The phone is answered in business hours; a ticket can be opened at any time."
    return refused("HOW-4", reason, WayOn.ASK_IN_TICKET, WayOn.ORDER_AFTER_HOURS)

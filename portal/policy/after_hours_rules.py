"""What the policy's words on windows after hours turn on, with its bounds and its words (AFT-1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from portal.policy.parameters import Whole


@dataclass(frozen=True, slots=True)
class AfterHoursRules:
    """AFT-1: how early a window is ordered, by when it is held, its reply, what a cancellation gives back.

    Minutes, but for the furthest day and the share that is paid back.
    """

    least_notice_minutes: Annotated[int, Whole("Shortest notice of a window", 0, 30 * 1440, "minutes")] = 240
    furthest_days: Annotated[int, Whole("Windows can be ordered ahead for", 1, 730, "day")] = 180
    hold_by_minutes: Annotated[
        int,
        Whole("A window that nobody holds this long before its start is cancelled", 0, 30 * 1440, "minutes"),
    ] = 120
    reply_minutes: Annotated[int, Whole("Goal for a reply within a window", 5, 480, "minutes")] = 30
    full_refund_minutes: Annotated[
        int,
        Whole("A window cancelled this long before its start is paid back in full", 0, 90 * 1440, "minutes"),
    ] = 2_880
    late_refund_percent: Annotated[
        int, Whole("Share paid back of a window cancelled later, before its start", 0, 100, "percent")
    ] = 50

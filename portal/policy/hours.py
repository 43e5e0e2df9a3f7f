"""When support works and by when it answers: the one door to business hours (HOW-1 to HOW-4)."""

from __future__ import annotations

from portal.policy.business_time import (
    add_business_days,
    add_business_minutes,
    business_minutes_between,
    business_time_between,
    closing,
    eastern_day,
    is_business_day,
    is_business_time,
    next_business_day,
    next_opening,
    opening,
)
from portal.policy.closures import why_closed
from portal.policy.holiday_list import KNOWN_HOLIDAYS, Holiday, holidays_of
from portal.policy.instants import EASTERN
from portal.policy.promise import Promise, Step, StepKind, reply_deadline
from portal.policy.reply_record import ReplyRecord, reply_record

__all__ = [
    "EASTERN",
    "KNOWN_HOLIDAYS",
    "Holiday",
    "Promise",
    "ReplyRecord",
    "Step",
    "StepKind",
    "add_business_days",
    "add_business_minutes",
    "business_minutes_between",
    "business_time_between",
    "closing",
    "eastern_day",
    "holidays_of",
    "is_business_day",
    "is_business_time",
    "next_business_day",
    "next_opening",
    "opening",
    "reply_deadline",
    "reply_record",
    "why_closed",
]

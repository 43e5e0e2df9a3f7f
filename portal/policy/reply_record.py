"""What replies really took, so that the promise can be shown beside the truth (HOW-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.policy.decision import PolicyError


@dataclass(frozen=True, slots=True)
class ReplyRecord:
    """HOW-2: how many replies were counted, their median and 90th percentile in business minutes."""

    replies: int
    median_minutes: int
    ninetieth_minutes: int


def at_percentile(values: Sequence[int], percentile: int) -> int:
    """HOW-2, USE-2: the smallest value that at least that percent of the values do not exceed (nearest rank).

    Raises PolicyError when there are no values or the percentile is not from 1 to 100.
    """
    if not values or not 1 <= percentile <= 100:
        raise PolicyError("USE-2", "A percentile needs figures to compare, and lies from 1 to 100.")
    rank = -(-len(values) * percentile // 100)
    return sorted(values)[rank - 1]


def reply_record(business_minutes: Sequence[int]) -> ReplyRecord | None:
    """HOW-2: the record of replies, from what each took in business minutes; None when there were none."""
    if not business_minutes:
        return None
    return ReplyRecord(
        len(business_minutes), at_percentile(business_minutes, 50), at_percentile(business_minutes, 90)
    )

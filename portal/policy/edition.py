"""Editions of the policy: which one is in force, what changed, and their stored form (POL-1).

The one door for whoever works with editions; the parts are in the modules named `edition_*`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from portal.policy.after_hours_rules import AfterHoursRules
from portal.policy.decision import PolicyError
from portal.policy.edition_changes import changes, part_changes
from portal.policy.edition_checks import EditionError, Problem
from portal.policy.edition_json import from_json, to_json
from portal.policy.edition_parts import PARTS, Parts, carried_over, parts_of, with_parts
from portal.policy.edition_shape import FIRST_EDITION, Edition
from portal.policy.instants import in_utc
from portal.policy.parameters import (
    AddedHoliday,
    ContactBand,
    ContactRules,
    FairUseRules,
    HourlyRate,
    HoursRules,
    PriceRules,
    SessionTimes,
    TicketRules,
    TrainingRules,
    WishRules,
)

__all__ = [
    "FIRST_EDITION",
    "PARTS",
    "AddedHoliday",
    "AfterHoursRules",
    "ContactBand",
    "ContactRules",
    "Edition",
    "EditionError",
    "FairUseRules",
    "HourlyRate",
    "HoursRules",
    "Parts",
    "PriceRules",
    "Problem",
    "SessionTimes",
    "TicketRules",
    "TrainingRules",
    "WishRules",
    "carried_over",
    "changes",
    "edition_in_force",
    "from_json",
    "part_changes",
    "parts_of",
    "to_json",
    "with_parts",
]


def edition_in_force(editions: Iterable[Edition], at: datetime) -> Edition:
    """POL-1: the edition that holds at an instant: the latest in force by then, of those the highest number.

    Raises PolicyError when the instant has no time zone, or is before the first edition.
    """
    moment = in_utc(at, "POL-1")
    begun = [edition for edition in editions if edition.in_force_from <= moment]
    if not begun:
        raise PolicyError("POL-1", "No edition of the support policy was in force at that time.")
    return max(begun, key=lambda edition: (edition.in_force_from, edition.number))

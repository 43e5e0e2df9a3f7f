"""What an edition of the policy is made of, and the first one (POL-1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated

from portal.policy.after_hours_rules import AfterHoursRules
from portal.policy.edition_checks import (
    EditionError,
    Problem,
    after_hours_problems,
    bound_problems,
    contact_problems,
    hours_problems,
    price_problems,
    training_problems,
)
from portal.policy.instants import eastern, in_utc
from portal.policy.parameters import (
    ContactRules,
    FairUseRules,
    HoursRules,
    PriceRules,
    Said,
    Text,
    TicketRules,
    TrainingRules,
    Whole,
    WishRules,
)


@dataclass(frozen=True, slots=True)
class Edition:
    """POL-1: one posted version of the policy, in force from an instant on (kept in UTC).

    Raises EditionError, listing every problem, when its parameters contradict each other or leave
    their bounds: an edition that exists can be applied.
    """

    number: Annotated[int, Whole("Edition", 1, 1_000_000)]
    in_force_from: Annotated[datetime, Said("In force from")]
    summary: Annotated[str, Text("Summary", 2_000)]
    contacts: ContactRules = field(default_factory=ContactRules)
    hours: HoursRules = field(default_factory=HoursRules)
    tickets: TicketRules = field(default_factory=TicketRules)
    training: TrainingRules = field(default_factory=TrainingRules)
    fair_use: FairUseRules = field(default_factory=FairUseRules)
    prices: PriceRules = field(default_factory=PriceRules)
    wishes: WishRules = field(default_factory=WishRules)
    after_hours: AfterHoursRules = field(default_factory=AfterHoursRules)

    def __post_init__(self) -> None:
        problems = list(bound_problems(self))
        problems += [*contact_problems(self.contacts), *hours_problems(self.hours)]
        problems += [*training_problems(self.training), *price_problems(self.prices)]
        problems += after_hours_problems(self.after_hours)
        if self.in_force_from.utcoffset() is None:
            problems.append(Problem("in_force_from", "must have a time zone"))
        if problems:
            raise EditionError(problems)
        object.__setattr__(self, "in_force_from", in_utc(self.in_force_from, "POL-1"))


FIRST_EDITION = Edition(1, eastern(date(2024, 1, 1)), "The first edition of the support policy.")

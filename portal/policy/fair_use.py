"""Fair use: what is too much, when it may be said, and what may follow (USE-1 to USE-3)."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from portal.policy.contacts import size_band, size_bands
from portal.policy.decision import Decision, PolicyError, WayOn, granted, refused
from portal.policy.edition_shape import FIRST_EDITION, Edition
from portal.policy.instants import EASTERN, eastern, in_utc
from portal.policy.parameters import FairUseRules
from portal.policy.reply_record import at_percentile
from portal.policy.terms import Role
from portal.policy.wording import counted, listed, long_day

__all__ = [
    "Assessment",
    "Figure",
    "Measure",
    "Usage",
    "assess",
    "free_period_ends",
    "is_in_free_period",
    "may_decide_measures",
    "may_notify",
    "may_take_measures",
    "peers_in_band",
    "reply_goal",
    "size_band",
    "size_bands",
    "usage_since",
]


@dataclass(frozen=True, slots=True)
class Usage:
    """USE-2: a customer's support minutes, tickets and live sessions in the rolling window of days.

    Raises PolicyError for a negative figure.
    """

    minutes: int
    tickets: int
    sessions: int

    def __post_init__(self) -> None:
        if min(self.minutes, self.tickets, self.sessions) < 0:
            raise PolicyError("USE-2", "Usage cannot be negative.")


@dataclass(frozen=True, slots=True)
class Figure:
    """USE-2: one measure of usage beside the others: their average, their percentile, whether it is over.

    `measure` is minutes, tickets or sessions; the figures are in that unit.
    """

    measure: str
    own: int
    average: Fraction
    percentile: int
    is_over: bool


@dataclass(frozen=True, slots=True)
class Assessment:
    """USE-2: whether usage is significantly above that of the others, with the figures that both sides see.

    `comparable` is false, and `figures` empty, while there are too few others to compare with.
    """

    comparable: bool
    excessive: bool
    peers: int
    figures: tuple[Figure, ...]
    rule: str
    reason: str


class Measure(StrEnum):
    """USE-3: what a manager may decide when excessive usage goes on."""

    REDUCED_LEVEL = "reduced_level"
    RECOMMEND_TRAINING = "recommend_training"
    RECOMMEND_SERVICES = "recommend_services"
    NO_RENEWAL = "no_renewal"


def free_period_ends(account_opened_on: date, edition: Edition = FIRST_EDITION) -> datetime:
    """USE-1: the instant, in UTC, at which unlimited support ends: the day of opening is the first of 30.

    Days are those of US Eastern, and end at midnight there.
    """
    return eastern(account_opened_on + timedelta(days=edition.fair_use.free_days))


def is_in_free_period(account_opened_on: date, now: datetime, edition: Edition = FIRST_EDITION) -> bool:
    """USE-1: whether support is still unlimited. Raises PolicyError without a time zone."""
    return in_utc(now, "USE-1") < free_period_ends(account_opened_on, edition)


def usage_since(now: datetime, edition: Edition = FIRST_EDITION) -> datetime:
    """USE-2: the instant, in UTC, from which usage counts: 30 days of 24 hours back."""
    return in_utc(now, "USE-2") - timedelta(days=edition.fair_use.window_days)


def peers_in_band(
    customer: Hashable, band: str, usages: Iterable[tuple[Hashable, str, Usage]]
) -> tuple[Usage, ...]:
    """USE-2: the usage of the other customers in a size band, from (customer, band, usage) of all."""
    return tuple(usage for other, its_band, usage in usages if other != customer and its_band == band)


def assess(own: Usage, peers: Sequence[Usage], edition: Edition = FIRST_EDITION) -> Assessment:
    """USE-2: whether usage significantly exceeds that of the other customers of the same size band.

    It does when any of minutes, tickets or sessions is both more than twice the others' average and
    beyond their 95th percentile (nearest rank). `peers` leave the customer out; with fewer than ten
    there is nothing to compare.
    """
    rules = edition.fair_use
    if len(peers) < rules.least_peers:
        reason = f"At least {counted(rules.least_peers, 'other customer')} are needed to compare with."
        return Assessment(False, False, len(peers), (), "USE-2", reason)
    figures = tuple(_figure(item.name, own, peers, rules) for item in fields(Usage))
    over = [figure.measure for figure in figures if figure.is_over]
    return Assessment(True, bool(over), len(peers), figures, "USE-2", _reason(over, rules))


def _figure(measure: str, own: Usage, peers: Sequence[Usage], rules: FairUseRules) -> Figure:
    mine, others = getattr(own, measure), [getattr(peer, measure) for peer in peers]
    average = Fraction(sum(others), len(others))
    percentile = at_percentile(others, rules.percentile)
    is_over = mine * 100 > average * rules.percent_of_average and mine > percentile
    return Figure(measure, mine, average, percentile, is_over)


def _reason(over: Sequence[str], rules: FairUseRules) -> str:
    mark = f"{rules.percent_of_average}% of the average of similar events, and beyond {rules.percentile}% of them"
    return f"Above {mark}: {listed(over)}." if over else f"No figure is above {mark}."


def may_notify(
    assessment: Assessment, *, account_opened_on: date, now: datetime, edition: Edition = FIRST_EDITION
) -> Decision:
    """USE-1, USE-2: whether a person may send the notice of excessive usage; it is never sent by itself.

    Raises PolicyError without a time zone.
    """
    if is_in_free_period(account_opened_on, now, edition):
        until = long_day((free_period_ends(account_opened_on, edition)).astimezone(EASTERN).date())
        return refused("USE-1", f"Support is unlimited until {until}.", WayOn.WAIT)
    if not assessment.excessive:
        return refused("USE-2", assessment.reason, WayOn.WAIT)
    return granted("USE-2", assessment.reason)


def may_take_measures(
    notice_at: datetime | None, still_above: bool, now: datetime, edition: Edition = FIRST_EDITION
) -> Decision:
    """USE-3: whether measures may be decided: a notice was sent, and usage is still above 14 days later.

    Days are of 24 hours. Raises PolicyError without a time zone.
    """
    days = counted(edition.fair_use.patience_days, "day")
    if notice_at is None:
        return refused("USE-3", "The customer has to be notified first.", WayOn.WAIT)
    if in_utc(now, "USE-3") - in_utc(notice_at, "USE-3") < timedelta(days=edition.fair_use.patience_days):
        return refused("USE-3", f"Measures may follow {days} after the notice at the earliest.", WayOn.WAIT)
    if not still_above:
        return refused("USE-3", "Usage is no longer above that of others.", WayOn.WAIT)
    return granted("USE-3", f"Usage is still above that of others {days} after the notice.")


def may_decide_measures(role: str, measures: Collection[Measure], reason: str) -> Decision:
    """USE-3: whether a decision on measures stands: a manager's, on one or more, with a reason on record."""
    if role != Role.MANAGER:
        return refused("USE-3", "Measures are decided by a support manager.", WayOn.ASK_MANAGER)
    if not measures or not reason.strip():
        return refused("USE-3", "A decision names at least one measure and its reason.")
    return granted("USE-3", "A manager decides, with a reason, on the record.")


def reply_goal(measures: Collection[Measure], edition: Edition = FIRST_EDITION) -> int:
    """USE-3, HOW-2: the goal for a reply in business days under the measures in force, for `reply_deadline`.

    A reduced level never means a sooner reply than the usual one.
    """
    usual = edition.hours.reply_business_days
    is_reduced = Measure.REDUCED_LEVEL in measures
    return max(usual, edition.fair_use.reduced_reply_business_days) if is_reduced else usual

"""Who of support a ticket is offered to, and who gets it when nobody claims it (HOW-1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.policy.business_time import add_business_minutes, business_minutes_between
from portal.policy.parameters import HoursRules
from portal.policy.wording import counted

# What an open ticket weighs in its holder's load, in quarters of a ticket of normal priority.
WEIGHTS = {"low": 2, "normal": 4, "high": 6, "urgent": 8}


@dataclass(frozen=True, slots=True)
class Colleague:
    """HOW-1: a member of support as seen for one ticket.

    `load` is the sum of WEIGHTS of the open tickets they have; `open_tickets` their number.
    """

    id: int
    name: str
    on_duty: bool
    has_skill: bool
    load: int = 0
    open_tickets: int = 0


@dataclass(frozen=True, slots=True)
class Audience:
    """HOW-1: those a ticket is offered to, and why them, in words that read after "offered to you: "."""

    colleagues: tuple[Colleague, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """HOW-1: who gets a ticket by load, and why, in one sentence."""

    colleague: Colleague
    reason: str


def audience(team: Sequence[Colleague]) -> Audience:
    """HOW-1: offered to all on duty with the matching skill; where there is none, to all on duty; else to all."""
    skilled = tuple(one for one in team if one.on_duty and one.has_skill)
    if skilled:
        return Audience(skilled, "you are on duty and take this topic")
    on_duty = tuple(one for one in team if one.on_duty)
    if on_duty:
        return Audience(on_duty, "you are on duty, and nobody on duty takes this topic")
    return Audience(tuple(team), "nobody is on duty")


def least_loaded(team: Sequence[Colleague]) -> Choice | None:
    """HOW-1: of those on duty, with the matching skill where anyone has it, the one with the least load.

    Open tickets weigh by their priority. Equals go by key, so that the same state gives the same choice.
    None when nobody is on duty.
    """
    on_duty = [one for one in team if one.on_duty]
    skilled = [one for one in on_duty if one.has_skill]
    among = skilled or on_duty
    if not among:
        return None
    chosen = min(among, key=lambda one: (one.load, one.id))
    return Choice(chosen, _reason(chosen, len(among), skilled=bool(skilled)))


def _reason(chosen: Colleague, among: int, *, skilled: bool) -> str:
    who = "on duty who take this topic" if skilled else "on duty; nobody of them takes this topic"
    has = f"{chosen.name} has {counted(chosen.open_tickets, 'open ticket')}"
    if among == 1:
        alone = "alone is on duty and takes this topic" if skilled else "alone is on duty"
        return f"{chosen.name} {alone}."
    return f"The least loaded of {among} {who}: {has}, weighed by priority."


def share_passed(since: datetime, due: datetime, percent: int, hours: HoursRules) -> datetime:
    """HOW-1: when so many per cent of a response time have passed, in UTC, counted in whole business minutes.

    At 50 it is when a ticket that nobody has claimed is assigned by load. A time that is over already, or
    shorter than a minute, has passed at its beginning. A response time without any business minute, as within
    a window after hours (AFT-1), passes in real ones.
    """
    allowed = max(business_minutes_between(since, due, hours), 0)
    if not allowed and due > since:
        real = (due - since) // timedelta(minutes=1)
        return since + timedelta(minutes=real * percent // 100)
    return add_business_minutes(since, allowed * percent // 100, hours)

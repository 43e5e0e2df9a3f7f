"""What an edition to come would change, and for whom; what was promised and sold before stays (POL-1).

Counted from what there is now. It says nothing that publishing then does differently: the limits come from
the same policy functions as the seats.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from portal.editions.effect_counts import EventRoster, Standing, rosters, sessions_from, standing
from portal.policy.contacts import contact_limit
from portal.policy.edition import Edition
from portal.policy.hours import is_business_time
from portal.policy.parameters import HourlyRate
from portal.policy.wording import counted, money
from portal.usage.queries import all_usage

SHOWN = 25


@dataclass(frozen=True)
class Touched:
    """An event that an effect is about: its key and name, and what it means for it."""

    event_id: int
    name: str
    note: str


@dataclass(frozen=True)
class Effect:
    """One thing that would change, or stay, in a sentence, with its rule and the first events it is about."""

    rule: str
    sentence: str
    touched: tuple[Touched, ...] = ()
    unshown: int = 0
    is_warning: bool = False


@dataclass(frozen=True)
class Comparison:
    """Two editions, the later one from `begins` on, and what there is now."""

    before: Edition
    after: Edition
    begins: datetime
    now_there: Standing

    def differs(self, *parts: str) -> bool:
        """Whether any of these parts changes."""
        return any(getattr(self.before, part) != getattr(self.after, part) for part in parts)


def effects(before: Edition, after: Edition, begins: datetime) -> list[Effect]:
    """What changes for whom when `after` follows `before`, in the order of the policy."""
    comparison = Comparison(before, after, begins, standing())
    return [effect for told in _TOLD for effect in told(comparison) if effect.sentence]


def _contacts(change: Comparison) -> Iterator[Effect]:
    if change.before.contacts.bands == change.after.contacts.bands:
        return
    limits = [_Limits(roster, change) for roster in rosters(change.begins)]
    moved = [each for each in limits if each.moves]
    over = [each for each in moved if each.goes_over]
    yield _about(over, "WHO-3", "go over their limit: nobody is removed, and nobody can be added", "goes over its limit: nobody is removed, and nobody can be added", warns=True)  # fmt: skip
    yield _about([each for each in moved if each.comes_within], "WHO-3", "come within their limit again", "comes within its limit again")  # fmt: skip
    yield _about([each for each in moved if each.rises and not each.comes_within], "WHO-3", "may register more contacts: their seats grow", "may register more contacts: its seats grow")  # fmt: skip
    yield _about([each for each in moved if not each.rises and each not in over], "WHO-3", "may register fewer contacts: free seats close", "may register fewer contacts: free seats close")  # fmt: skip


class _Limits:
    """What one event may register before and after."""

    def __init__(self, roster: EventRoster, change: Comparison) -> None:
        self.roster = roster
        self.before, self.after = (
            contact_limit(roster.attendees, roster.licence, extra_seats=roster.bought, edition=edition).total
            for edition in (change.before, change.after)
        )
        self.moves, self.rises = self.before != self.after, self.after > self.before
        self.goes_over = self.before >= roster.used > self.after
        self.comes_within = self.before < roster.used <= self.after

    def touched(self) -> Touched:
        """The event, with its limits in words."""
        note = f"limit {self.before} becomes {self.after}, {self.roster.used} registered"
        return Touched(self.roster.event_id, self.roster.name, note)


def _about(found: list[_Limits], rule: str, many: str, one: str, *, warns: bool = False) -> Effect:
    sentence = f"{counted(len(found), 'event')} {one if len(found) == 1 else many}." if found else ""
    shown = tuple(each.touched() for each in found[:SHOWN])
    return Effect(rule, sentence, shown, max(0, len(found) - SHOWN), warns)


def _removals(change: Comparison) -> Iterator[Effect]:
    waiting = change.now_there.removals
    if change.differs("contacts", "hours") and waiting:
        yield Effect("WHO-6", f"{counted(waiting, 'request')} to remove a contact waiting: due as promised.")


def _tickets(change: Comparison) -> Iterator[Effect]:
    if change.differs("hours", "tickets") and change.now_there.tickets:
        number = counted(change.now_there.tickets, "ticket")
        yield Effect("HOW-2", f"{number} not closed: every deadline stays as promised. What is asked from then on counts by the new parameters.")  # fmt: skip


def _sessions(change: Comparison) -> Iterator[Effect]:
    if change.differs("training") and change.now_there.sessions:
        number = counted(change.now_there.sessions, "live session")
        yield Effect("HOW-5", f"{number} booked: time, length and cut-off stay as booked.")
    if change.before.hours == change.after.hours:
        return
    closed = [
        each for each in sessions_from(change.begins)
        if is_business_time(each.starts_at, change.before.hours) and not is_business_time(each.starts_at, change.after.hours)
    ]  # fmt: skip
    if closed:
        number = counted(len(closed), "live session")
        touched = tuple(Touched(each.event_id, each.name, each.when) for each in closed[:SHOWN])
        yield Effect("HOW-3", f"{number} booked for a time at which support would be closed: they stay as booked.", touched, max(0, len(closed) - SHOWN), True)  # fmt: skip


def _usage(change: Comparison) -> Iterator[Effect]:
    if not change.differs("fair_use"):
        return
    before = {each.event_id for each in all_usage(edition=change.before) if each.assessment.excessive}
    after = [each for each in all_usage(edition=change.after) if each.assessment.excessive]
    added = [each for each in after if each.event_id not in before]
    kept = len(after) - len(added)
    touched = tuple(Touched(each.event_id, each.event, "above the mark") for each in added[:SHOWN])
    yield Effect("USE-2", f"{counted(len(after), 'event')} would be above the average significantly, {len(added)} of them newly so; {len(before) - kept} no longer. Nobody is told before a person sends a notice.", touched, max(0, len(added) - SHOWN))  # fmt: skip


def _prices(change: Comparison) -> Iterator[Effect]:
    if not change.differs("prices"):
        return
    before, after = change.before.prices, change.after.prices
    if before.extra_contact_cents != after.extra_contact_cents:
        verb = "rises" if after.extra_contact_cents > before.extra_contact_cents else "falls"
        prices = f"from {money(before.extra_contact_cents, before.currency)} to {money(after.extra_contact_cents, after.currency)}"
        yield Effect("WHO-4", f"The price of an additional contact {verb} {prices} for new orders.")
    yield from _hourly(before.after_hours, after.after_hours)
    if change.now_there.orders:
        yield Effect("WHO-4", f"{counted(change.now_there.orders, 'order')} not paid yet: price and edition stay as ordered.")  # fmt: skip
    if change.now_there.quotes:
        yield Effect(
            "POL-1", f"{counted(change.now_there.quotes, 'quote')} open: what was quoted stays as quoted."
        )


def _hourly(before: tuple[HourlyRate, ...], after: tuple[HourlyRate, ...]) -> Iterator[Effect]:
    was = {(rate.channel, rate.when): rate.cents_per_hour for rate in before}
    moves = [rate.cents_per_hour - was[rate.channel, rate.when] for rate in after]
    rises, falls = sum(move > 0 for move in moves), sum(move < 0 for move in moves)
    if rises or falls:
        yield Effect("AFT-1", f"Of {len(moves)} prices of an hour outside business hours, {rises} rise and {falls} fall for new orders.")  # fmt: skip


_TOLD: tuple[Callable[[Comparison], Iterator[Effect]], ...] = (
    _contacts, _removals, _tickets, _sessions, _usage, _prices,
)  # fmt: skip

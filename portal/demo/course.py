"""How a conversation goes: who writes what and when, up to now, and how that leaves the ticket."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portal.demo.frame import Frame, Someone
from portal.demo.moments import minutes, when_awake
from portal.demo.plans import ThreadPlan
from portal.policy.hours import add_business_days, add_business_minutes

LATE_SHARE = 0.025
LATE_MINUTES = (560, 960)
CLOSED_AFTER_THANKS = (15, 260)
CLOSED_AFTER_SILENCE = (3 * 540, 6 * 540)
CLAIMED_BEFORE_REPLY = (2, 25)
HALF_MINUTES = 270


@dataclass(frozen=True, slots=True)
class Turn:
    """One message as it was sent. `index` is its place in the plan."""

    index: int
    from_staff: bool
    by_colleague: bool
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ticket stands after something has happened to it; `turn` is the message, if it was one."""

    at: datetime
    action: str
    turn: Turn | None
    state: str
    awaiting_since: datetime | None
    reply_due_at: datetime | None
    assignee: Someone | None

    @property
    def facts(self) -> dict[str, Any]:
        """What the audit trail says of it."""
        due = self.reply_due_at.isoformat() if self.reply_due_at else None
        return {"state": self.state, "reply_due_at": due, "assignee": self.assignee and self.assignee.id}


@dataclass(frozen=True, slots=True)
class Course:
    """What has happened to a ticket by now."""

    turns: list[Turn]
    claimed_at: datetime | None
    closed_at: datetime | None

    @property
    def first_reply_at(self) -> datetime | None:
        """When support first answered."""
        return next((turn.sent_at for turn in self.turns if turn.from_staff), None)

    def standings(self, frame: Frame, agent: Someone) -> list[Standing]:
        """How it stood after each thing that happened, the opening first."""
        first, *others = self.turns
        stood = [_asked(frame, None, first)]
        if self.claimed_at:
            stood.append(_claimed(stood[-1], self.claimed_at, agent))
        for turn in others:
            stood.append(_answered(stood[-1], turn) if turn.from_staff else _asked(frame, stood[-1], turn))
        if self.closed_at:
            closed = (self.closed_at, "ticket.closed", None, "closed", None, None)
            stood.append(Standing(*closed, stood[-1].assignee))
        return stood


def _asked(frame: Frame, before: Standing | None, turn: Turn) -> Standing:
    """A customer has written: a promise counts from then, unless one is running (HOW-2)."""
    if before and before.state == "open":
        since, due = before.awaiting_since, before.reply_due_at
    else:
        hours = frame.edition.hours
        since, due = turn.sent_at, add_business_days(turn.sent_at, hours.reply_business_days, hours)
    action, assignee = ("ticket.replied", before.assignee) if before else ("ticket.opened", None)
    return Standing(turn.sent_at, action, turn, "open", since, due, assignee)


def _answered(before: Standing, turn: Turn) -> Standing:
    return Standing(turn.sent_at, "ticket.answered", turn, "waiting", None, None, before.assignee)


def _claimed(before: Standing, at: datetime, agent: Someone) -> Standing:
    promise = (before.awaiting_since, before.reply_due_at)
    return Standing(at, "ticket.claimed", None, before.state, *promise, agent)


def natural_course(
    frame: Frame, thread: ThreadPlan, opened_at: datetime, zone: str, chance: random.Random
) -> Course:
    """A conversation that went by itself: support answers in business hours, customers when they are awake."""
    late, hours = chance.random() < LATE_SHARE, frame.edition.hours
    turns, at = [_turn(thread, 0, opened_at)], opened_at
    for index, message in enumerate(thread.messages[1:], 1):
        if message.by == "agent":
            usual = int(minutes(message.after, in_business=True) * chance.uniform(0.5, 2.2)) + 1
            taken = chance.randint(*LATE_MINUTES) if late and index == 1 else usual
            at = add_business_minutes(at, taken, hours)
        else:
            taken = int(minutes(message.after) * chance.uniform(0.4, 1.6)) + 1
            at = when_awake(at + timedelta(minutes=taken), zone, chance)
        if at > frame.now:
            return Course(turns, _claimed_at(turns, chance), None)
        turns.append(_turn(thread, index, at))
    return Course(turns, _claimed_at(turns, chance), _closed_at(frame, turns, chance))


def placed_course(
    frame: Frame,
    thread: ThreadPlan,
    shown: int,
    ends_at: datetime,
    opened_at: datetime,
    *,
    claimed: bool,
    closed: bool,
    by_load: bool = False,
) -> Course:
    """A conversation placed by hand: so many messages, all in business hours, the last at `ends_at`.

    Nobody claims one that goes `by_load`: it is assigned at half of its response time (HOW-1).
    """
    hours, turns, at = frame.edition.hours, [_turn(thread, 0, opened_at)], opened_at
    for index, message in enumerate(thread.messages[1:shown], 1):
        at = add_business_minutes(at, minutes(message.after, in_business=True), hours)
        turns.append(_turn(thread, index, min(at, ends_at)))
    claimed_at = add_business_minutes(opened_at, HALF_MINUTES if by_load else 5, hours) if claimed else None
    return Course(turns, claimed_at, add_business_minutes(ends_at, 45, hours) if closed else None)


def placed_minutes(thread: ThreadPlan, shown: int) -> int:
    """How many minutes of business time lie between the first and the last message of a placed one."""
    return sum(minutes(message.after, in_business=True) for message in thread.messages[1:shown])


def _turn(thread: ThreadPlan, index: int, at: datetime) -> Turn:
    by = thread.messages[index].by
    return Turn(index, by == "agent", by == "colleague", at)


def _claimed_at(turns: list[Turn], chance: random.Random) -> datetime | None:
    reply = next((turn.sent_at for turn in turns if turn.from_staff), None)
    if reply is None:
        return None
    return max(turns[0].sent_at, reply - timedelta(minutes=chance.randint(*CLAIMED_BEFORE_REPLY)))


def _closed_at(frame: Frame, turns: list[Turn], chance: random.Random) -> datetime | None:
    shortest, longest = CLOSED_AFTER_SILENCE if turns[-1].from_staff else CLOSED_AFTER_THANKS
    closed = add_business_minutes(turns[-1].sent_at, chance.randint(shortest, longest), frame.edition.hours)
    return closed if closed <= frame.now else None

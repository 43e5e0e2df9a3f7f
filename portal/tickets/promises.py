"""By when a reply is promised, and how near that is (HOW-2, HOW-4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.clock import now
from portal.editions.queries import edition_in_force, edition_numbered
from portal.policy.edition import Edition, HoursRules
from portal.policy.fair_use import Measure, reply_goal
from portal.policy.hours import Promise, business_minutes_between, reply_deadline
from portal.tickets.models import Ticket
from portal.usage.queries import measures_in_force

SOON_MINUTES = 120
EXACT_HOURS = 3


@dataclass(frozen=True)
class Due:
    """How near a promise is, in business time: `due in 2 h`, `late by 40 min`."""

    text: str
    is_late: bool
    is_soon: bool


def promise_now(event_id: int) -> tuple[Promise, Edition]:
    """The promise for what is sent on an event at this moment, and the edition it is made under.

    The goal is longer while a reduced level of support is in force for the event (USE-3).
    """
    edition = edition_in_force()
    return reply_deadline(now(), edition, _goal(event_id, edition)), edition


def promise_of(ticket: Ticket) -> Promise | None:
    """How an open ticket's promise was counted, under the edition it was made; None when it waits for nobody."""
    if ticket.awaiting_since is None or ticket.reply_due_at is None:
        return None
    edition = edition_numbered(ticket.policy_edition)
    if edition is None:
        return None
    # What was in force then is in the deadline itself: the usual goal, or that of a reduced level.
    for days in (edition.hours.reply_business_days, edition.fair_use.reduced_reply_business_days):
        promise = reply_deadline(ticket.awaiting_since, edition, days)
        if promise.due_at == ticket.reply_due_at:
            return promise
    return None


def _goal(event_id: int, edition: Edition) -> int:
    return reply_goal([Measure(each) for each in measures_in_force(event_id)], edition)


def reason_if_sent_now(promise: Promise) -> str:
    """The reason of a promise, told of something that is not sent yet."""
    return promise.reason.replace("It arrived", "Sent now, it arrives", 1)


def due(due_at: datetime, at: datetime, hours: HoursRules) -> Due:
    """How near `due_at` is at an instant, counted in business time (HOW-3)."""
    if due_at < at:
        late = business_minutes_between(due_at, at, hours)
        return Due(f"late by {in_words(late, hours)}" if late else "late", True, False)
    left = business_minutes_between(at, due_at, hours)
    return Due(f"due in {in_words(left, hours)}" if left else "due now", False, left <= SOON_MINUTES)


def in_words(minutes: int, hours: HoursRules) -> str:
    """Business minutes as people say them: `40 min`, `2 h 10 min`, `6 h`, `3 business days`."""
    day = _day_minutes(hours)
    if minutes < 60:
        return f"{minutes} min"
    if minutes <= day:
        whole, rest = divmod(minutes, 60)
        return f"{whole} h {rest} min" if rest and whole < EXACT_HOURS else f"{whole} h"
    return "1 business day" if minutes < 2 * day else f"{minutes // day} business days"


def _day_minutes(hours: HoursRules) -> int:
    opens, closes = (timedelta(hours=at.hour, minutes=at.minute) for at in (hours.opens, hours.closes))
    return (closes - opens) // timedelta(minutes=1)

"""By when a reply is promised, and how near that is (HOW-2, HOW-4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import literal, select
from sqlalchemy.orm import joinedload

from portal.after_hours.models import Window
from portal.after_hours.queries import is_held, window_at
from portal.clock import now
from portal.db import db
from portal.editions.queries import edition_in_force, edition_numbered
from portal.policy.edition import Edition, HoursRules
from portal.policy.fair_use import Measure, reply_goal
from portal.policy.hours import Promise, business_minutes_between, is_business_time, reply_deadline
from portal.policy.window_promise import window_minutes, window_promise
from portal.policy.wording import open_time
from portal.tickets.models import Ticket
from portal.usage.models import UsageDecision

SOON_MINUTES = 120
EXACT_HOURS = 3
A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Due:
    """How near a promise is, in business time: `due in 2 h`, `late by 40 min`."""

    text: str
    is_late: bool
    is_soon: bool


def promise_now(event_id: int) -> tuple[Promise, Edition]:
    """The promise for what is sent on an event at this moment, and the edition it is made under.

    The goal is longer while a reduced level of support is in force for the event (USE-3), and shorter while
    somebody of support holds a window after hours for it (AFT-1).
    """
    edition, at = edition_in_force(), now()
    measures, window = _what_holds(event_id, at)
    usual = reply_deadline(at, edition, reply_goal([Measure(each) for each in measures], edition))
    return (window_promise(at, usual, window.coverage) if window else usual), edition


def promise_is_sooner(ticket: Ticket) -> bool:
    """Whether what is sent on an open ticket now is answered before what it waits for: in a window (AFT-1)."""
    window = window_at(ticket.event_id, now())
    due_at = ticket.reply_due_at
    return bool(window and due_at and now() + timedelta(minutes=window.reply_minutes) < due_at)


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
    window = window_at(ticket.event_id, ticket.awaiting_since)
    within = window and window_promise(ticket.awaiting_since, promise, window.coverage)
    return within if within and within.due_at == ticket.reply_due_at else None


def _what_holds(event_id: int, at: datetime) -> tuple[list[str], Window | None]:
    """The measures in force for an event (USE-3), and the window that somebody holds for it (AFT-1). One query."""
    this = select(literal(event_id).label("id")).subquery()
    reduced = (UsageDecision.event_id == this.c.id) & UsageDecision.ended_at.is_(None)
    now_on = (Window.event_id == this.c.id) & is_held(at)
    both = select(UsageDecision.measures, Window).select_from(this).outerjoin(UsageDecision, reduced)
    row = db.session.execute(both.outerjoin(Window, now_on).options(joinedload(Window.holder))).first()
    return (row[0] or [], row[1]) if row else ([], None)


def reason_if_sent_now(promise: Promise) -> str:
    """The reason of a promise, told of something that is not sent yet."""
    return promise.reason.replace("It arrived", "Sent now, it arrives", 1)


def due(due_at: datetime, at: datetime, hours: HoursRules) -> Due:
    """How near `due_at` is at an instant, counted in business time (HOW-3).

    One outside business hours was promised within a window after hours, where every minute counts (AFT-1).
    """
    if not is_business_time(due_at - A_MOMENT, hours):
        return _due_in_real_time(due_at, at)
    if due_at < at:
        late = business_minutes_between(due_at, at, hours)
        return Due(f"late by {in_words(late, hours)}" if late else "late", True, False)
    left = business_minutes_between(at, due_at, hours)
    return Due(f"due in {in_words(left, hours)}" if left else "due now", False, left <= SOON_MINUTES)


def _due_in_real_time(due_at: datetime, at: datetime) -> Due:
    if due_at < at:
        late = window_minutes(due_at, at)
        return Due(f"late by {open_time(late)}" if late else "late", True, False)
    left = window_minutes(at, due_at)
    return Due(f"due in {open_time(left)}" if left else "due now", False, left <= SOON_MINUTES)


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

"""A session's audience, its recording and what is asked afterwards (COV-1, COV-5 to COV-7, WHO-2)."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.policy.decision import Decision, WayOn, granted, refused
from portal.policy.edition import Edition
from portal.policy.instants import in_utc
from portal.policy.slots import session_times
from portal.policy.terms import SessionKind, in_words
from portal.policy.training import Entitlement
from portal.policy.wording import counted

MOST_NAMED = 5
FEEDBACK_DAYS = 30
# People are asked how a session was once it is known who came, after this time in any case.
FEEDBACK_WAITS = timedelta(hours=24)
SCORES = {5: "Very good", 4: "Good", 3: "Fair", 2: "Poor", 1: "Very poor"}


def has_audience(kind: SessionKind) -> Decision:
    """COV-1, COV-5 to COV-7, WHO-2: whether a kind of live session has a list of people who need no account."""
    if kind is SessionKind.LIVE_ASSISTANCE:
        reason = "Live assistance is for the event's Technical Contacts; nobody else is invited to it."
        return refused("WHO-2", reason, WayOn.BOOK_SESSION)
    return granted("WHO-2", "The customer invites whom they list; support writes to none of them on its own.")


def capacity(kind: SessionKind, edition: Edition) -> int:
    """COV-1, COV-5 to COV-7: the most people who take part in a session of this kind."""
    return session_times(kind, edition).capacity


def rows_most(kind: SessionKind, edition: Edition) -> int:
    """COV-5 to COV-7: the most people a session's list names at all, with those who decline or miss it."""
    return MOST_NAMED * capacity(kind, edition)


def may_list(kind: SessionKind, taken: int, more: int, edition: Edition) -> Decision:
    """COV-1, COV-5 to COV-7: whether `more` people have a place beside `taken`.

    A place is taken by whoever is listed and has neither declined nor missed the session.
    """
    most = capacity(kind, edition)
    if taken + more > most:
        free = max(0, most - taken)
        words = in_words(kind)
        reason = (
            f"{words[0].upper()}{words[1:]} takes at most {counted(most, 'participant')} at once. "
            f"{free or 'None'} of the places {'is' if free == 1 else 'are'} free."
        )
        return refused("HOW-5", reason, WayOn.ASK_FOR_RECORDING, WayOn.REQUEST_QUOTE)
    return granted("HOW-5", f"There is room for {counted(most - taken, 'more participant')}.")


def may_ask_recording(entitlement: Entitlement, *, has_begun: bool) -> Decision:
    """COV-5 to COV-7: whether a recording of a session may be asked for; otherwise it is a quote (OUT-3)."""
    if not entitlement.recordable:
        reason = "Recordings are for those who missed the training of presenters, exhibitors or operators."
        return refused("COV-5", reason, WayOn.REQUEST_QUOTE)
    if has_begun:
        reason = "A recording is asked for before the session begins, so that the host can record it."
        return refused(entitlement.rule, reason, WayOn.ASK_IN_TICKET, WayOn.REQUEST_QUOTE)
    return granted(
        entitlement.rule, "A recording may be asked for, to pass on to those who miss the session."
    )


def feedback_until(asked_at: datetime) -> datetime:
    """HOW-5: until when what was asked after a session can be answered, and the answer changed once (30 days).

    Raises PolicyError for an instant without a time zone.
    """
    return in_utc(asked_at, "HOW-5") + timedelta(days=FEEDBACK_DAYS)

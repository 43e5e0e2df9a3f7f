"""Live sessions beside their booking: times kept, the waiting list, moving, and what staff may do beyond the limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from portal.policy.decision import Decision, WayOn, granted, refused
from portal.policy.edition_shape import Edition
from portal.policy.instants import in_utc
from portal.policy.slots import session_times
from portal.policy.terms import SessionKind, in_words
from portal.policy.training import Entitlement, is_given_back
from portal.policy.wording import counted, length


def hold_until(now: datetime, edition: Edition) -> datetime:
    """HOW-5: until when (UTC) a time that is chosen now is kept for whoever fills in its form."""
    return in_utc(now, "HOW-5") + timedelta(minutes=edition.training.hold_minutes)


def may_hold(kept: int, edition: Edition) -> Decision:
    """HOW-5: whether somebody for whom so many other times are kept may have one more kept."""
    most = edition.training.holds_at_once
    if kept < most:
        return granted("HOW-5", "The time is kept while the form is filled in.")
    reason = f"{counted(most, 'time')} {'is' if most == 1 else 'are'} kept for you already: book or give back one first."
    return refused("HOW-5", reason, WayOn.OTHER_SLOT)


def offer_until(kind: SessionKind, starts_at: datetime, now: datetime, edition: Edition) -> datetime | None:
    """HOW-5: until when (UTC) a free time can be offered to whoever waits; None for one that is too near.

    An offer never outlasts the shortest notice of its kind, and stands at least as long as a form is kept.
    """
    moment, notice = in_utc(now, "HOW-5"), session_times(kind, edition).least_notice_minutes
    until = min(
        moment + timedelta(minutes=edition.training.offer_minutes),
        in_utc(starts_at, "HOW-5") - timedelta(minutes=notice),
    )
    return until if until >= hold_until(now, edition) else None


def may_wait(kind: SessionKind, *, is_open: bool, is_listed: bool) -> Decision:
    """HOW-5: whether an event may join the waiting list of a kind: once, and where no time that suits is open."""
    if is_listed:
        reason = f"This event is on the waiting list for {in_words(kind)} already."
        return refused("HOW-5", reason, WayOn.WAIT)
    if is_open:
        return refused(
            "HOW-5", "A time is open that would suit: nobody needs to wait for it.", WayOn.OTHER_SLOT
        )
    return granted("HOW-5", "Times that become free are offered in order of arrival.")


def may_move(
    entitlement: Entitlement, starts_at: datetime, now: datetime, edition: Edition, *, is_staff: bool
) -> Decision:
    """COV-5 to COV-7: whether a session that has not begun may be moved to another time.

    Where one session comes with the event, customers move it until its cut-off, under the edition it was booked
    in: after that it could not be cancelled for another day either. Staff may always.
    """
    if is_staff or entitlement.sessions is None or is_given_back(entitlement.kind, starts_at, now, edition):
        return granted(entitlement.rule, "The session may be moved to another open time.")
    cut_off = length(session_times(entitlement.kind, edition).cut_off_minutes)
    reason = f"A session is moved at least {cut_off} before it starts; after that only support moves it."
    return refused(entitlement.rule, reason, WayOn.ASK_IN_TICKET)


def may_override(decision: Decision, reason: str, *, is_staff: bool) -> Decision:
    """HOW-5, COV-5 to COV-7: what becomes of a refusal by notice, horizon or entitlement when staff give a reason.

    Staff book beyond a limit with a reason, which stays on record. Never into another session: that is not asked
    here, since nobody can be in two places.
    """
    if decision or (is_staff and reason.strip()):
        return granted(decision.rule, decision.reason)
    return decision


def beyond_notice(kind: SessionKind, edition: Edition) -> Edition:
    """HOW-5: the edition as it is asked for a time that staff choose: any start from now until two years ahead."""
    sessions = tuple(
        replace(times, least_notice_minutes=0, horizon_days=730) if times.kind is kind else times
        for times in edition.training.sessions
    )
    return replace(edition, training=replace(edition.training, sessions=sessions))

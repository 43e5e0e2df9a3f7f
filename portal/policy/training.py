"""Live training: who is entitled to it, and whether it may be booked (COV-1, COV-5 to COV-7, HOW-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.policy.decision import Decision, WayOn, granted, refused
from portal.policy.edition_shape import FIRST_EDITION, Edition
from portal.policy.instants import in_utc
from portal.policy.parameters import SessionTimes
from portal.policy.slots import BusyRange, Slot, Window, busy_range, is_open_slot, open_slots, session_times
from portal.policy.terms import Audience, Licence, SessionKind, in_words
from portal.policy.wording import counted, length, listed

__all__ = [
    "Audience",
    "BusyRange",
    "Entitlement",
    "EventFacts",
    "SessionKind",
    "SessionTimes",
    "Slot",
    "Window",
    "busy_range",
    "cancel_by",
    "entitlements",
    "is_given_back",
    "is_open_slot",
    "kind_for",
    "may_book",
    "may_restore",
    "notice_decision",
    "open_slots",
    "session_times",
]


@dataclass(frozen=True, slots=True)
class EventFacts:
    """COV-5 to COV-7: what an event is, as far as training depends on it."""

    virtual_event_package: bool
    exhibitor_package: bool
    in_person: bool
    records_attendance: bool
    licence: Licence


@dataclass(frozen=True, slots=True)
class Entitlement:
    """COV-1, COV-5 to COV-7: whether an event's audience is entitled to training, why, what it lacks.

    `sessions` is how many live sessions come with the event; None is any number. `missing` names, in
    plain words, what the event would need.
    """

    audience: Audience
    entitled: bool
    rule: str
    reason: str
    missing: tuple[str, ...] = ()
    sessions: int | None = 1

    @property
    def recordable(self) -> bool:
        """COV-5 to COV-7: whether a recording may be asked for."""
        return self.audience is not Audience.CONTACTS


_RULE_OF = {
    Audience.CONTACTS: "COV-1",
    Audience.PRESENTERS: "COV-5",
    Audience.EXHIBITORS: "COV-6",
    Audience.OPERATORS: "COV-7",
}

_KIND_OF = {
    Audience.CONTACTS: SessionKind.CONTACT_TRAINING,
    Audience.PRESENTERS: SessionKind.PRESENTER_TRAINING,
    Audience.EXHIBITORS: SessionKind.EXHIBITOR_TRAINING,
    Audience.OPERATORS: SessionKind.OPERATOR_TRAINING,
}


def kind_for(audience: Audience) -> SessionKind:
    """COV-1, COV-5 to COV-7: the kind of live session that trains an audience."""
    return _KIND_OF[audience]


def entitlements(facts: EventFacts, edition: Edition = FIRST_EDITION) -> tuple[Entitlement, ...]:
    """COV-1, COV-5, COV-6, COV-7: the training of each audience, entitled or not, in the policy's order.

    The edition in force gives the length that the reasons name, in minutes or hours.
    """
    needed = {
        Audience.CONTACTS: {},
        Audience.PRESENTERS: {"the Virtual Event package": facts.virtual_event_package},
        Audience.EXHIBITORS: {"the Exhibitor package": facts.exhibitor_package},
        Audience.OPERATORS: {
            "to be held in person": facts.in_person,
            "to record session attendance with the app": facts.records_attendance,
        },
    }
    return tuple(_entitlement(audience, needs, edition) for audience, needs in needed.items())


def _entitlement(audience: Audience, needs: dict[str, bool], edition: Edition) -> Entitlement:
    missing = tuple(words for words, is_given in needs.items() if not is_given)
    sessions = None if audience is Audience.CONTACTS else 1
    reason = _reason(audience, missing, session_times(kind_for(audience), edition).length_minutes)
    return Entitlement(audience, not missing, _RULE_OF[audience], reason, missing, sessions)


def _reason(audience: Audience, missing: tuple[str, ...], minutes: int) -> str:
    people = in_words(audience)
    if missing:
        return f"For a live training session for {people}, this event needs {listed(missing)}."
    if audience is Audience.CONTACTS:
        return f"{people} may book live training sessions of {length(minutes)} on using the system."
    return f"One live training session of {length(minutes)} for {people} comes with this event."


def may_book(
    entitlement: Entitlement, already_used: bool, starts_at: datetime, now: datetime, edition: Edition
) -> Decision:
    """COV-1, COV-5 to COV-7, HOW-5: whether a live session may be booked to start at an instant.

    Refused without the entitlement or when it is used up (a way on is a quote), and for a start at too
    short notice or too far ahead (a way on is another slot). Whether the slot is free is asked of
    `open_slots`. Raises PolicyError for an instant without a time zone.
    """
    if not entitlement.entitled:
        return refused(entitlement.rule, entitlement.reason, WayOn.REQUEST_QUOTE)
    if already_used and entitlement.sessions is not None:
        people = in_words(entitlement.audience)
        reason = f"The one live training session for {people} of this event is booked or used; a further one is a quote."
        return refused(entitlement.rule, reason, WayOn.ASK_FOR_RECORDING, WayOn.REQUEST_QUOTE)
    untimely = notice_decision(kind_for(entitlement.audience), starts_at, now, edition)
    return untimely if not untimely else granted(entitlement.rule, entitlement.reason)


def notice_decision(kind: SessionKind, starts_at: datetime, now: datetime, edition: Edition) -> Decision:
    """HOW-5: whether a start is neither at too short notice nor too far ahead, in real elapsed time.

    Raises PolicyError for an instant without a time zone.
    """
    times = session_times(kind, edition)
    ahead = in_utc(starts_at, "HOW-5") - in_utc(now, "HOW-5")
    if ahead < timedelta(minutes=times.least_notice_minutes):
        reason = f"Live sessions are booked at least {length(times.least_notice_minutes)} ahead."
        return refused("HOW-5", reason, WayOn.OTHER_SLOT, WayOn.ASK_IN_TICKET)
    if ahead > timedelta(days=times.horizon_days):
        reason = f"Live sessions can be booked up to {counted(times.horizon_days, 'day')} ahead."
        return refused("HOW-5", reason, WayOn.OTHER_SLOT, WayOn.WAIT)
    return granted("HOW-5", "The start can be booked: first come, first served.")


def cancel_by(starts_at: datetime, edition: Edition = FIRST_EDITION) -> datetime:
    """COV-5 to COV-7: the last instant, in UTC, at which cancelling gives the session back (24 h before)."""
    return in_utc(starts_at, "HOW-5") - timedelta(minutes=edition.training.cut_off_minutes)


def is_given_back(starts_at: datetime, cancelled_at: datetime, edition: Edition) -> bool:
    """COV-5, COV-6, COV-7: whether a session cancelled then may be booked anew: at its cut-off at the latest.

    The cut-off is real elapsed time before the start (24 h). Raises PolicyError without a time zone.
    """
    return in_utc(cancelled_at, "HOW-5") <= cancel_by(starts_at, edition)


def may_restore(*, is_staff: bool) -> Decision:
    """COV-5 to COV-7: whether someone may give back a session lost by a no-show or late cancelling: staff."""
    if is_staff:
        return granted("COV-5", "Staff may restore a session that was missed.")
    reason = "A session that was missed is used up; support may restore it."
    return refused("COV-5", reason, WayOn.ASK_IN_TICKET, WayOn.REQUEST_QUOTE)

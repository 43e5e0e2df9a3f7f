"""Live sessions: who is entitled to which kind, and whether it may be booked (COV-1, COV-5 to COV-7, HOW-5)."""

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
    "audience_of",
    "busy_range",
    "cancel_by",
    "entitlement_to",
    "entitlements",
    "has_session_left",
    "is_given_back",
    "is_open_slot",
    "kind_for",
    "may_book",
    "may_book_kind",
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
    """COV-1, COV-5 to COV-7, HOW-5: whether an event is entitled to a kind of live session, why, what it lacks.

    `sessions` is how many live sessions come with the event; None is any number. `missing` names, in
    plain words, what the event would need.
    """

    kind: SessionKind
    entitled: bool
    rule: str
    reason: str
    missing: tuple[str, ...] = ()
    sessions: int | None = 1

    @property
    def audience(self) -> Audience:
        """COV-1, COV-5 to COV-7: whom such a session is for."""
        return audience_of(self.kind)

    @property
    def title(self) -> str:
        """HOW-5: the kind as a heading: `Training for presenters`."""
        words = in_words(self.kind)
        return words[0].upper() + words[1:]

    @property
    def recordable(self) -> bool:
        """COV-5 to COV-7: whether a recording may be asked for."""
        return self.audience is not Audience.CONTACTS


_RULE_OF = {
    SessionKind.CONTACT_TRAINING: "COV-1",
    SessionKind.PRESENTER_TRAINING: "COV-5",
    SessionKind.EXHIBITOR_TRAINING: "COV-6",
    SessionKind.OPERATOR_TRAINING: "COV-7",
    SessionKind.LIVE_ASSISTANCE: "HOW-5",
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


def audience_of(kind: SessionKind) -> Audience:
    """COV-1, COV-5 to COV-7: whom a kind of live session is for; live assistance is for the contacts (WHO-1)."""
    return next(
        (audience for audience, trained_by in _KIND_OF.items() if trained_by is kind), Audience.CONTACTS
    )


def entitlement_to(kind: SessionKind, facts: EventFacts, edition: Edition = FIRST_EDITION) -> Entitlement:
    """COV-1, COV-5 to COV-7, HOW-5: whether an event is entitled to a kind of live session, and why."""
    return next(each for each in entitlements(facts, edition) if each.kind == kind)


def entitlements(facts: EventFacts, edition: Edition = FIRST_EDITION) -> tuple[Entitlement, ...]:
    """COV-1, COV-5 to COV-7, HOW-5: each kind of live session, entitled or not, in the policy's order.

    The edition in force gives the length that the reasons name, in minutes or hours.
    """
    needed: dict[SessionKind, dict[str, bool]] = {
        SessionKind.CONTACT_TRAINING: {},
        SessionKind.PRESENTER_TRAINING: {"the Virtual Event package": facts.virtual_event_package},
        SessionKind.EXHIBITOR_TRAINING: {"the Exhibitor package": facts.exhibitor_package},
        SessionKind.OPERATOR_TRAINING: {
            "to be held in person": facts.in_person,
            "to record session attendance with the app": facts.records_attendance,
        },
        SessionKind.LIVE_ASSISTANCE: {},
    }
    return tuple(_entitlement(kind, needs, edition) for kind, needs in needed.items())


def _entitlement(kind: SessionKind, needs: dict[str, bool], edition: Edition) -> Entitlement:
    missing = tuple(words for words, is_given in needs.items() if not is_given)
    sessions = None if audience_of(kind) is Audience.CONTACTS else 1
    reason = _reason(kind, missing, session_times(kind, edition).length_minutes)
    return Entitlement(kind, not missing, _RULE_OF[kind], reason, missing, sessions)


def _reason(kind: SessionKind, missing: tuple[str, ...], minutes: int) -> str:
    people = in_words(audience_of(kind))
    if missing:
        return f"For a live training session for {people}, this event needs {listed(missing)}."
    if kind is SessionKind.LIVE_ASSISTANCE:
        return f"{people} may book live assistance of {length(minutes)} with a question or a task at hand."
    if kind is SessionKind.CONTACT_TRAINING:
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
    decision = has_session_left(entitlement, already_used)
    untimely = notice_decision(entitlement.kind, starts_at, now, edition)
    return decision if not decision or untimely else untimely


def has_session_left(entitlement: Entitlement, already_used: bool) -> Decision:
    """COV-1, COV-5 to COV-7, HOW-5: whether an event has a live session of a kind left; else a way on is a quote."""
    if not entitlement.entitled:
        return refused(entitlement.rule, entitlement.reason, WayOn.REQUEST_QUOTE)
    if already_used and entitlement.sessions is not None:
        people = in_words(entitlement.audience)
        reason = f"The one live training session for {people} of this event is booked or used; a further one is a quote."
        return refused(entitlement.rule, reason, WayOn.ASK_FOR_RECORDING, WayOn.REQUEST_QUOTE)
    return granted(entitlement.rule, entitlement.reason)


def may_book_kind(kind: SessionKind, *, is_contact: bool) -> Decision:
    """WHO-1: whether someone may book a kind of live session: live assistance is support, so for contacts only."""
    if kind is SessionKind.LIVE_ASSISTANCE and not is_contact:
        reason = "Live assistance is support, which goes to the event's registered Technical Contacts only."
        return refused("WHO-1", reason, WayOn.REGISTER_CONTACT)
    return granted(_RULE_OF[kind], f"You may book {in_words(kind)}.")


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


def cancel_by(kind: SessionKind, starts_at: datetime, edition: Edition = FIRST_EDITION) -> datetime:
    """COV-5 to COV-7: the last instant, in UTC, at which cancelling gives a session of a kind back (24 h before)."""
    return in_utc(starts_at, "HOW-5") - timedelta(minutes=session_times(kind, edition).cut_off_minutes)


def is_given_back(kind: SessionKind, starts_at: datetime, cancelled_at: datetime, edition: Edition) -> bool:
    """COV-5, COV-6, COV-7: whether a session cancelled then may be booked anew: at its cut-off at the latest.

    The cut-off is real elapsed time before the start (24 h). Raises PolicyError without a time zone.
    """
    return in_utc(cancelled_at, "HOW-5") <= cancel_by(kind, starts_at, edition)


def may_restore(*, is_staff: bool) -> Decision:
    """COV-5 to COV-7: whether someone may give back a session lost by a no-show or late cancelling: staff."""
    if is_staff:
        return granted("COV-5", "Staff may restore a session that was missed.")
    reason = "A session that was missed is used up; support may restore it."
    return refused("COV-5", reason, WayOn.ASK_IN_TICKET, WayOn.REQUEST_QUOTE)

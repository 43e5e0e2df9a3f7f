"""Staff book a session for a customer, with a reason also beyond a limit, but never over something else (HOW-5)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.audit.record import record
from portal.bookings.admission import NOT_FREE, time_not_open, ways_on
from portal.bookings.commitments import StandsInTheWay, what_takes
from portal.bookings.hosts import Choice, fairest, hold_hosts
from portal.bookings.letters import send_confirmation
from portal.bookings.models import Booking
from portal.bookings.moving import possible_hosts
from portal.bookings.open_times import open_times
from portal.bookings.queries import session_using
from portal.bookings.service import Terms, Wanted, facts, insert, unwritten
from portal.bookings.turns import clear_run_out, take_up
from portal.clock import now
from portal.db import db, use_case
from portal.editions.queries import edition_in_force
from portal.errors import Invalid, Link, Refused
from portal.events.models import Event
from portal.events.queries import locked_event
from portal.policy.decision import Decision, refused
from portal.policy.edition import Edition
from portal.policy.session_changes import beyond_notice, may_override
from portal.policy.training import (
    SessionKind,
    Slot,
    audience_of,
    busy_range,
    entitlement_to,
    has_session_left,
    may_book_kind,
    notice_decision,
    session_times,
)
from portal.recordings.asking import asked_with
from portal.roster.queries import contact_people, organisers_of

OUTSIDE_HOURS = refused("HOW-5", "That host does not take such sessions at that time.")
ADD_A_REASON = "Give a reason to book it all the same; it stays on record."


@dataclass(frozen=True)
class Placement:
    """For whom staff book, with whom (None: whoever has fewest sessions), and why beyond a limit, where it is."""

    person_id: int
    host_id: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Found:
    """The slot that staff get, and each limit that it is beyond."""

    choice: Choice
    beyond: tuple[Decision, ...]


@use_case
def place_session(
    actor: Actor, event_id: int, wanted: Wanted, placement: Placement, *, form_key: str
) -> Booking:
    """Book a session of an event for one of its people; for staff.

    Beyond notice, horizon, entitlement or a host's hours with a reason, which stays on record. Raises Refused
    without one and for live assistance of who is no contact (WHO-1), Invalid (`person`, `host`, `starts_at`),
    StandsInTheWay or TimeNotOpen where the host is taken (HOW-5). Sending the same form twice books once.
    """
    event = locked_event(actor, event_id)
    actor.require("booking:place", event.scope)
    key = actor.own_key(form_key)
    made = db.session.scalar(select(Booking).where(Booking.form_key == key))
    if made is not None:
        return made
    booker = _booker(event, wanted.kind, placement.person_id)
    booking, beyond = _placed(event, wanted, placement, booker)
    booking.form_key, booking.placed_by_id = key, actor.id
    insert(booking)
    take_up(actor, event.id, wanted.kind)
    limits = {
        "for": booker.id,
        "beyond": [limit.reason for limit in beyond],
        "reason": booking.override_reason,
    }
    record(actor, "booking.placed", booking, after=facts(booking) | limits, scope=booking.scope)
    asked_with(actor, booking)
    send_confirmation(booking)
    return booking


def people_of(event: Event) -> list[Person]:
    """For whom staff may book a session of an event: its contacts, and its organisers."""
    contacts = contact_people(event.id)
    return [*contacts, *(each for each in organisers_of(event.organisation_id) if each not in contacts)]


def _placed(
    event: Event, wanted: Wanted, placement: Placement, booker: Person
) -> tuple[Booking, tuple[Decision, ...]]:
    edition = edition_in_force()
    entitlement = entitlement_to(wanted.kind, event.facts, edition)
    used_by = session_using(event.id, audience_of(wanted.kind)) if entitlement.sessions is not None else None
    left = has_session_left(entitlement, used_by is not None)
    _refuse(left, placement.reason, *ways_on(event.id, used_by))
    found = _found(wanted.kind, _start(wanted), placement, edition)
    for limit in found.beyond:
        _refuse(limit, placement.reason)
    terms = Terms(entitlement, found.choice, edition, bool(left) and entitlement.sessions is not None)
    booking = unwritten(event, wanted, terms, booker)
    beyond = found.beyond if left else (left, *found.beyond)
    booking.override_reason = placement.reason.strip() if beyond else ""
    return booking, beyond


def _found(kind: SessionKind, starts_at: datetime, placement: Placement, edition: Edition) -> Found:
    """The slot behind the locks of the hosts, and the limits it is beyond: notice, horizon, a host's hours."""
    timely = notice_decision(kind, starts_at, now(), edition)
    untimely = () if timely else (timely,)
    others = () if placement.host_id is None else (placement.host_id,)
    clear_run_out(hold_hosts(starts_at, *others))
    slots = open_times(beyond_notice(kind, edition), now(), around=starts_at).starting(kind, starts_at)
    if placement.host_id is None:
        if not slots:
            raise time_not_open(kind, NOT_FREE, edition)
        return Found(fairest(slots), untimely)
    own = [slot for slot in slots if slot.host_id == placement.host_id]
    if own:
        return Found(Choice(own[0], "chosen by support"), untimely)
    slot = _outside_hours(kind, starts_at, placement.host_id, edition)
    return Found(
        Choice(slot, "chosen by support, outside the hours in which they take sessions"),
        (*untimely, OUTSIDE_HOURS),
    )


def _outside_hours(kind: SessionKind, starts_at: datetime, host_id: int, edition: Edition) -> Slot:
    """A slot of a host who publishes nothing there. Raises StandsInTheWay where something takes them."""
    if host_id not in {host.id for host in possible_hosts()}:
        raise Invalid(host="Choose somebody of support who takes live sessions.")
    taken = what_takes(host_id, Range(*busy_range(starts_at, edition, kind)))
    if taken:
        raise StandsInTheWay(taken, "America/New_York")
    return Slot(
        starts_at, starts_at + timedelta(minutes=session_times(kind, edition).length_minutes), host_id
    )


def _start(wanted: Wanted) -> datetime:
    if wanted.starts_at is None:
        raise Invalid(starts_at="Choose a day and a time.")
    if wanted.starts_at <= now():
        raise Invalid(starts_at="Choose a time to come.")
    return wanted.starts_at


def _booker(event: Event, kind: SessionKind, person_id: int) -> Person:
    contacts = {person.id for person in contact_people(event.id)}
    booker = next((person for person in people_of(event) if person.id == person_id), None)
    if booker is None:
        raise Invalid(person="Choose one of the event's contacts or organisers.")
    allowed = may_book_kind(kind, is_contact=booker.id in contacts)
    if not allowed:
        raise Refused(
            allowed, links=(Link("Register a Technical Contact", "roster.new", {"event_id": event.id}),)
        )
    return booker


def _refuse(limit: Decision, reason: str, *links: Link) -> None:
    """Raise Refused for a limit that no reason is given to go beyond."""
    decision = may_override(limit, reason, is_staff=True)
    if not decision:
        raise Refused(replace(decision, reason=f"{decision.reason} {ADD_A_REASON}"), links=links)

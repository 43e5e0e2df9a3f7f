"""Booking a live session (HOW-5, COV-1, COV-5 to COV-7)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.audit.record import record
from portal.bookings.admission import NOT_FREE, Admission, admit, time_not_open
from portal.bookings.clashes import ENTITLEMENT, HOST_TAKEN, Clash, clashes
from portal.bookings.hosts import fairest, hold_hosts
from portal.bookings.letters import send_confirmation
from portal.bookings.models import Booking
from portal.db import db, use_case
from portal.editions.queries import edition_in_force
from portal.events.models import Event
from portal.events.queries import locked_event
from portal.policy.terms import Audience
from portal.policy.training import Slot, busy_range, kind_for
from portal.tickets.models import Ticket
from portal.tickets.queries import visible_tickets


@dataclass(frozen=True)
class Wanted:
    """What the booker asked for. `starts_at` is None when the form named no instant; `ticket_id` is the ticket it came up in."""

    audience: Audience
    starts_at: datetime | None
    note: str = ""
    recording: bool = False
    ticket_id: int | None = None


@use_case
def book_session(actor: Actor, event_id: int, wanted: Wanted, *, form_key: str) -> Booking:
    """Book training at one of the open times, with the host who has fewest sessions.

    Raises Refused (COV-1, COV-5 to COV-7) without a session left to book, TimeNotOpen (HOW-5) for a
    time that cannot be booked. Sending the same form twice books once.
    """
    event = locked_event(actor, event_id)
    actor.require("booking:create", event.scope)
    key = actor.own_key(form_key)
    made = db.session.scalar(select(Booking).where(Booking.form_key == key))
    if made is not None:
        return made
    if wanted.starts_at is not None:
        hold_hosts(wanted.starts_at)
    admission = admit(event, wanted.audience, wanted.starts_at)
    choice = fairest(admission.slots)
    booking = _booking(actor, event, wanted, admission, choice.slot)
    booking.form_key = key
    ticket = ticket_of_event(actor, event, wanted.ticket_id)
    if ticket is not None:
        booking.ticket_id, ticket.session_proposed = ticket.id, None
    insert(booking)
    record(actor, "booking.booked", booking, after=_facts(booking, choice.reason), scope=booking.scope)
    send_confirmation(booking)
    return booking


def ticket_of_event(actor: Actor, event: Event, ticket_id: int | None) -> Ticket | None:
    """The ticket that a session is booked from; None for none of the event that the actor may see."""
    here = visible_tickets(actor).where(Ticket.id == ticket_id, Ticket.event_id == event.id)
    return db.session.scalar(here) if ticket_id else None


def _booking(actor: Actor, event: Event, wanted: Wanted, admission: Admission, slot: Slot) -> Booking:
    limited = admission.entitlement.sessions is not None
    return Booking(
        event=event, audience=wanted.audience.value, host=db.session.get_one(Person, slot.host_id),
        starts_at=slot.starts_at, ends_at=slot.ends_at,
        busy=Range(*busy_range(slot.starts_at, admission.edition, kind_for(wanted.audience))),
        one_per_event=limited, uses_entitlement=limited, note=wanted.note,
        recording_wanted=wanted.recording and admission.entitlement.recordable,
        booked_by=db.session.get_one(Person, actor.id), policy_edition=admission.edition.number,
    )  # fmt: skip


def insert(booking: Booking) -> None:
    """Write a session. The constraints that stand behind the locks refuse with the policy's own rules."""
    event, audience = booking.event, Audience(booking.audience)
    try:
        with clashes(ENTITLEMENT, HOST_TAKEN):
            db.session.add(booking)
    except Clash as clash:
        if clash.constraint == ENTITLEMENT:
            admit(event, audience, booking.starts_at)
        raise time_not_open(audience, NOT_FREE, edition_in_force()) from clash


def _facts(booking: Booking, why_host: str) -> dict[str, object]:
    return {
        "audience": booking.audience, "starts_at": booking.starts_at, "ends_at": booking.ends_at,
        "ticket": booking.ticket_id, "host": booking.host.name, "host_chosen_because": why_host, "recording_wanted": booking.recording_wanted,
    }  # fmt: skip

"""Booking a live session (HOW-5, COV-1, COV-5 to COV-7, WHO-1)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import Range

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.audit.record import record
from portal.bookings.admission import NOT_FREE, RUN_OUT, admit, entitled, time_not_open
from portal.bookings.clashes import ENTITLEMENT, HOST_TAKEN, Clash, clashes
from portal.bookings.held_times import kept_for, let_go, slot_of
from portal.bookings.hosts import Choice, fairest, hold_hosts
from portal.bookings.letters import send_confirmation
from portal.bookings.models import Booking
from portal.bookings.models_commitments import SlotHold
from portal.bookings.turns import clear_run_out, take_up
from portal.clock import now
from portal.db import db, use_case
from portal.editions.queries import edition_in_force
from portal.events.models import Event
from portal.events.queries import locked_event
from portal.policy.edition import Edition
from portal.policy.terms import SessionKind, in_words
from portal.policy.training import Entitlement, audience_of, busy_range
from portal.recordings.asking import asked_with
from portal.tickets.models import Ticket
from portal.tickets.queries import visible_tickets


@dataclass(frozen=True)
class Wanted:
    """What the booker asked for. `starts_at` is None when the form named no instant.

    `hold_id` is the hold that the form was opened with, `ticket_id` the ticket the session came up in.
    """

    kind: SessionKind
    starts_at: datetime | None
    note: str = ""
    recording: bool = False
    ticket_id: int | None = None
    hold_id: int | None = None


@dataclass(frozen=True)
class Terms:
    """By what right a session is booked, with which host, and under which edition."""

    entitlement: Entitlement
    choice: Choice
    edition: Edition
    one_per_event: bool


@use_case
def book_session(actor: Actor, event_id: int, wanted: Wanted, *, form_key: str) -> Booking:
    """Book a session at the time that is kept for `actor`, or at an open one with the host who has fewest sessions.

    Raises Refused (COV-1, COV-5 to COV-7, WHO-1) without a session left to book, TimeNotOpen (HOW-5) for a
    time that cannot be booked or is not kept any longer. Sending the same form twice books once.
    """
    event = locked_event(actor, event_id)
    actor.require("booking:create", event.scope)
    key = actor.own_key(form_key)
    made = db.session.scalar(select(Booking).where(Booking.form_key == key))
    if made is not None:
        return made
    terms = _terms(actor, event, wanted)
    booking = unwritten(event, wanted, terms, db.session.get_one(Person, actor.id))
    booking.form_key = key
    ticket = ticket_of_event(actor, event, wanted.ticket_id)
    if ticket is not None:
        booking.ticket_id, ticket.session_proposed = ticket.id, None
    insert(booking)
    let_go(actor, event.id, wanted.kind)
    take_up(actor, event.id, wanted.kind)
    record(actor, "booking.booked", booking, after=facts(booking), scope=booking.scope)
    asked_with(actor, booking)
    send_confirmation(booking)
    return booking


def ticket_of_event(actor: Actor, event: Event, ticket_id: int | None) -> Ticket | None:
    """The ticket that a session is booked from; None for none of the event that the actor may see."""
    here = visible_tickets(actor).where(Ticket.id == ticket_id, Ticket.event_id == event.id)
    return db.session.scalar(here) if ticket_id else None


def _terms(actor: Actor, event: Event, wanted: Wanted) -> Terms:
    """The terms behind the locks of the hosts who could take it; a hold that is taken up is gone after that."""
    is_contact = event.id in actor.contact_event_ids
    clear_run_out(hold_hosts(wanted.starts_at or now(), *_host_kept(wanted.hold_id)))
    hold = kept_for(actor, event.id, wanted.kind, wanted.starts_at)
    edition = edition_in_force()
    if hold is None and wanted.hold_id is not None:
        entitled(event, wanted.kind, edition, is_contact=is_contact)
        raise time_not_open(wanted.kind, RUN_OUT, edition)
    if hold is None:
        admission = admit(event, wanted.kind, wanted.starts_at, is_contact=is_contact)
        entitlement, choice = admission.entitlement, fairest(admission.slots)
    else:
        entitlement = entitled(event, wanted.kind, edition, is_contact=is_contact)
        choice = Choice(slot_of(hold), hold.host_reason)
        db.session.execute(delete(SlotHold).where(SlotHold.id == hold.id))
    return Terms(entitlement, choice, edition, entitlement.sessions is not None)


def _host_kept(hold_id: int | None) -> list[int]:
    return list(db.session.scalars(select(SlotHold.host_id).where(SlotHold.id == hold_id)))


def unwritten(event: Event, wanted: Wanted, terms: Terms, booker: Person) -> Booking:
    """The session as it is about to be written."""
    slot, kind = terms.choice.slot, wanted.kind
    return Booking(
        event=event, audience=audience_of(kind).value, kind=kind.value,
        host=db.session.get_one(Person, slot.host_id),
        host_reason=f"takes {in_words(kind)}; {terms.choice.reason}",
        starts_at=slot.starts_at, ends_at=slot.ends_at,
        busy=Range(*busy_range(slot.starts_at, terms.edition, kind)),
        one_per_event=terms.one_per_event, uses_entitlement=terms.one_per_event, note=wanted.note,
        recording_wanted=wanted.recording and terms.entitlement.recordable,
        booked_by=booker, policy_edition=terms.edition.number,
    )  # fmt: skip


def insert(booking: Booking) -> None:
    """Write a session. The constraints that stand behind the locks refuse with the policy's own rules."""
    event, kind, edition = booking.event, SessionKind(booking.kind), edition_in_force()
    try:
        with clashes(ENTITLEMENT, HOST_TAKEN):
            db.session.add(booking)
    except Clash as clash:
        if clash.constraint == ENTITLEMENT:
            entitled(event, kind, edition, is_contact=True)
        raise time_not_open(kind, NOT_FREE, edition) from clash


def facts(booking: Booking) -> dict[str, object]:
    """What the record says of a session that has been booked."""
    return {
        "kind": booking.kind, "audience": booking.audience, "starts_at": booking.starts_at,
        "ends_at": booking.ends_at, "ticket": booking.ticket_id, "host": booking.host.name,
        "host_chosen_because": booking.host_reason, "recording_wanted": booking.recording_wanted,
    }  # fmt: skip

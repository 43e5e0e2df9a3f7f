"""Mail about live sessions. Takes part in the caller's transaction."""

from typing import Any

from flask import current_app

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.bookings.invitation import invitation
from portal.bookings.models import Availability, Booking
from portal.bookings.queries import cut_off
from portal.mail.post import Calendar, address_of, post
from portal.roster.queries import contact_people, organisers_of


def invitation_to(booking: Booking, name: str, email: str) -> Calendar:
    """The session as an entry for one person's calendar."""
    support = current_app.extensions["settings"].mail_from
    address = address_of("bookings.show", booking_id=booking.id)
    return invitation(booking, name=name, email=email, support=support, address=address)


def send_confirmation(booking: Booking) -> None:
    """Invite the booker and the host."""
    _send(booking.booked_by, "session_booked", booking, cut_off=cut_off(booking), calendar=True)
    _send(booking.host, "session_to_host", booking, calendar=True)


def send_handover(booking: Booking, leaver: Person, heir: Person) -> None:
    """Invite the contact to whom a session passed, and tell the host whom to write to (WHO-6)."""
    cause = f"session-handed-over:{booking.id}:{booking.calendar_sequence}"
    _send(
        heir,
        "session_handed_over",
        booking,
        cause=cause,
        leaver=leaver,
        cut_off=cut_off(booking),
        calendar=True,
    )
    _send(booking.host, "session_new_contact", booking, cause=f"{cause}:host", leaver=leaver, heir=heir)


def send_cancellation(booking: Booking, canceller: Actor, reason: str) -> None:
    """Strike the session out of the customer's and the host's calendars, and say whether it was given back."""
    for person in (*_customers(booking), booking.host):
        _send(person, "session_cancelled", booking, canceller=canceller.name, reason=reason, calendar=True)


def send_missed(booking: Booking) -> None:
    """Tell the customer that the session counts as missed, and what follows from it."""
    for person in _customers(booking):
        _send(person, "session_missed", booking)


def send_given_back(booking: Booking, reason: str) -> None:
    """Tell the customer that the session can be booked once more."""
    for person in _customers(booking):
        _send(person, "session_given_back", booking, reason=reason)


def _customers(booking: Booking) -> list[Person]:
    """Who has the session now; every contact, else every organiser, once that person may know of it no more."""
    contacts = contact_people(booking.event_id)
    organisers = organisers_of(booking.event.organisation_id)
    if booking.attended_by.id in {person.id for person in (*contacts, *organisers)}:
        return [booking.attended_by]
    return contacts or organisers


def send_window_removed(window: Availability, remover: Actor, kept: list[Booking]) -> None:
    """Tell a host that a manager took their window away, and which sessions stay."""
    post(
        window.host, "availability_removed", cause=f"availability-removed:{window.id}",
        permission="availability:publish", window=window, remover=remover.name, kept=kept,
    )  # fmt: skip


def _send(
    to: Person, template: str, booking: Booking, *, cause: str = "", calendar: bool = False, **context: Any
) -> None:
    post(
        to, template, cause=cause or f"{template}:{booking.id}", permission="booking:read", scope=booking.scope,
        calendar=invitation_to(booking, to.name, to.email) if calendar else None,
        booking=booking, **context,
    )  # fmt: skip

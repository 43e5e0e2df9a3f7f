"""Mail about live sessions. Takes part in the caller's transaction."""

from datetime import datetime
from typing import Any

from flask import current_app

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.audiences.letters import tell_audience
from portal.bookings.answers import partstat_of
from portal.bookings.invitation import Invited, invitation
from portal.bookings.models import Availability, Booking
from portal.bookings.queries import cut_off
from portal.clock import now
from portal.mail.addresses import session_address, takes_replies
from portal.mail.post import Calendar, address_of, post
from portal.mail.withhold import withhold
from portal.roster.queries import contact_people, organisers_of


def invitation_to(
    booking: Booking, name: str, email: str, *, person_id: int | None = None, uninvited: bool = False
) -> Calendar:
    """The session as an entry for somebody's calendar; who is a person of the portal is asked for an answer.

    Where mail comes in, answers go to an address that is signed for this person and session.
    """
    asked = person_id is not None and takes_replies()
    organiser = (
        session_address(booking.id, person_id or 0) if asked else current_app.extensions["settings"].mail_from
    )
    partstat = partstat_of(booking, person_id or 0) if asked else "ACCEPTED"
    address = address_of("bookings.show", booking_id=booking.id)
    to = Invited(name, email, organiser, asked, partstat)
    return invitation(booking, to, address=address, uninvited=uninvited)


def send_confirmation(booking: Booking) -> None:
    """Invite the booker and the host."""
    _send(booking.booked_by, "session_booked", booking, cut_off=cut_off(booking), calendar=True)
    _send(booking.host, "session_to_host", booking, calendar=True)


def send_moved(booking: Booking, mover: Actor, *, was: datetime, former_host: Person | None = None) -> None:
    """Move the session in everybody's calendar: everyone is asked anew, and reminded of the new time alone.

    Call it once the new time and a higher sequence are written. `former_host` is struck out, where another holds it.
    """
    booking.time_sequence, booking.time_set_at = booking.calendar_sequence, now()
    withhold(f"session-reminder:{booking.id}")
    told = {"mover": mover.name, "was": was, "cut_off": cut_off(booking)}
    for person in customers_of(booking):
        _send(person, "session_moved", booking, cause=_change(booking, "moved"), calendar=True, **told)
    if former_host is None or former_host.id == booking.host_id:
        _send(booking.host, "session_moved", booking, cause=_change(booking, "moved"), calendar=True, **told)
    else:
        _change_hosts(booking, former_host, mover, "")
    tell_audience(booking, "moved")


def send_host_changed(booking: Booking, changer: Actor, *, former_host: Person, reason: str = "") -> None:
    """Tell customers who holds the session now, invite that host, and strike it out of the former one's calendar."""
    for person in customers_of(booking):
        _send(
            person, "session_host_changed", booking, cause=_change(booking, "host"), calendar=True,
            former_host=former_host.name,
        )  # fmt: skip
    _change_hosts(booking, former_host, changer, reason)


def send_joining(booking: Booking) -> None:
    """Tell everybody in the session where it is held now, or that its link was taken back."""
    for person in (*customers_of(booking), booking.host):
        _send(person, "session_joining", booking, cause=_change(booking, "joining"), calendar=True)


def send_handover(booking: Booking, leaver: Person, heir: Person) -> None:
    """Invite the contact to whom a session passed, and tell the host whom to write to (WHO-6)."""
    cause = f"session-handed-over:{booking.id}:{booking.calendar_sequence}"
    withhold(f"session-reminder:{booking.id}")
    _send(
        heir,
        "session_handed_over",
        booking,
        cause=cause,
        leaver=leaver,
        cut_off=cut_off(booking),
        calendar=True,
    )
    _send(
        booking.host, "session_new_contact", booking, cause=f"{cause}:host", leaver=leaver, heir=heir,
        calendar=True,
    )  # fmt: skip


def send_cancellation(booking: Booking, canceller: Actor, reason: str) -> None:
    """Strike the session out of the customer's and the host's calendars, and say whether it was given back."""
    withhold(f"session-reminder:{booking.id}")
    for person in (*customers_of(booking), booking.host):
        _send(person, "session_cancelled", booking, canceller=canceller.name, reason=reason, calendar=True)
    tell_audience(booking, "cancelled")


def send_missed(booking: Booking) -> None:
    """Tell the customer that the session counts as missed, and what follows from it."""
    for person in customers_of(booking):
        _send(person, "session_missed", booking)


def send_given_back(booking: Booking, reason: str) -> None:
    """Tell the customer that the session can be booked once more."""
    for person in customers_of(booking):
        _send(person, "session_given_back", booking, reason=reason)


def customers_of(booking: Booking) -> list[Person]:
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


def _change_hosts(booking: Booking, former: Person, changer: Actor, reason: str) -> None:
    _send(booking.host, "session_to_host", booking, cause=_change(booking, "to-host"), calendar=True)
    post(
        former, "session_not_yours", cause=_change(booking, "not-yours"), permission="booking:read",
        scope=booking.scope, booking=booking, changer=changer.name, reason=reason,
        calendar=invitation_to(booking, former.name, former.email, person_id=former.id, uninvited=True),
    )  # fmt: skip


def _change(booking: Booking, what: str) -> str:
    """A session can be changed in the same way again and again: the sequence tells one time from the next."""
    return f"session-{what}:{booking.id}:{booking.calendar_sequence}"


def _send(
    to: Person, template: str, booking: Booking, *, cause: str = "", calendar: bool = False, **context: Any
) -> None:
    entry = invitation_to(booking, to.name, to.email, person_id=to.id) if calendar else None
    post(
        to, template, cause=cause or f"{template}:{booking.id}", permission="booking:read", scope=booking.scope,
        calendar=entry, booking=booking, **context,
    )  # fmt: skip

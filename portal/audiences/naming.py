"""In whose name the audience of a session is written to, and where their replies go (WHO-2)."""

from flask import current_app

from portal.accounts.models import Person
from portal.bookings.models import Booking


def sender_of(booking: Booking) -> str:
    """The customer and the event, as a mail's sender; the event's organisation must have been loaded with it."""
    return f"{booking.event.organisation.name} - {booking.event.name}"


def nobody_reads() -> str:
    """The address that replies go to when no person of the customer offers theirs: not support's (WHO-2)."""
    settings = current_app.extensions["settings"]
    return settings.audience_no_reply or f"no-reply@{settings.mail_from.rpartition('@')[2]}"


def replies_to(answers_to: Person | None) -> str:
    """Where replies to a mail to the audience go: to who offered it, else to an address that nobody reads."""
    return answers_to.email if answers_to else nobody_reads()

"""Mail that follows from an answer to an invitation. Takes part in the caller's transaction."""

from portal.accounts.models import Person
from portal.accounts.permissions import Role
from portal.accounts.queries import staff_with
from portal.bookings.models import Booking
from portal.bookings.models_calendars import SessionReply
from portal.mail.post import post


def tell_of_answer(
    booking: Booking, person: Person, reply: SessionReply, before: SessionReply | None
) -> None:
    """Tell whom an answer concerns: nobody of an acceptance, unless it takes back a refusal or comes with words.

    What was said already about the present time is not told again: some programs answer twice.
    """
    if before is not None and _says_the_same(booking, before, reply):
        return
    if reply.answer == "declined":
        tell = _host_declined if person.id == booking.host_id else _customer_declined
        tell(booking, person, reply)
    elif reply.answer == "counter":
        _post(person, "session_time_asked", booking, person, reply)
    elif person.id != booking.host_id and before is not None and _comes_after_all(before, reply):
        _post(booking.host, "session_coming_after_all", booking, person, reply)
    elif person.id != booking.host_id and reply.comment:
        _post(booking.host, "session_answered", booking, person, reply)


def _comes_after_all(before: SessionReply, reply: SessionReply) -> bool:
    return before.answer == "declined" and reply.answer in ("accepted", "tentative")


def _says_the_same(booking: Booking, before: SessionReply, reply: SessionReply) -> bool:
    said = (before.answer, before.comment, before.proposed_at)
    return before.sequence >= booking.time_sequence and said == (
        reply.answer, reply.comment, reply.proposed_at
    )  # fmt: skip


def _customer_declined(booking: Booking, person: Person, reply: SessionReply) -> None:
    _post(booking.host, "session_declined", booking, person, reply)
    # A click in a calendar is easily made: cancelling, which may use the session up, stays a decision of its own.
    _post(person, "session_not_cancelled", booking, person, reply)


def _host_declined(booking: Booking, person: Person, reply: SessionReply) -> None:
    _post(person, "session_still_yours", booking, person, reply)
    for manager in staff_with(Role.MANAGER):
        if manager.id != person.id:
            _post(manager, "session_host_declined", booking, person, reply)


def _post(to: Person, template: str, booking: Booking, person: Person, reply: SessionReply) -> None:
    post(
        to, template, cause=f"{template}:{reply.id}", permission="booking:read", scope=booking.scope,
        booking=booking, person=person, comment=reply.comment, proposed_at=reply.proposed_at,
    )  # fmt: skip

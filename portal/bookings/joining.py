"""Where a live session is held: the link that staff entered, or a room of the meeting server that the settings name."""

from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.audit.record import record
from portal.bookings.letters import send_joining
from portal.bookings.models import Booking
from portal.bookings.models_calendars import new_room
from portal.bookings.queries import session_for
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid
from portal.events.models import Event
from portal.events.queries import locked_event
from portal.mail.post import post

LONGEST = 500
NO_ADDRESS = "Enter the whole address of the meeting, beginning with https://."


@use_case
def set_join_link(actor: Actor, booking_id: int, address: str) -> Booking:
    """Enter where a session to come is held, or with an empty `address` take that back; everybody in it is told.

    Raises Invalid (`join_url`) for what is no https address, Conflict when the session is over or cancelled.
    """
    event = locked_event(actor, session_for(actor, booking_id).event_id)
    actor.require("booking:join-link", event.scope)
    booking, wanted = session_for(actor, booking_id), checked(address)
    refuse_over(booking)
    if wanted == booking.join_url:
        return booking
    before = {"join_link": site_of(booking.join_url)}
    _change(booking, join_url=wanted)
    # Whoever reads the record of changes is not invited by it: it names the site alone.
    record(
        actor, "booking.join_link_set", booking, before=before, after={"join_link": site_of(wanted)},
        scope=booking.scope,
    )  # fmt: skip
    send_joining(booking)
    return booking


def refuse_over(booking: Booking) -> None:
    """Raise Conflict when nobody can join a session any more."""
    if booking.state != "confirmed" or booking.ends_at <= now():
        raise Conflict("This session is over or cancelled, so nobody can join it any more.")


def close_rooms(actor: Actor, event: Event, leaver: Person, passed: Collection[Booking]) -> None:
    """Give an event's sessions to come new rooms, once somebody has left who knew the old ones (WHO-6).

    Those that `passed` to another contact have theirs already. Where staff entered a link themselves, the host is
    asked to enter another. Takes part in the caller's transaction, the event being locked.
    """
    coming = select(Booking).where(
        Booking.event_id == event.id, Booking.state == "confirmed", Booking.ends_at > now(),
        Booking.id.not_in([booking.id for booking in passed]),
    )  # fmt: skip
    whole = coming.options(
        joinedload(Booking.event), joinedload(Booking.host), joinedload(Booking.booked_by), joinedload(Booking.handed_to)
    )  # fmt: skip
    for booking in db.session.scalars(whole.order_by(Booking.id).execution_options(populate_existing=True)):
        if booking.join_url:
            post(
                booking.host, "session_link_known", cause=f"session-link-known:{booking.id}:{leaver.id}",
                permission="booking:read", scope=event.scope, booking=booking, leaver=leaver.name,
            )  # fmt: skip
        else:
            _renew_room(actor, booking, leaver)


def checked(address: str) -> str | None:
    """The address of a meeting as it is kept; None for none. Raises Invalid (`join_url`)."""
    told = address.strip()
    if not told:
        return None
    parts = _split(told)
    if parts is None or parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise Invalid(join_url=NO_ADDRESS)
    if len(told) > LONGEST:
        raise Invalid(join_url=f"An address has at most {LONGEST} characters.")
    return told


def site_of(address: str | None) -> str | None:
    """The site that a link leads to."""
    return urlsplit(address).hostname if address else None


def _split(told: str) -> SplitResult | None:
    if not (told.isascii() and told.isprintable()) or set(told) & set(' "<>\\^`{|}'):
        return None
    try:
        parts = urlsplit(told)
        return parts if parts.port != 0 else None
    except ValueError:
        return None


def _renew_room(actor: Actor, booking: Booking, leaver: Person) -> None:
    if not current_app.extensions["settings"].jitsi_url:
        booking.room = new_room()
        return
    _change(booking, room=new_room())
    record(actor, "booking.room_renewed", booking, after={"because_left": leaver.id}, scope=booking.scope)
    send_joining(booking)


def _change(booking: Booking, **values: object) -> None:
    changed = update(Booking).where(Booking.id == booking.id, Booking.state == "confirmed")
    written = changed.values(calendar_sequence=Booking.calendar_sequence + 1, **values).returning(Booking.id)
    if db.session.scalar(written) is None:
        raise Conflict("Meanwhile this session was closed. Nothing was changed.")
    db.session.refresh(booking)

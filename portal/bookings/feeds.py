"""A person's private feed: sessions and windows after hours that are theirs, for a calendar to subscribe to.

Whoever has its address can read it, so it holds only what its person may see at the moment of asking, the
database keeps but a hash of it, and it can be ended at any time.
"""

from datetime import timedelta

from flask import current_app
from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.accounts.queries import actor_for
from portal.accounts.tokens import digest, new_token
from portal.after_hours.models import Window
from portal.after_hours.queries import visible_windows
from portal.audit.record import record
from portal.bookings.invitation import Listed, feed, listed
from portal.bookings.models import Booking
from portal.bookings.models_calendars import CalendarFeed
from portal.bookings.queries import visible_sessions
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict
from portal.mail.post import address_of, post

LOOKS_BACK = timedelta(days=60)
ENTRIES_MOST = 500
NAME = "Conference Tracker"
LONGEST_TOKEN = 100


@use_case
def make_feed(actor: Actor) -> str:
    """Give the actor a feed with a new address, and end the one they had; its token, which is nowhere else."""
    person = _locked(actor)
    ended, token = _end(actor), new_token()
    made = CalendarFeed(person_id=actor.id, token_hash=digest(token), made_at=now())
    db.session.add(made)
    db.session.flush()
    record(actor, "calendar_feed.renewed" if ended else "calendar_feed.made", made)
    post(person, "calendar_feed_made", cause=f"calendar-feed:{made.id}")
    return token


@use_case
def end_feed(actor: Actor) -> None:
    """End the actor's feed at once. Raises Conflict when there is none."""
    _locked(actor)
    ended = _end(actor)
    if ended is None:
        raise Conflict("Your calendar address was ended meanwhile.")
    record(actor, "calendar_feed.ended", ended)


def feed_of(actor: Actor) -> CalendarFeed | None:
    """The actor's feed, if there is one."""
    return db.session.scalar(_open().where(CalendarFeed.person_id == actor.id))


def feed_behind(token: str) -> str | None:
    """What a feed holds at this moment (RFC 5545); None for an address that opens nothing."""
    if len(token) > LONGEST_TOKEN:
        return None
    found = db.session.scalar(_open().where(CalendarFeed.token_hash == digest(token)))
    actor = actor_for(found.person_id) if found else None
    if found is None or actor is None:
        return None
    organiser = current_app.extensions["settings"].mail_from
    entries = [
        *(listed(each, address_of("bookings.show", booking_id=each.id)) for each in _sessions(actor)),
        *(_window(each) for each in _windows(actor)),
    ]
    return feed(entries, name=NAME, organiser=organiser, changed=found.made_at)


def _sessions(actor: Actor) -> list[Booking]:
    """The sessions that the actor holds or attends, of those they may see now (WHO-6)."""
    theirs = or_(
        Booking.host_id == actor.id,
        Booking.handed_to_id == actor.id,
        (Booking.booked_by_id == actor.id) & Booking.handed_to_id.is_(None),
    )
    lately = visible_sessions(actor).where(
        theirs, Booking.state != "cancelled", Booking.ends_at > now() - LOOKS_BACK
    )
    whole = lately.options(joinedload(Booking.booked_by), joinedload(Booking.handed_to))
    return list(db.session.scalars(whole.order_by(Booking.starts_at, Booking.id).limit(ENTRIES_MOST)))


def _windows(actor: Actor) -> list[Window]:
    """The windows after hours that the actor holds or asked for, of those they may see now (AFT-1)."""
    theirs = or_(Window.holder_id == actor.id, Window.asked_by_id == actor.id)
    lately = visible_windows(actor).where(
        theirs, Window.state.in_(("confirmed", "done")), Window.ends_at > now() - LOOKS_BACK
    )
    whole = lately.options(joinedload(Window.event), joinedload(Window.holder))
    return list(db.session.scalars(whole.order_by(Window.starts_at, Window.id).limit(ENTRIES_MOST)))


def _window(window: Window) -> Listed:
    address = address_of("after_hours.show", window_id=window.id)
    held = f"Held by {window.holder.name} of support.\n" if window.holder else ""
    return Listed(
        window.calendar_uid, window.calendar_sequence, window.starts_at, window.ends_at,
        f"{window.title} after hours: {window.event.name}", f"{held}The window: {address}", address,
    )  # fmt: skip


def _open() -> Select[CalendarFeed]:
    return select(CalendarFeed).where(CalendarFeed.ended_at.is_(None))


def _locked(actor: Actor) -> Person:
    # Two who make a feed at once would both end none.
    held = select(Person).where(Person.id == actor.id).with_for_update(key_share=True)
    return db.session.scalars(held.execution_options(populate_existing=True)).one()


def _end(actor: Actor) -> CalendarFeed | None:
    standing = (CalendarFeed.person_id == actor.id, CalendarFeed.ended_at.is_(None))
    ended = update(CalendarFeed).where(*standing).values(ended_at=now()).returning(CalendarFeed)
    return db.session.scalar(ended)

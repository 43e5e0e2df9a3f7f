"""A recording is published as a link or a file, and can be had no more once withdrawn or expired (COV-5 to COV-7)."""

from datetime import timedelta

import structlog
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.bookings.models import Booking
from portal.clock import now
from portal.db import db, in_transaction, use_case
from portal.errors import Conflict, Invalid
from portal.events.models import Event
from portal.jobs.queue import enqueue
from portal.recordings.asking import REASON_MOST, change, locked, there
from portal.recordings.files import Kept
from portal.recordings.letters import keep_back, tell_published, tell_withdrawn
from portal.recordings.models import Recording
from portal.tickets.storage import StoreAway, store

log = structlog.get_logger(__name__)

AT_ONCE = 50


@use_case
def publish_recording(actor: Actor, booking_id: int, kept: Kept) -> Recording:
    """Publish an accepted recording of a session that has begun, or anew one that was withdrawn or has expired.

    `kept` holds the link or the file, checked before. It can be had until the days of the settings are over.
    Raises Invalid (`link`) without either, Conflict in any other state, NotFound, Forbidden.
    """
    booking = locked(actor, booking_id)
    actor.require("recording:decide", booking.scope)
    found = there(booking)
    if (kept.link is None) == (kept.upload is None):
        raise Invalid(link="Give the link to the recording, or choose its file: one of the two.")
    if booking.starts_at > now():
        raise Conflict("This session has not begun, so there is no recording of it yet.")
    before, at = found.state, now()
    days: int = current_app.extensions["settings"].recording_keep_days
    change(
        found, "accepted", "withdrawn", "expired", state="published", publication=Recording.publication + 1, reason="",
        published_by_id=actor.id, published_at=at, expires_at=at + timedelta(days=days), ended_at=None, **kept.columns,
    )  # fmt: skip
    after = {"state": "published", "publication": found.publication, "as": "link" if kept.link else "file"}
    record(actor, "recording.published", found, before={"state": before}, after=after, scope=booking.scope)
    tell_published(booking, found)
    return found


@use_case
def withdraw_recording(actor: Actor, booking_id: int, *, reason: str) -> Recording:
    """Withdraw a recording at once, for everybody it was passed on to; its file is cleared from the store.

    For the event's people, whose session it is, and for support. Raises Invalid (`reason`), Conflict when it is not
    published, NotFound, Forbidden.
    """
    booking = locked(actor, booking_id)
    actor.require("recording:withdraw", booking.scope)
    found, reason = there(booking), reason.strip()
    if not reason or len(reason) > REASON_MOST:
        raise Invalid(reason=f"Say why, in at most {REASON_MOST} characters.")
    change(found, "published", state="withdrawn", reason=reason, ended_at=now(), link=None)
    keep_back(found)
    record(
        actor, "recording.withdrawn", found, before={"state": "published"},
        after={"state": "withdrawn", "reason": reason}, scope=booking.scope,
    )  # fmt: skip
    tell_withdrawn(booking, found, actor.name)
    enqueue("clear_recording", recording_id=found.id)
    return found


@use_case
def expire_recordings(system: Actor) -> int:
    """End the recordings whose time is over, and clear their files; how many."""
    over = (
        select(Recording)
        .join(Recording.booking)
        .join(Event, Event.id == Booking.event_id)
        .where(Recording.state == "published", Recording.expires_at <= now())
        .options(contains_eager(Recording.booking).contains_eager(Booking.event))
    )
    held = over.order_by(Recording.expires_at).limit(AT_ONCE)
    found = list(db.session.scalars(held.with_for_update(of=Recording, skip_locked=True)))
    for recording in found:
        recording.state, recording.ended_at, recording.link = "expired", now(), None
        keep_back(recording)
        record(
            system, "recording.expired", recording, before={"state": "published"}, after={"state": "expired"},
            scope=recording.booking.scope,
        )  # fmt: skip
        enqueue("clear_recording", recording_id=recording.id)
    return len(found)


def clear_recording(recording_id: int) -> None:
    """Drop the file of a recording that nobody may have any more. Twice does no harm; tried again while the store is away."""
    name = in_transaction(lambda: _freed(recording_id))
    if name:
        try:
            store().delete(name)
        except StoreAway as away:
            # Nothing refers to it now: the clean-up of unsent files drops it.
            log.error("store_away", error=str(away), recording_id=recording_id)


def _freed(recording_id: int) -> str | None:
    ended = select(Recording).where(
        Recording.id == recording_id,
        Recording.state.in_(("withdrawn", "expired")),
        Recording.storage_name.is_not(None),
    )
    found = db.session.scalar(ended.with_for_update())
    if found is None:
        return None
    name, found.storage_name = found.storage_name, None
    return name

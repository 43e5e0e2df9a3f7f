"""Holds as other use cases need them: written, found, taken up. Takes part in the caller's transaction (HOW-5)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.dialects.postgresql import Range

from portal.accounts.actor import Actor
from portal.bookings.admission import NOT_FREE, time_not_open
from portal.bookings.clashes import HOST_TAKEN, Clash, clashes
from portal.bookings.host_times import hosts
from portal.bookings.hosts import Choice
from portal.bookings.models_commitments import SlotHold
from portal.clock import now
from portal.db import db
from portal.events.models import Event
from portal.policy.edition import Edition
from portal.policy.training import SessionKind, Slot, busy_range


@dataclass(frozen=True)
class Keeping:
    """What is kept, for whom (the key of a person), and until when; `waiting_id` is the place it is offered to."""

    event: Event
    kind: SessionKind
    choice: Choice
    person_id: int
    until: datetime
    waiting_id: int | None = None


def keep(wanted: Keeping, edition: Edition) -> SlotHold:
    """Write a hold of a slot of a locked host. Raises TimeNotOpen when something takes the host after all."""
    slot = wanted.choice.slot
    hold = SlotHold(
        event=wanted.event, kind=wanted.kind.value, host_id=slot.host_id, host_reason=wanted.choice.reason,
        starts_at=slot.starts_at, ends_at=slot.ends_at,
        busy=Range(*busy_range(slot.starts_at, edition, wanted.kind)),
        held_by_id=wanted.person_id, held_at=now(), expires_at=wanted.until, waiting_id=wanted.waiting_id,
    )  # fmt: skip
    try:
        with clashes(HOST_TAKEN):
            db.session.add(hold)
    except Clash as clash:
        raise time_not_open(wanted.kind, NOT_FREE, edition) from clash
    return hold


def kept_for(actor: Actor, event_id: int, kind: SessionKind, starts_at: datetime | None) -> SlotHold | None:
    """The hold that `actor` may book by: an offer to the event, or their own; None when none is running."""
    kept = select(SlotHold).where(
        SlotHold.event_id == event_id, SlotHold.kind == kind.value, SlotHold.starts_at == starts_at,
        SlotHold.expires_at > now(), SlotHold.host_id.in_(hosts()), is_for(actor),
    )  # fmt: skip
    first = kept.order_by(SlotHold.waiting_id.is_(None), SlotHold.id).limit(1)
    return db.session.scalar(first.execution_options(populate_existing=True))


def slot_of(hold: SlotHold) -> Slot:
    """The slot that a hold keeps."""
    return Slot(hold.starts_at, hold.ends_at, hold.host_id)


def let_go(actor: Actor, event_id: int, kind: SessionKind) -> None:
    """Delete the hold of a form that has been sent: its time is booked, or another one was."""
    db.session.execute(delete(SlotHold).where(of_form(actor, event_id, kind)))


def of_form(actor: Actor, event_id: int, kind: SessionKind) -> ColumnElement[bool]:
    """Which hold stands for the form that somebody fills in for an event and a kind; there is one at most."""
    own = SlotHold.held_by_id == actor.person_id, SlotHold.waiting_id.is_(None)
    return and_(*own, SlotHold.event_id == event_id, SlotHold.kind == kind.value)


def is_for(actor: Actor) -> ColumnElement[bool]:
    """Which holds somebody may book by or give back: their own, and offers to an event they book for."""
    return or_(SlotHold.held_by_id == actor.person_id, SlotHold.waiting_id.is_not(None))


def facts(hold: SlotHold) -> dict[str, object]:
    """What the record says of a hold."""
    return {
        "kind": hold.kind,
        "starts_at": hold.starts_at,
        "host": hold.host_id,
        "expires_at": hold.expires_at,
    }

"""A time is kept for whoever fills in its form, and given back when they leave it (HOW-5)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.bookings.admission import admit
from portal.bookings.days import instant_text
from portal.bookings.held_times import Keeping, facts, is_for, keep, of_form
from portal.bookings.hosts import fairest, hold_hosts
from portal.bookings.models_commitments import SlotHold
from portal.bookings.open_times import NOTHING, Besides
from portal.bookings.turns import clear_run_out, pass_on, turn_down
from portal.clock import now
from portal.db import db, use_case
from portal.editions.queries import edition_in_force
from portal.errors import Link, NotFound, Refused
from portal.events.models import Event
from portal.events.queries import locked_event
from portal.policy.edition import Edition
from portal.policy.session_changes import hold_until, may_hold
from portal.policy.training import SessionKind


@use_case
def hold_slot(actor: Actor, event_id: int, kind: SessionKind, starts_at: datetime | None) -> SlotHold:
    """Keep an open time for `actor` while they fill in its form; a form for another time gives up the one before.

    The same time asked for again is not kept any longer. Raises TimeNotOpen, and Refused without a session left
    (COV-5 to COV-7) or when too many times are kept for them already (HOW-5).
    """
    event = locked_event(actor, event_id)
    actor.require("booking:create", event.scope)
    own = db.session.scalar(select(SlotHold).where(of_form(actor, event.id, kind)))
    if own is not None and own.starts_at == starts_at and own.expires_at > now():
        return own
    edition = edition_in_force()
    clear_run_out(hold_hosts(starts_at or now(), actor.id, *([own.host_id] if own else ())))
    _refuse_too_many(actor, event, kind, edition)
    hold = _hold(actor, event, kind, starts_at, own)
    record(actor, "slot_hold.placed", hold, after=facts(hold), scope=event.scope)
    if own is not None and own.host_id != hold.host_id:
        pass_on([own.host_id])
    return hold


@use_case
def release_hold(actor: Actor, hold_id: int) -> SlotHold:
    """Give back a time that was kept, so that others may have it; of an offer, its place in the list as well.

    Raises NotFound when it is not kept any longer, or not for `actor`.
    """
    found = db.session.scalar(select(SlotHold).where(SlotHold.id == hold_id))
    if found is None:
        raise NotFound
    event = locked_event(actor, found.event_id)
    actor.require("booking:create", event.scope)
    hold_hosts(found.starts_at, found.host_id)
    gone = delete(SlotHold).where(SlotHold.id == hold_id, is_for(actor)).returning(SlotHold.id)
    if db.session.scalar(gone) is None:
        raise NotFound
    record(actor, "slot_hold.released", found, before=facts(found), scope=event.scope)
    if found.waiting_id is not None:
        turn_down(actor, found.waiting_id)
    pass_on([found.host_id])
    return found


def _hold(
    actor: Actor, event: Event, kind: SessionKind, starts_at: datetime | None, own: SlotHold | None
) -> SlotHold:
    besides = Besides(hold_id=own.id) if own else NOTHING
    is_contact = event.id in actor.contact_event_ids
    admission = admit(event, kind, starts_at, is_contact=is_contact, besides=besides)
    choice = fairest(admission.slots)
    if own is not None:
        db.session.execute(delete(SlotHold).where(SlotHold.id == own.id))
    until = hold_until(now(), admission.edition)
    return keep(Keeping(event, kind, choice, actor.id, until), admission.edition)


def _refuse_too_many(actor: Actor, event: Event, kind: SessionKind, edition: Edition) -> None:
    """Counted behind the lock on the actor's own row. A form for the same is left aside: it is given up."""
    kept = db.session.scalars(
        select(SlotHold).where(
            SlotHold.held_by_id == actor.id, SlotHold.waiting_id.is_(None), SlotHold.expires_at > now(),
            or_(SlotHold.event_id != event.id, SlotHold.kind != kind.value),
        )
    ).all()  # fmt: skip
    decision = may_hold(len(kept), edition)
    if not decision:
        raise Refused(decision, links=_ways_to(kept))


def _ways_to(kept: Sequence[SlotHold]) -> tuple[Link, ...]:
    return tuple(
        Link(
            f"Go on booking {hold.starts_at:%H:%M} UTC on {hold.starts_at.day} {hold.starts_at:%B}", "bookings.new",
            {"event_id": hold.event_id, "kind": hold.kind, "starts_at": instant_text(hold.starts_at), "hold": hold.id},
        )
        for hold in kept
    )  # fmt: skip

"""Reading the waiting list, and the times that are kept for somebody."""

from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.accounts.actor import Actor, Scope
from portal.accounts.permissions import PERMISSIONS
from portal.bookings.models_commitments import SlotHold, Waiting
from portal.clock import now
from portal.db import db
from portal.errors import NotFound
from portal.events.models import Event
from portal.paging import Page, page_of
from portal.policy.training import SessionKind


@dataclass(frozen=True)
class Turn:
    """An event's place in the list of a kind, how many there are up to it, and the offer that stands for it."""

    place: Waiting
    number: int
    offer: SlotHold | None


def visible_places(actor: Actor) -> Select[Waiting]:
    """The places `actor` may know of: all for staff who handle sessions, else those of their events."""
    places = (
        select(Waiting).join(Waiting.event).options(contains_eager(Waiting.event), joinedload(Waiting.person))
    )
    if actor.is_system or actor.staff_roles & PERMISSIONS["booking:read"]:
        return places
    organised = Event.organisation_id.in_(actor.organisation_ids)
    return places.where(or_(organised, Event.id.in_(actor.contact_event_ids)))


def waiting_scope(actor: Actor, waiting_id: int) -> Scope | None:
    """Where a place in the list belongs; None when the actor may not know of it."""
    found = db.session.scalar(visible_places(actor).where(Waiting.id == waiting_id))
    return found.scope if found else None


def hold_scope(actor: Actor, hold_id: int) -> Scope | None:
    """Where a hold belongs: its own for whoever it was made for, and an offer to their events; else None."""
    holds = select(SlotHold).join(SlotHold.event).options(contains_eager(SlotHold.event))
    found = db.session.scalar(holds.where(SlotHold.id == hold_id))
    if found is None or (found.waiting_id is None and found.held_by_id != actor.person_id):
        return None
    return found.event.scope if actor.may("booking:create", found.event.scope) else None


def place_for(actor: Actor, waiting_id: int) -> Waiting:
    """A place in the list with its event. Raises NotFound when the actor may not know of it."""
    found = db.session.scalar(visible_places(actor).where(Waiting.id == waiting_id))
    if found is None:
        raise NotFound
    return found


def waiting_list(actor: Actor, cursor: str | None) -> Page[Waiting]:
    """A page of all who wait or have an offer, the first to arrive first, for staff."""
    running = visible_places(actor).where(Waiting.ended_at.is_(None))
    return page_of(running, (Waiting.since, Waiting.id), cursor)


def turns_and_holds(
    actor: Actor, event_id: int
) -> tuple[dict[SessionKind, Turn], dict[SessionKind, SlotHold]]:
    """An event's places in the waiting lists, and the times kept for `actor` while they fill in forms, by kind."""
    number = func.row_number().over(partition_by=Waiting.kind, order_by=(Waiting.since, Waiting.id))
    running = select(Waiting.id, number.label("number")).where(Waiting.ended_at.is_(None)).subquery()
    held = select(SlotHold.id).where(SlotHold.event_id == event_id, SlotHold.expires_at > now()).subquery()
    place = select(Waiting.id).where(Waiting.event_id == event_id, Waiting.ended_at.is_(None)).subquery()
    rows = db.session.execute(
        select(Waiting, running.c.number, SlotHold)
        .select_from(held)
        .join(SlotHold, SlotHold.id == held.c.id)
        .join(place, place.c.id == SlotHold.waiting_id, full=True)
        .outerjoin(Waiting, Waiting.id == place.c.id)
        .outerjoin(running, running.c.id == place.c.id)
        .options(joinedload(Waiting.person))
    ).all()
    turns = {SessionKind(each.kind): Turn(each, turn, hold) for each, turn, hold in rows if each}
    own = (
        hold
        for each, _, hold in rows
        if hold and hold.waiting_id is None and hold.held_by_id == actor.person_id
    )
    return turns, {SessionKind(hold.kind): hold for hold in own}

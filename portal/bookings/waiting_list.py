"""The waiting list of each kind of live session: joined, left, and looked after each minute (HOW-5)."""

from datetime import datetime

from sqlalchemy import delete, select

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.audit.record import record
from portal.bookings.admission import entitled
from portal.bookings.commitments import lock_hosts
from portal.bookings.host_times import hosts
from portal.bookings.models_commitments import SlotHold, Waiting
from portal.bookings.open_times import open_times
from portal.bookings.turns import end_place, first_open, pass_on
from portal.bookings.waiting_queries import place_for
from portal.clock import now
from portal.db import db, use_case
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Invalid, Link, Refused
from portal.events.models import Event
from portal.events.queries import locked_event
from portal.policy.session_changes import may_wait
from portal.policy.training import SessionKind


@use_case
def join_list(
    actor: Actor, event_id: int, kind: SessionKind, before: datetime | None = None, *, form_key: str
) -> Waiting:
    """Put an event on the waiting list of a kind, behind all who are there; with `before`, only for an earlier time.

    Raises Refused (HOW-5) where a time is open that suits or the event is listed, and where it has no such
    session left (COV-5 to COV-7, WHO-1); Invalid (`before`) for a time that has passed. One form joins once.
    """
    event = locked_event(actor, event_id)
    actor.require("booking:create", event.scope)
    key = actor.own_key(form_key)
    made = db.session.scalar(select(Waiting).where(Waiting.form_key == key))
    if made is not None:
        return made
    entitled(event, kind, edition_in_force(), is_contact=event.id in actor.contact_event_ids)
    if before is not None and before <= now():
        raise Invalid(before="Choose a day to come.")
    place = Waiting(
        event=event, kind=kind.value, person=db.session.get_one(Person, actor.id), before=before,
        since=now(), form_key=key,
    )  # fmt: skip
    with db.session.no_autoflush:
        _refuse_needless(event, kind, place)
    db.session.add(place)
    db.session.flush()
    record(
        actor, "waiting.joined", place, after={"kind": place.kind, "before": place.before}, scope=event.scope
    )
    return place


@use_case
def leave_list(actor: Actor, waiting_id: int) -> Waiting:
    """Give up a place in the list, and with it the time that is offered to it. Raises NotFound, Conflict."""
    place = place_for(actor, waiting_id)
    event = locked_event(actor, place.event_id)
    actor.require("booking:create", event.scope)
    offered = select(SlotHold.host_id).where(SlotHold.waiting_id == waiting_id)
    lock_hosts(held := list(db.session.scalars(offered)))
    db.session.execute(delete(SlotHold).where(SlotHold.waiting_id == waiting_id))
    left = end_place(actor, waiting_id, "left")
    if left is None:
        raise Conflict("This place in the waiting list has ended already.")
    pass_on(held)
    return left


@use_case
def tend_waiting_list(actor: Actor) -> None:
    """Let holds that have run out go, and offer what is free to whoever waits, in order of arrival (HOW-5)."""
    waits = db.session.scalar(select(Waiting.id).where(Waiting.state == "waiting").limit(1))
    run_out = select(SlotHold.host_id).where(SlotHold.expires_at <= now())
    concerned = set(db.session.scalars(run_out)) | (set(db.session.scalars(hosts())) if waits else set())
    if concerned:
        lock_hosts(concerned)
        pass_on(concerned)


def _refuse_needless(event: Event, kind: SessionKind, place: Waiting) -> None:
    listed = select(Waiting.id).where(
        Waiting.event_id == event.id, Waiting.kind == kind.value, Waiting.ended_at.is_(None)
    )
    is_listed = db.session.scalar(listed) is not None
    is_open = not is_listed and first_open(place, open_times(edition_in_force(), now())) is not None
    decision = may_wait(kind, is_open=is_open, is_listed=is_listed)
    if not decision:
        see = Link("See the open times and the list", "bookings.index", {"event_id": event.id})
        raise Refused(decision, links=(see,))

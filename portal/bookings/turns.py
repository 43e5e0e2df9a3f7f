"""What becomes free goes to whoever waits, in order of arrival (HOW-5). Takes part in the caller's transaction."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import joinedload

from portal.accounts.actor import SYSTEM, Actor
from portal.accounts.queries import actor_for
from portal.audit.record import record
from portal.bookings.admission import entitled
from portal.bookings.held_times import Keeping, facts, keep
from portal.bookings.hosts import Choice, fairest
from portal.bookings.letters_waiting import send_lapsed, send_offer, send_wait_over
from portal.bookings.models_commitments import SlotHold, Waiting
from portal.bookings.open_times import OpenTimes, open_times
from portal.clock import now
from portal.db import db
from portal.editions.queries import edition_in_force
from portal.errors import Refused
from portal.policy.session_changes import offer_until
from portal.policy.slots import session_times
from portal.policy.training import BusyRange, SessionKind, busy_range


def clear_run_out(host_ids: Iterable[int]) -> None:
    """Delete what locked hosts keep for nobody any longer; a time whose offer has run out goes to the next in line."""
    hosts = set(host_ids)
    if _delete_run_out(hosts):
        _offer(hosts)


def pass_on(host_ids: Iterable[int]) -> None:
    """Offer what is free of locked hosts to those who wait for it."""
    hosts = set(host_ids)
    _delete_run_out(hosts)
    _offer(hosts)


def turn_down(actor: Actor, waiting_id: int) -> None:
    """End a place in the list whose offer was given back."""
    end_place(actor, waiting_id, "left")


def take_up(actor: Actor, event_id: int, kind: SessionKind) -> None:
    """End an event's place in the list of a kind, which has its session now, with the offer that stood for it."""
    held = select(Waiting.id).where(
        Waiting.event_id == event_id, Waiting.kind == kind.value, Waiting.ended_at.is_(None)
    )
    place = db.session.scalar(held)
    if place is not None:
        db.session.execute(delete(SlotHold).where(SlotHold.waiting_id == place))
        end_place(actor, place, "booked")


def end_place(actor: Actor, waiting_id: int, state: str, because: str = "") -> Waiting | None:
    """End a place in the list as `booked`, `lapsed` or `left`; None when it has ended already."""
    ended = (
        update(Waiting)
        .where(Waiting.id == waiting_id, Waiting.ended_at.is_(None))
        .values(state=state, ended_at=now())
    )
    if db.session.scalar(ended.returning(Waiting.id)) is None:
        return None
    place = _place(waiting_id)
    after = {"state": state, "kind": place.kind} | ({"because": because} if because else {})
    record(actor, f"waiting.{state}", place, after=after, scope=place.scope)
    return place


def _delete_run_out(hosts: Collection[int]) -> bool:
    """Whether offers were among what has run out."""
    run_out = delete(SlotHold).where(SlotHold.host_id.in_(hosts), SlotHold.expires_at <= now())
    gone = db.session.execute(run_out.returning(SlotHold.waiting_id, SlotHold.starts_at)).all()
    offers = [(place, starts_at) for place, starts_at in gone if place is not None]
    for place, starts_at in offers:
        if lapsed := end_place(SYSTEM, place, "lapsed"):
            send_lapsed(lapsed, starts_at)
    return bool(offers)


def _offer(hosts: Collection[int]) -> None:
    waiting = _in_order()
    if not waiting:
        return
    times = open_times(edition_in_force(), now())
    times = replace(times, windows=tuple(window for window in times.windows if window.host_id in hosts))
    for place in waiting:
        if place.before is not None and place.before <= times.at:
            _is_over(place)
            continue
        choice = first_open(place, times)
        if choice is not None and _is_admitted(place, times):
            times = _offer_to(place, choice, times)


def _is_over(place: Waiting) -> None:
    if end_place(SYSTEM, place.id, "lapsed", "the day has passed"):
        send_wait_over(place)


def first_open(place: Waiting, times: OpenTimes) -> Choice | None:
    """The first slot that suits a place in the list and is far enough ahead to be offered."""
    kind, rules = SessionKind(place.kind), times.edition.training
    notice = session_times(kind, times.edition).least_notice_minutes
    earliest = times.at + timedelta(minutes=notice + rules.hold_minutes)
    found = times.soonest(kind, 1, after=earliest)
    if not found or (place.before is not None and found[0].starts_at >= place.before):
        return None
    return fairest(times.starting(kind, found[0].starts_at))


def _is_admitted(place: Waiting, times: OpenTimes) -> bool:
    """Whether whoever waits may still book, and the event has a session left; else the place ends."""
    actor = actor_for(place.person_id)
    if actor is None or not actor.may("booking:create", place.scope):
        end_place(SYSTEM, place.id, "left", "may book there no longer")
        return False
    try:
        is_contact = place.event_id in actor.contact_event_ids
        entitled(place.event, SessionKind(place.kind), times.edition, is_contact=is_contact)
    except Refused as refusal:
        end_place(SYSTEM, place.id, "left", refusal.message)
        return False
    return True


def _offer_to(place: Waiting, choice: Choice, times: OpenTimes) -> OpenTimes:
    """Keep the slot for whoever waits, and tell them; the times without it."""
    kind, slot = SessionKind(place.kind), choice.slot
    until = offer_until(kind, slot.starts_at, times.at, times.edition)
    offered = (
        update(Waiting).where(Waiting.id == place.id, Waiting.state == "waiting").values(state="offered")
    )
    if until is None or db.session.scalar(offered.returning(Waiting.id)) is None:
        return times
    hold = keep(Keeping(place.event, kind, choice, place.person_id, until, place.id), times.edition)
    record(SYSTEM, "waiting.offered", place, after=facts(hold), scope=place.scope)
    send_offer(place, hold)
    taken = BusyRange(slot.host_id, *busy_range(slot.starts_at, times.edition, kind))
    return replace(times, busy=(*times.busy, taken))


def _in_order() -> Sequence[Waiting]:
    waiting = select(Waiting).where(Waiting.state == "waiting").order_by(Waiting.since, Waiting.id)
    whole = waiting.options(joinedload(Waiting.event), joinedload(Waiting.person))
    return db.session.scalars(whole.execution_options(populate_existing=True)).all()


def _place(waiting_id: int) -> Waiting:
    found = select(Waiting).where(Waiting.id == waiting_id)
    whole = found.options(joinedload(Waiting.event), joinedload(Waiting.person))
    return db.session.scalars(whole.execution_options(populate_existing=True)).one()

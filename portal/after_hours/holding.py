"""Staff hold windows: the first to accept has it, and may hand it to a colleague who accepts (AFT-1)."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range, insert

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.after_hours import letters
from portal.after_hours.changing import changed, facts, overtaken, write_down
from portal.after_hours.models import Window, WindowOffer
from portal.after_hours.opening import tell_managers_once
from portal.after_hours.queries import holders, locked_window, window_for
from portal.bookings.clashes import HOST_TAKEN, Clash, clashes
from portal.bookings.commitments import refuse_over_others
from portal.bookings.hosts import hold_host
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid, Refused
from portal.policy.pricing import may_confirm_window
from portal.policy.terms import Channel

REACH_MOST = 300
TAKEN = "You are taken at that time: a session, an absence or another window is in your calendar."
NEEDS_REACH = {
    Channel.PHONE: "Say at which number you are reached.",
    Channel.LIVE_SESSION: "Give the address at which the live session is joined.",
}


@use_case
def hold_window(actor: Actor, window_id: int, *, reach: str = "") -> Window:
    """Hold a window that nobody holds: it is confirmed with that, and in the holder's calendar.

    The first of several wins. Raises Conflict naming who was quicker, when it is gone or too late, or when the
    actor is taken then; Invalid (`reach`) when the customer could not reach them; NotFound, Forbidden.
    """
    actor.require("after_hours:hold")
    window = locked_window(actor, window_id)
    if window.state == "confirmed" and window.holder_id == actor.id:
        return window
    _check_reach(window, reach)
    if window.state != "offered" or window.starts_at <= now():
        raise overtaken(window)
    verdict = may_confirm_window(actor.name)
    if not verdict:
        raise Refused(verdict)
    before = facts(window)
    _take(actor, window, "offered", {"state": "confirmed", **_held(actor, reach)})
    write_down(actor, "after_hours.held", window, before, holder_name=actor.name)
    window = window_for(actor, window_id)
    letters.confirm(window)
    return window


@use_case
def decline_window(actor: Actor, window_id: int) -> Window:
    """Say that one cannot hold a window; managers are told once nobody is left. Doing it twice is once.

    Raises Conflict when somebody holds it or it is gone, NotFound, Forbidden.
    """
    actor.require("after_hours:hold")
    window = locked_window(actor, window_id)
    if window.state != "offered":
        raise overtaken(window)
    row = insert(WindowOffer).values(
        window_id=window.id, person_id=actor.id, offered_at=now(), declined_at=now()
    )
    same = ["window_id", "person_id"]
    db.session.execute(row.on_conflict_do_update(index_elements=same, set_={"declined_at": now()}))
    write_down(actor, "after_hours.declined", window, by=actor.id)
    if not _someone_is_left(window):
        tell_managers_once(window)
    return window


@use_case
def hand_window(actor: Actor, window_id: int, *, to_id: int) -> Window:
    """Ask a colleague to take a window over; it stays with its holder until they do.

    For the holder and for managers. Raises Invalid (`to`), Conflict when it is no longer held or over, Forbidden.
    """
    window = _held_window(actor, window_id)
    colleague = db.session.scalar(holders().where(Person.id == to_id))
    if colleague is None or to_id == window.holder_id:
        raise Invalid(to="Choose a colleague.")
    before = facts(window)
    still = (Window.state == "confirmed") & (Window.holder_id == window.holder_id)
    if not changed(window, still, {"handing_to_id": to_id}):
        raise overtaken(window)
    write_down(actor, "after_hours.handing", window, before, to=to_id)
    letters.ask_to_take_over(window_for(actor, window_id), actor.name)
    return window


@use_case
def take_window_over(actor: Actor, window_id: int, *, reach: str = "") -> Window:
    """Take over a window that its holder hands to the actor.

    Raises Conflict when it is no longer asked, over, or the actor is taken then; Invalid (`reach`), NotFound.
    """
    actor.require("after_hours:hold")
    window = locked_window(actor, window_id)
    if window.holder_id == actor.id:
        return window
    holder = window.holder
    if window.handing_to_id != actor.id or holder is None or window.ends_at <= now():
        raise overtaken(window)
    _check_reach(window, reach)
    before = facts(window)
    again = {"handing_to_id": None, "calendar_sequence": Window.calendar_sequence + 1}
    _take(actor, window, "confirmed", {**_held(actor, reach), **again})
    write_down(actor, "after_hours.taken_over", window, before, holder_name=actor.name)
    window = window_for(actor, window_id)
    letters.tell_of_taking_over(window, holder)
    return window


@use_case
def refuse_handing(actor: Actor, window_id: int) -> Window:
    """Say that one cannot take a window over: its holder keeps it. Raises Conflict when it is no longer asked."""
    actor.require("after_hours:hold")
    window = locked_window(actor, window_id)
    before = facts(window)
    if not changed(window, Window.handing_to_id == actor.id, {"handing_to_id": None}):
        raise overtaken(window)
    write_down(actor, "after_hours.kept", window, before, declined_by=actor.id)
    if window.holder:
        letters.tell_of_keeping(window, window.holder, actor.name)
    return window


@use_case
def change_reach(actor: Actor, window_id: int, *, reach: str) -> Window:
    """Change how the holder is reached; the customer is told. Raises Invalid (`reach`), Conflict, Forbidden."""
    window = _held_window(actor, window_id)
    _check_reach(window, reach)
    if reach == window.reach:
        return window
    before = {"reach": window.reach}
    anew = {"reach": reach, "calendar_sequence": Window.calendar_sequence + 1}
    if not changed(window, Window.state == "confirmed", anew):
        raise overtaken(window)
    write_down(actor, "after_hours.reach_changed", window, before, reach=reach)
    letters.confirm(window_for(actor, window_id))
    return window


def put_back(actor: Actor, window: Window) -> None:
    """Let a window be held by somebody else whose holder no longer works; in the caller's transaction."""
    before = facts(window)
    nobody = {
        "state": "offered", "holder_id": None, "held_at": None, "reach": "", "handing_to_id": None,
        "calendar_sequence": Window.calendar_sequence + 1,
    }  # fmt: skip
    if changed(window, Window.state == "confirmed", nobody):
        gone = update(WindowOffer).where(WindowOffer.window_id == window.id)
        db.session.execute(gone.values(declined_at=None))
        write_down(actor, "after_hours.put_back", window, before)


def _held_window(actor: Actor, window_id: int) -> Window:
    actor.require("after_hours:hold")
    window = locked_window(actor, window_id)
    if window.state != "confirmed" or window.ends_at <= now():
        raise overtaken(window)
    if window.holder_id != actor.person_id:
        actor.require("duty:manage")
    return window


def _take(actor: Actor, window: Window, state: str, values: dict[str, Any]) -> None:
    hold_host(actor.id)
    refuse_over_others(actor.id, Range(window.starts_at, window.ends_at), actor.time_zone)
    try:
        with clashes(HOST_TAKEN):
            taken = changed(window, Window.state == state, values)
    except Clash as clash:
        raise Conflict(TAKEN) from clash
    if not taken:
        raise overtaken(window)


def _held(actor: Actor, reach: str) -> dict[str, int | str | datetime]:
    return {"holder_id": actor.id, "held_at": now(), "reach": reach}


def _check_reach(window: Window, reach: str) -> None:
    if len(reach) > REACH_MOST:
        raise Invalid(reach=f"Keep it within {REACH_MOST} characters.")
    missing = NEEDS_REACH.get(Channel(window.channel))
    if missing and not reach:
        raise Invalid(reach=missing)


def _someone_is_left(window: Window) -> bool:
    open_ = select(WindowOffer.id).where(
        WindowOffer.window_id == window.id, WindowOffer.declined_at.is_(None)
    )
    return db.session.scalar(open_.limit(1)) is not None

"""Reading windows after hours: every reading starts from what the actor may see."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.accounts.models import Grant, Person
from portal.accounts.permissions import PERMISSIONS
from portal.after_hours.models import ReadyHours, Window, WindowOffer
from portal.db import db
from portal.errors import NotFound
from portal.events.models import Event
from portal.orders.models import Order
from portal.paging import Page, page_of

MOST_COMING = 50

WHOLE = (
    joinedload(Window.event), joinedload(Window.organisation), joinedload(Window.asked_by), joinedload(Window.holder),
    joinedload(Window.handing_to), joinedload(Window.ended_by),
    joinedload(Window.order).joinedload(Order.placed_by),
)  # fmt: skip


def visible_windows(actor: Actor) -> Select[Window]:
    """The windows `actor` may know of: all for staff who hold them, those of their events for customers."""
    windows = select(Window)
    if actor.is_system or actor.staff_roles & PERMISSIONS["after_hours:read"]:
        return windows
    mine = Window.organisation_id.in_(actor.organisation_ids)
    return windows.where(or_(mine, Window.event_id.in_(actor.contact_event_ids)))


def window_scope(actor: Actor, window_id: int) -> Scope | None:
    """Where a window belongs; None when the actor may not know of it."""
    found = db.session.scalar(visible_windows(actor).where(Window.id == window_id))
    return found.scope if found else None


def window_for(actor: Actor, window_id: int) -> Window:
    """A window with its event, people and order. Raises NotFound when the actor may not know of it."""
    found = visible_windows(actor).where(Window.id == window_id).options(*WHOLE)
    return _found(db.session.scalar(found.execution_options(populate_existing=True)))


def locked_window(actor: Actor, window_id: int) -> Window:
    """A window as it is now, held until the transaction closes. Raises NotFound when it cannot be seen."""
    held = visible_windows(actor).where(Window.id == window_id).with_for_update(key_share=True)
    _found(db.session.scalar(held))
    return window_for(actor, window_id)


def window_of_order(order_id: int) -> Window | None:
    """The window that an order already found to be visible bought, if it bought one."""
    mine = select(Window).where(or_(Window.order_id == order_id, Window.charge_order_id == order_id))
    return db.session.scalar(mine)


def window_at(event_id: int, at: datetime) -> Window | None:
    """The window of an event that somebody holds at an instant, with its holder."""
    found = select(Window).where(Window.event_id == event_id, is_held(at)).options(joinedload(Window.holder))
    return db.session.scalar(found)


def is_held(at: datetime) -> ColumnElement[bool]:
    """What is true of the windows that somebody holds at an instant."""
    return and_(Window.state.in_(("confirmed", "done")), Window.starts_at <= at, Window.ends_at > at)


def windows_of(actor: Actor, event_id: int, cursor: str | None = None) -> Page[Window]:
    """A page of the windows of an event, the latest start first."""
    mine = visible_windows(actor).where(Window.event_id == event_id).options(joinedload(Window.holder))
    return page_of(mine, [Window.starts_at, Window.id], cursor, descending=True)


def coming_windows(actor: Actor, at: datetime) -> list[Window]:
    """The windows that are not over and not ended, the next first; at most MOST_COMING."""
    ahead = visible_windows(actor).where(Window.state.in_(("offered", "confirmed")), Window.ends_at > at)
    parties = (joinedload(Window.event).joinedload(Event.organisation), joinedload(Window.holder))
    found = ahead.options(*parties, joinedload(Window.handing_to))
    return list(db.session.scalars(found.order_by(Window.starts_at, Window.id).limit(MOST_COMING)))


def offers_to(person_id: int) -> dict[int, WindowOffer]:
    """What a member of staff was offered of the windows that nobody holds, by the window's key."""
    mine = select(WindowOffer).join(Window, Window.id == WindowOffer.window_id)
    found = mine.where(WindowOffer.person_id == person_id, Window.state == "offered")
    return {each.window_id: each for each in db.session.scalars(found)}


def offers_of(window_id: int) -> list[WindowOffer]:
    """Whom a window was offered to, by name."""
    found = select(WindowOffer).join(WindowOffer.person).where(WindowOffer.window_id == window_id)
    return list(db.session.scalars(found.options(joinedload(WindowOffer.person)).order_by(Person.name)))


def ready_hours(person_id: int) -> list[ReadyHours]:
    """The hours in which a member of staff takes windows."""
    return list(db.session.scalars(select(ReadyHours).where(ReadyHours.person_id == person_id)))


def taker_scope(actor: Actor, taker_id: int) -> Scope | None:
    """A member of staff who may hold windows, for themself and for whoever looks after the rota."""
    known = actor.may("duty:manage") or (actor.person_id == taker_id and actor.may("after_hours:hold"))
    return NOWHERE if known and db.session.scalar(holders().where(Person.id == taker_id)) else None


def taker(taker_id: int) -> Person:
    """A member of staff who may hold windows. Raises NotFound for anybody else."""
    found = db.session.scalar(holders().where(Person.id == taker_id))
    if found is None:
        raise NotFound
    return found


def holders() -> Select[Person]:
    """Everyone of support who may hold windows."""
    held = select(Grant.person_id).where(
        Grant.role.in_(PERMISSIONS["after_hours:hold"]), Grant.ended_at.is_(None)
    )
    return (
        select(Person)
        .where(Person.id.in_(held), Person.disabled_at.is_(None))
        .order_by(Person.name, Person.id)
    )


def colleagues(but_id: int | None) -> list[Person]:
    """Everyone who may hold windows, but one, by name."""
    return list(db.session.scalars(holders().where(Person.id.is_distinct_from(but_id))))


def unheld_count() -> int:
    """How many windows wait for somebody to hold them."""
    return db.session.scalar(select(func.count()).select_from(Window).where(Window.state == "offered")) or 0


def _found(window: Window | None) -> Window:
    if window is None:
        raise NotFound
    return window

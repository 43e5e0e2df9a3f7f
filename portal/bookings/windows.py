"""Reading what hosts have published, and the sessions booked in it."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.accounts.permissions import PERMISSIONS, Role
from portal.bookings.models import Availability, Booking
from portal.clock import now
from portal.db import db
from portal.errors import NotFound
from portal.paging import Page, page_of


def visible_windows(actor: Actor) -> Select[Availability]:
    """The windows `actor` may know of, with their hosts: all for managers, their own for other staff."""
    windows = select(Availability).options(joinedload(Availability.host))
    if sees_all(actor):
        return windows
    own = actor.person_id if actor.staff_roles & PERMISSIONS["availability:publish"] else None
    return windows.where(Availability.host_id == own)


def sees_all(actor: Actor) -> bool:
    """Whether the actor sees the windows of every host."""
    return Role.MANAGER in actor.staff_roles


def availability_scope(actor: Actor, availability_id: int) -> Scope | None:
    """Nowhere in particular, for a window the actor may know of; None for any other."""
    found = db.session.scalar(visible_windows(actor).where(Availability.id == availability_id))
    return NOWHERE if found else None


def window_for(actor: Actor, availability_id: int) -> Availability:
    """A window with its host. Raises NotFound when the actor may not know of it."""
    found = db.session.scalar(visible_windows(actor).where(Availability.id == availability_id))
    if found is None:
        raise NotFound
    return found


def coming_windows(actor: Actor, host_id: int | None, cursor: str | None) -> Page[Availability]:
    """A page of the windows that have not ended, the next first; of one host where asked."""
    windows = visible_windows(actor).where(Availability.ends_at > now())
    if host_id is not None:
        windows = windows.where(Availability.host_id == host_id)
    return page_of(windows, [Availability.starts_at, Availability.id], cursor)


def sessions_in(windows: Sequence[Availability]) -> list[Booking]:
    """The sessions to come that hosts of `windows` have between the first start and the last end, in order."""
    if not windows:
        return []
    statement = (
        select(Booking)
        .join(Booking.event)
        .options(contains_eager(Booking.event))
        .where(Booking.state == "confirmed", Booking.host_id.in_({w.host_id for w in windows}))
        .where(Booking.ends_at > min(w.starts_at for w in windows))
        .where(Booking.starts_at < max(w.ends_at for w in windows))
    )
    return list(db.session.scalars(statement.order_by(Booking.starts_at, Booking.id)))


def by_window(windows: Sequence[Availability]) -> dict[int, list[Booking]]:
    """The sessions to come in each window, by the window's key, in one query."""
    sessions = sessions_in(windows)
    return {
        window.id: [
            s
            for s in sessions
            if s.host_id == window.host_id and s.starts_at < window.ends_at and s.ends_at > window.starts_at
        ]
        for window in windows
    }

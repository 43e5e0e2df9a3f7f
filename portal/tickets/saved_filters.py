"""Saving views of the queue under a name."""

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Forbidden, Invalid, NotFound
from portal.tickets.models_distribution import SavedFilter
from portal.tickets.queue import filter_scope
from portal.tickets.queue_filter import QueueFilter

FILTERS_MOST = 30
NAME_MOST = 60


@use_case
def save_filter(actor: Actor, name: str, wanted: QueueFilter, *, shared: bool = False) -> SavedFilter:
    """Save a view under a name of one's own; the same name again replaces it. Managers may share theirs.

    Raises Invalid (`name`) without a name or beyond 30 of them, Forbidden.
    """
    actor.require("ticket:work")
    name = " ".join(name.split())
    if shared and not actor.may("duty:manage"):
        raise Forbidden("Managers share views with the team.")
    if not 0 < len(name) <= NAME_MOST:
        raise Invalid(name=f"Give it a name of at most {NAME_MOST} characters.")
    own = select(func.count()).where(SavedFilter.person_id == actor.id, SavedFilter.name != name)
    if (db.session.scalar(own) or 0) >= FILTERS_MOST:
        raise Invalid(name=f"You have saved {FILTERS_MOST} views. Remove one first.")
    kept = {"wanted": wanted.as_values(), "shared": shared, "saved_at": now()}
    row = insert(SavedFilter).values(person_id=actor.id, name=name, **kept)
    saved = row.on_conflict_do_update(index_elements=["person_id", "name"], set_=kept).returning(SavedFilter)
    found = db.session.scalars(saved, execution_options={"populate_existing": True}).one()
    record(actor, "filter.saved", found, after={"name": name, "shared": shared, **found.wanted})
    return found


@use_case
def remove_filter(actor: Actor, filter_id: int) -> None:
    """Remove a view that one has saved. Raises NotFound for any other."""
    actor.require("ticket:work")
    found = db.session.get(SavedFilter, filter_id) if filter_scope(actor, filter_id) else None
    if found is None:
        raise NotFound
    record(actor, "filter.removed", found, before={"name": found.name})
    db.session.delete(found)

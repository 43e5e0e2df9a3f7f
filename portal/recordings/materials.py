"""Files and links that staff put beside a session, for those who take part."""

from sqlalchemy import func, select

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid
from portal.jobs.queue import enqueue
from portal.recordings.asking import locked
from portal.recordings.files import Kept
from portal.recordings.models import SessionMaterial
from portal.recordings.queries import material_for
from portal.tickets.storage import store

TITLE_MOST = 120
MOST = 20


@use_case
def add_material(actor: Actor, booking_id: int, *, title: str, kept: Kept, form_key: str) -> SessionMaterial:
    """Put a file or a link beside a session; a repeated form is one.

    Raises Invalid (`title`, `link`), Conflict for a cancelled session or one with enough of them, NotFound, Forbidden.
    """
    booking = locked(actor, booking_id)
    actor.require("material:write", booking.scope)
    key, title = actor.own_key(form_key), " ".join(title.split())
    if made := db.session.scalar(select(SessionMaterial).where(SessionMaterial.form_key == key)):
        return made
    if not title or len(title) > TITLE_MOST:
        raise Invalid(title=f"Say in at most {TITLE_MOST} characters what it is.")
    if (kept.link is None) == (kept.upload is None):
        raise Invalid(link="Give a link, or choose a file: one of the two.")
    if booking.state == "cancelled":
        raise Conflict("This session was cancelled, so nobody needs materials for it.")
    there = select(func.count()).where(
        SessionMaterial.booking_id == booking.id, SessionMaterial.removed_at.is_(None)
    )
    if (db.session.scalar(there) or 0) >= MOST:
        raise Conflict(f"A session has at most {MOST} materials. Take one away first.")
    material = SessionMaterial(
        booking_id=booking.id, title=title, added_by_id=actor.id, form_key=key, **kept.columns
    )
    db.session.add(material)
    db.session.flush()
    record(
        actor, "material.added", material, after={"title": title, "as": "link" if kept.link else "file"},
        scope=booking.scope,
    )  # fmt: skip
    return material


@use_case
def remove_material(actor: Actor, material_id: int) -> SessionMaterial:
    """Take a material away; its file is cleared from the store. Raises NotFound, Forbidden."""
    material = material_for(actor, material_id)
    actor.require("material:write", material.booking.scope)
    before = {"title": material.title}
    material.removed_at, material.link = now(), None
    record(actor, "material.removed", material, before=before, scope=material.booking.scope)
    if material.storage_name:
        enqueue("clear_file", name=material.storage_name)
        material.storage_name = None
    return material


def clear_file(name: str) -> None:
    """Drop a file that nothing refers to any more. Twice does no harm."""
    store().delete(name)

"""Changing a window as one of several may: only from how it stood. These take part in the caller's transaction."""

from typing import Any

from sqlalchemy import ColumnElement, update

from portal.accounts.actor import Actor
from portal.after_hours.models import Window
from portal.audit.record import record
from portal.clock import now
from portal.db import db
from portal.errors import Conflict, Link

IN_WORDS = {
    "asked": "waits to be ordered", "ordered": "waits for its payment", "offered": "waits for somebody to hold it",
    "confirmed": "is held by {holder}", "done": "is over", "cancelled": "was cancelled", "withdrawn": "was withdrawn",
}  # fmt: skip


def changed(window: Window, condition: ColumnElement[bool], values: dict[str, Any]) -> bool:
    """Set `values` where the window still is as `condition` says; whether it was."""
    change = update(Window).where(Window.id == window.id, condition).values(**values).returning(Window.id)
    found = db.session.execute(change.execution_options(synchronize_session=False)).first()
    db.session.refresh(window)
    return found is not None


def ended(actor: Actor, state: str, because: str) -> dict[str, Any]:
    """What a window says that was cancelled or withdrawn, and why."""
    return {
        "state": state, "ended_at": now(), "ended_by_id": actor.person_id, "ended_because": because,
        "handing_to_id": None, "calendar_sequence": Window.calendar_sequence + 1,
    }  # fmt: skip


def overtaken(window: Window) -> Conflict:
    """What somebody is told whose page said something else of a window."""
    holder = window.holder.name if window.holder else "nobody"
    link = Link("See the window", "after_hours.show", {"window_id": window.id})
    return Conflict(
        f"Window {window.reference} {IN_WORDS[window.state].format(holder=holder)}.", links=(link,)
    )


def write_down(
    actor: Actor, action: str, window: Window, before: dict[str, Any] | None = None, **more: Any
) -> None:
    """The audit row of a change of a window."""
    record(actor, action, window, before=before, after=facts(window) | more, scope=window.scope)


def facts(window: Window) -> dict[str, Any]:
    """What the audit trail keeps of a window. Amounts are integer cents."""
    return {
        "state": window.state, "channel": window.channel, "starts_at": window.starts_at, "ends_at": window.ends_at,
        "holder": window.holder_id, "because": window.ended_because, "refund_cents": window.refund_cents,
    }  # fmt: skip

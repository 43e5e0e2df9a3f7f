"""Entries that staff write into their own calendar: who has one is taken, like by a session (HOW-5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import Range

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.bookings.commitments import lock_hosts, refuse_over_others
from portal.bookings.models_commitments import Commitment
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Forbidden, Invalid
from portal.staff_calendar.queries import entry_for, may_change

TITLE_MOST = 120
FURTHEST = timedelta(days=2 * 366)


@dataclass(frozen=True)
class Span:
    """From when until when, in UTC; the end is left out."""

    starts_at: datetime
    ends_at: datetime

    @property
    def during(self) -> Range[datetime]:
        """As the database keeps it."""
        return Range(self.starts_at, self.ends_at)


@use_case
def add_entry(actor: Actor, title: str, span: Span, *, form_key: str) -> Commitment:
    """Write an entry into one's own calendar; nothing can be booked with its host then (HOW-5).

    The same form sent twice writes once. Raises Invalid (`starts_on`, `ends_at`), StandsInTheWay over what
    takes the host already.
    """
    actor.require("availability:publish")
    _check(span)
    lock_hosts([actor.id])
    key = actor.own_key(form_key)
    if made := db.session.scalar(select(Commitment).where(Commitment.form_key == key)):
        return made
    refuse_over_others(actor.id, span.during, actor.time_zone)
    entry = Commitment(
        host_id=actor.id, during=span.during, kind="entry", title=title, entered_by_id=actor.id, form_key=key
    )
    db.session.add(entry)
    db.session.flush()
    record(actor, "calendar.entered", entry, after=_facts(title, span))
    return entry


@use_case
def change_entry(actor: Actor, entry_id: int, title: str, span: Span) -> Commitment:
    """Change an entry's words or time. Raises Forbidden for another's, and what `add_entry` raises."""
    entry = _held(actor, entry_id)
    _check(span)
    before = _facts(entry.title, Span(*_ends(entry)))
    _make_room(entry, span, actor.time_zone)
    entry.title, entry.during = title, span.during
    db.session.flush()
    record(actor, "calendar.changed", entry, before=before, after=_facts(title, span))
    return entry


@use_case
def remove_entry(actor: Actor, entry_id: int) -> None:
    """Take an entry out. Raises Forbidden for another's, Conflict when it is gone already."""
    entry = _held(actor, entry_id)
    if (
        db.session.scalar(delete(Commitment).where(Commitment.id == entry.id).returning(Commitment.id))
        is None
    ):
        raise Conflict("This entry has been removed already.")
    record(actor, "calendar.removed", entry, before=_facts(entry.title, Span(*_ends(entry))))


def _held(actor: Actor, entry_id: int) -> Commitment:
    actor.require("availability:publish")
    entry = entry_for(actor, entry_id)
    if not may_change(actor, entry):
        raise Forbidden("Only its owner or a manager changes an entry.", rule="HOW-5")
    lock_hosts([entry.host_id])
    return entry


def _make_room(entry: Commitment, span: Span, zone: str) -> None:
    """What stands in the way of an entry that changes is everything but itself."""
    refuse_over_others(entry.host_id, span.during, zone, but=entry.id)


def _check(span: Span) -> None:
    if span.ends_at <= span.starts_at:
        raise Invalid(ends_at="It must end after it starts, on the same day.")
    if span.ends_at <= now():
        raise Invalid(starts_on="Choose a time that is not over.")
    if span.starts_at > now() + FURTHEST:
        raise Invalid(starts_on="Choose a day within the next two years.")


def _ends(entry: Commitment) -> tuple[datetime, datetime]:
    assert entry.during.lower is not None
    assert entry.during.upper is not None
    return entry.during.lower, entry.during.upper


def _facts(title: str, span: Span) -> dict[str, object]:
    return {"title": title, "starts_at": span.starts_at, "ends_at": span.ends_at}

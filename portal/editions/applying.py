"""What an edition does by itself once it is in force: seats follow its bands (WHO-3, POL-1), people are told.

Everything is done in batches, each a transaction that writes down how far it has come: after a crash it goes
on from there, and what was done is not done again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, select

from portal.accounts.actor import SYSTEM, Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.editions.models import EditionCourse, PolicyEdition
from portal.editions.queries import edition_in_force, edition_numbered, editions
from portal.events.models import Event
from portal.events.queries import locked_event
from portal.mail.post import post
from portal.policy.contacts import ContactLimit, contact_limit
from portal.policy.edition import Edition
from portal.policy.hours import eastern_day
from portal.policy.terms import Licence
from portal.roster.queries import organisers_of, seat_counts
from portal.roster.seats import sync_seats

READ_AT_ONCE = 500
LOCKED_AT_ONCE = 25


@dataclass(frozen=True)
class Step:
    """From one edition to the next."""

    before: Edition
    after: Edition

    def moves(self, attendees: int, licence: Licence) -> bool:
        """Whether the step changes how many contacts such an event may have."""
        return self.limit(self.before, attendees, licence) != self.limit(self.after, attendees, licence)

    @staticmethod
    def limit(edition: Edition, attendees: int, licence: Licence) -> int:
        """Contacts that the licence includes under an edition (WHO-3)."""
        return contact_limit(attendees, licence, edition=edition).base


def apply_editions() -> int:
    """Let the seats of every event follow the editions that have come into force; how many editions were applied.

    Asked at the moment of each edition and every minute, so that a clock that jumps leaves nothing out.
    """
    applied = 0
    for number in _due():
        while _apply_batch(SYSTEM, number):
            pass
        applied += 1
    return applied


@use_case
def _apply_batch(actor: Actor, number: int) -> bool:
    course = db.session.scalars(
        select(EditionCourse).where(EditionCourse.number == number).with_for_update()
    ).one()
    if course.applied_at is not None:
        return False
    step = _step_to(number)
    read = _events_after(course.applied_through) if step.before.contacts != step.after.contacts else []
    moved = [event for event in read if step.moves(event.attendees, Licence(event.licence))][:LOCKED_AT_ONCE]
    for event in moved:
        _follow(actor, locked_event(actor, event.id), step, course)
    if not read:
        return _finish(actor, course)
    course.applied_through = moved[-1].id if len(moved) == LOCKED_AT_ONCE else read[-1].id
    return True


def _follow(actor: Actor, event: Event, step: Step, course: EditionCourse) -> None:
    """Bring one locked event's seats in line; nobody is removed, and its organisers are told when it goes over."""
    limit = sync_seats(event, edition_in_force())
    extra, used = limit.extra, seat_counts([event.id])[event.id].used
    before = contact_limit(event.attendees, event.licence_kind, extra_seats=extra, edition=step.before)
    record(
        actor, "event.limit_changed", event, scope=event.scope, before={"contact_limit": before.total},
        after={"contact_limit": limit.total, "edition": step.after.number},
    )  # fmt: skip
    over = used > limit.total and used <= before.total
    if over and course.tell_over_limit and event.ends_on >= eastern_day(now()):
        _tell_over_limit(event, step.after, before, limit, used)


def _tell_over_limit(
    event: Event, edition: Edition, before: ContactLimit, after: ContactLimit, used: int
) -> None:
    for organiser in organisers_of(event.organisation_id):
        post(
            organiser, "edition_over_limit", cause=f"edition-over-limit:{edition.number}:{event.id}",
            permission="event:read", scope=event.scope, event=event, edition=edition, before=before, after=after,
            used=used,
        )  # fmt: skip


def _finish(actor: Actor, course: EditionCourse) -> bool:
    course.applied_at = now()
    edition = db.session.get_one(PolicyEdition, course.number)
    record(actor, "edition.applied", edition, after={"through_event": course.applied_through})
    return False


def _due() -> Sequence[int]:
    coming = select(EditionCourse.number).join(PolicyEdition, PolicyEdition.number == EditionCourse.number)
    due = coming.where(
        EditionCourse.applied_at.is_(None), PolicyEdition.withdrawn_at.is_(None), PolicyEdition.in_force_from <= now()
    )  # fmt: skip
    return db.session.scalars(due.order_by(EditionCourse.number)).all()


def _step_to(number: int) -> Step:
    after = edition_numbered(number)
    assert after is not None
    return Step(next(each for each in editions() if each.number < number), after)


def _events_after(key: int) -> Sequence[Row[int, int, str]]:
    columns = select(Event.id, Event.attendees, Event.licence).where(Event.id > key)
    return db.session.execute(columns.order_by(Event.id).limit(READ_AT_ONCE)).all()

"""Reminding managers of requests that wait: at half time, and once they are late (WHO-6).

A sweep every five minutes looks at what waits, rather than a job laid down for each request at its time:
it also sees requests that were there before, survives a queue that was emptied and a clock that was set,
and asks the state of the moment. Each reminder is taken by a compare-and-set on the request itself, in the
transaction that writes the mail, so two workers send it once and a decided request sends none.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import InstrumentedAttribute

from portal.accounts.actor import Actor
from portal.clock import now
from portal.db import db, use_case
from portal.editions.queries import edition_at
from portal.policy.contacts import removal_half_time
from portal.roster.models import Removal
from portal.roster.queries import WHOLE
from portal.roster.removal_letters import remind


@use_case
def remind_managers(actor: Actor) -> int:
    """Write the reminders that are due now, each once; how many requests were reminded of.

    A request found late is told as late alone, also when its half time was slept through. For the portal
    itself; raises Forbidden for a person without `roster:decide`.
    """
    actor.require("roster:decide")
    waiting = select(Removal).where(Removal.state == "pending", Removal.late_told_at.is_(None))
    pending = db.session.scalars(waiting.options(*WHOLE).order_by(Removal.id)).all()
    return sum(_remind(removal, now()) for removal in pending)


def _remind(removal: Removal, at: datetime) -> bool:
    half_time = removal_half_time(removal.requested_at, removal.due_at, edition_at(removal.requested_at))
    if at > removal.due_at:
        template, told = "removal_late", Removal.late_told_at
    elif at >= half_time:
        template, told = "removal_half_time", Removal.half_time_told_at
    else:
        return False
    if not _taken(removal, told, at):
        return False
    remind(removal, template)
    return True


def _taken(removal: Removal, told: InstrumentedAttribute[datetime | None], at: datetime) -> bool:
    """Whether this transaction is the one that reminds: the request still waits and nobody has."""
    mine = update(Removal).where(Removal.id == removal.id, *untold(told)).values({told: at})
    return db.session.scalar(mine.returning(Removal.id)) is not None


def untold(told: InstrumentedAttribute[datetime | None]) -> tuple[ColumnElement[bool], ...]:
    """What makes one of several workers win, and none once the request is decided."""
    return Removal.state == "pending", told.is_(None)

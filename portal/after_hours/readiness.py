"""Staff state when they take windows after hours, and by which channels (AFT-1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from sqlalchemy import delete, select

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.after_hours.models import ReadyHours
from portal.after_hours.queries import ready_hours, taker_scope
from portal.audit.record import record
from portal.db import db, use_case
from portal.errors import Invalid, NotFound
from portal.policy.readiness import MIDNIGHT, DayKind
from portal.policy.terms import Channel
from portal.policy.wording import clock


@dataclass(frozen=True)
class Ready:
    """From when until when in US Eastern, 00:00 being the end of the day, and by which channels."""

    opens: time
    closes: time
    channels: tuple[Channel, ...]


@use_case
def state_hours(actor: Actor, taker_id: int, days: Mapping[DayKind, Ready]) -> None:
    """State when a member of staff takes windows; a kind of day that is left out is one on which they take none.

    Windows that are held stay held. Raises Invalid (`closes_<kind>`, `channels_<kind>`), NotFound, Forbidden.
    """
    actor.require("after_hours:hold")
    if taker_scope(actor, taker_id) is None:
        raise NotFound
    problems = dict(problem for kind, ready in days.items() for problem in _problems(kind, ready))
    if problems:
        raise Invalid(**problems)
    held = select(Person).where(Person.id == taker_id).with_for_update(key_share=True)
    person = db.session.scalars(held).one()
    before = {
        each.day_kind: _in_words(each.opens, each.closes, each.channels) for each in ready_hours(taker_id)
    }
    after = {kind.value: _in_words(day.opens, day.closes, day.channels) for kind, day in days.items()}
    if before == after:
        return
    db.session.execute(delete(ReadyHours).where(ReadyHours.person_id == taker_id))
    db.session.add_all(
        ReadyHours(
            person_id=taker_id, day_kind=kind, opens=day.opens, closes=day.closes, channels=sorted(day.channels)
        )
        for kind, day in days.items()
    )  # fmt: skip
    record(actor, "after_hours.hours_stated", person, before=before, after=after)


def _problems(kind: DayKind, ready: Ready) -> list[tuple[str, str]]:
    found = []
    if ready.closes <= ready.opens and ready.closes != MIDNIGHT:
        found.append((f"closes_{kind}", "The hours must end after they begin; 00:00 is the end of the day."))
    if not ready.channels:
        found.append((f"channels_{kind}", "Choose at least one channel."))
    return found


def _in_words(opens: time, closes: time, channels: list[str] | tuple[Channel, ...]) -> str:
    return f"{clock(opens)}-{clock(closes)}: {', '.join(sorted(channels))}"

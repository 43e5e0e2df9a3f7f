"""The policy's second edition, which holds now, a third that is to come, and a draft of the fourth (POL-1)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from portal.demo.frame import Frame, Someone, note
from portal.editions.models import EditionCourse, PolicyDraft, PolicyEdition
from portal.policy.edition import (
    AddedHoliday,
    Edition,
    HourlyRate,
    changes,
    edition_in_force,
    parts_of,
    to_json,
)
from portal.policy.instants import eastern
from portal.policy.parameters import ContactBand
from portal.policy.terms import RateTime

BEGAN, PUBLISHED_AHEAD, COMES, DRAFTED = (timedelta(days=days) for days in (100, 14, 30, 3))
# Few customers are enough to compare with, so that fair use shows with twelve events.
FEWEST_PEERS = 2


def write_editions(frame: Frame) -> None:
    """Write the editions after the first, and a draft; nothing where others have been published already."""
    if len(frame.editions) > 1:
        return
    author, other = frame.team.managers[0], frame.team.managers[-1]
    second = _publish(frame, _second(frame), author)
    third = _publish(frame, _third(frame, second), other)
    frame.editions = [third, second, *frame.editions]
    frame.edition = edition_in_force(frame.editions, frame.now)
    _draft(frame, third, author, other)


def _second(frame: Frame) -> Edition:
    first = frame.editions[0]
    return replace(
        first, number=2, in_force_from=eastern((frame.now - BEGAN).date()),
        summary="Usage is compared among fewer customers, and longer windows outside business hours can be ordered.",
        fair_use=replace(first.fair_use, least_peers=FEWEST_PEERS), prices=replace(first.prices, longest_minutes=7_200),
    )  # fmt: skip


def _third(frame: Frame, second: Edition) -> Edition:
    begins = (frame.now + COMES).date()
    closed = AddedHoliday(begins + timedelta(days=60), "Team day")
    return replace(
        second, number=3, in_force_from=eastern(begins), summary="Hours at the weekend cost more. Support is closed on its team day.",
        hours=replace(second.hours, added=(closed,)),
        prices=replace(second.prices, after_hours=tuple(map(_dearer_weekend, second.prices.after_hours))),
    )  # fmt: skip


def _dearer_weekend(rate: HourlyRate) -> HourlyRate:
    more = rate.cents_per_hour // 10 if rate.when is RateTime.WEEKEND else 0
    return replace(rate, cents_per_hour=rate.cents_per_hour + more)


def _publish(frame: Frame, edition: Edition, author: Someone) -> Edition:
    published = min(edition.in_force_from, frame.now) - PUBLISHED_AHEAD
    before = frame.editions[0] if edition.number == 2 else _second(frame)
    frame.rows.put(
        PolicyEdition, number=edition.number, in_force_from=edition.in_force_from, summary=edition.summary,
        parameters=to_json(edition), published_at=published,
    )  # fmt: skip
    is_applied = edition.in_force_from <= frame.now
    frame.rows.put(
        EditionCourse, number=edition.number, published_by_id=author.id,
        applied_at=edition.in_force_from if is_applied else None,
    )  # fmt: skip
    _draft_row(frame, author, author, published, state="published", edition=edition.number,
               based_on=before.number, parameters=parts_of(edition), summary=edition.summary,
               in_force_from=edition.in_force_from)  # fmt: skip
    told = {"in_force_from": edition.in_force_from.isoformat(), "changes": list(changes(before, edition))}
    note(frame, published, author, "edition.published", PolicyEdition, edition.number, before={"edition": before.number}, after=told)  # fmt: skip
    if is_applied:
        note(frame, edition.in_force_from, None, "edition.applied", PolicyEdition, edition.number, after={"through_event": 0})  # fmt: skip
    return edition


def _draft(frame: Frame, newest: Edition, author: Someone, other: Someone) -> None:
    bands = newest.contacts.bands
    tighter = tuple(ContactBand(band.up_to, band.basic, max(band.basic, band.premium - 1)) for band in bands)
    wanted = replace(
        newest, contacts=replace(newest.contacts, bands=tighter),
        prices=replace(newest.prices, extra_contact_cents=55_000),
    )  # fmt: skip
    _draft_row(
        frame, author, other, frame.now - DRAFTED, based_on=newest.number, parameters=parts_of(wanted),
        summary="A Premium licence includes one contact less; an additional one costs more.",
        in_force_from=eastern((frame.now + COMES + DRAFTED).date()),
    )  # fmt: skip


def _draft_row(frame: Frame, author: Someone, other: Someone, at: datetime, **values: Any) -> None:
    key = frame.rows.add(
        PolicyDraft, begun_by_id=author.id, begun_at=at - timedelta(days=2), changed_by_id=other.id, changed_at=at,
        **values,
    )  # fmt: skip
    begun = {"based_on": values["based_on"]}
    note(frame, at - timedelta(days=2), author, "policy_draft.begun", PolicyDraft, key, after=begun)

"""Reading the record of changes."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from portal.accounts.actor import Actor
from portal.accounts.models import Organisation, Person
from portal.audit.models import AuditEntry
from portal.audit.wording import people_in, worded
from portal.db import db
from portal.events.models import Event
from portal.paging import Page, page_of
from portal.policy.instants import eastern

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")
MOST_NAMED = 50
MOST_IN_A_FILE = 20_000
FILE_HEADER = (
    "Number", "When (UTC)", "Done by", "Person", "Action", "Kind", "Key", "Event", "Organisation", "Before", "After",
    "Policy edition", "Request",
)  # fmt: skip


@dataclass(frozen=True)
class Filter:
    """Which entries are wanted. `who`: a name or address; `person_id`: what they did and what was done to them.

    `since` and `until` are days, both included, as they were in US Eastern.
    """

    who: str = ""
    person_id: int | None = None
    action: str = ""
    event: str = ""
    since: date | None = None
    until: date | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """What an entry must meet."""
        if self.person_id is not None:
            yield _concerns(self.person_id)
        if self.who:
            yield AuditEntry.actor_id.in_(_named(self.who))
        if self.action:
            yield AuditEntry.action.startswith(self.action, autoescape=True)
        if self.since:
            yield AuditEntry.at >= eastern(self.since)
        if self.until:
            yield AuditEntry.at < eastern(self.until + timedelta(days=1))
        if self.event:
            yield AuditEntry.event_id.in_(
                select(Event.id).where(Event.name.icontains(self.event, autoescape=True)).limit(MOST_NAMED)
            )


@dataclass(frozen=True)
class Names:
    """The names of what a page of entries mentions, by key."""

    people: dict[int, str] = field(default_factory=dict)
    organisations: dict[int, str] = field(default_factory=dict)
    events: dict[int, str] = field(default_factory=dict)


NO_NAMES = Names()


@dataclass(frozen=True)
class Change:
    """One field of a changed thing; a value that was not there is None."""

    name: str
    before: Any
    after: Any


def entries(actor: Actor, wanted: Filter, cursor: str | None) -> Page[AuditEntry]:
    """The entries that meet a filter, newest first."""
    actor.require("audit:read")
    return page_of(select(AuditEntry).where(*wanted.conditions()), (AuditEntry.id,), cursor, descending=True)


def file_rows(actor: Actor, wanted: Filter) -> list[tuple[object, ...]]:
    """The newest entries that meet a filter as rows for FILE_HEADER, at most MOST_IN_A_FILE."""
    actor.require("audit:read")
    columns = (
        AuditEntry.id, AuditEntry.at, AuditEntry.actor_name, AuditEntry.actor_id, AuditEntry.action,
        AuditEntry.subject_type, AuditEntry.subject_id, AuditEntry.event_id, AuditEntry.organisation_id,
        AuditEntry.before, AuditEntry.after, AuditEntry.policy_edition, AuditEntry.request_id,
    )  # fmt: skip
    found = select(*columns).where(*wanted.conditions()).order_by(AuditEntry.id.desc()).limit(MOST_IN_A_FILE)
    return [tuple(_in_file(value) for value in row) for row in db.session.execute(found)]


def names_in(found: Sequence[AuditEntry]) -> Names:
    """The names of the people, organisations and events that entries mention."""
    people = {entry.subject_id for entry in found if entry.subject_type == "person"}
    people |= {key for entry in found for key in people_in(entry)}
    organisations = {entry.organisation_id for entry in found if entry.organisation_id}
    organisations |= {entry.subject_id for entry in found if entry.subject_type == "organisation"}
    events = {entry.event_id for entry in found if entry.event_id}
    events |= {entry.subject_id for entry in found if entry.subject_type == "event"}
    return Names(_names(Person, people), _names(Organisation, organisations), _names(Event, events))


def changes(entry: AuditEntry, names: Names = NO_NAMES) -> list[Change]:
    """What changed, field by field, in words; moments as moments, people by their names."""
    before, after = entry.before or {}, entry.after or {}

    def said(name: str, values: dict[str, Any]) -> Any:
        return _readable(worded(entry, name, values.get(name), names.people))

    return [
        Change(_words(name), said(name, before), said(name, after))
        for name in dict.fromkeys([*before, *after])
    ]


def person_name(person_id: int) -> str | None:
    """The name of a person a filter is about."""
    return db.session.scalar(select(Person.name).where(Person.id == person_id))


def _concerns(person_id: int) -> ColumnElement[bool]:
    done_to = and_(AuditEntry.subject_type == "person", AuditEntry.subject_id == person_id)
    return or_(AuditEntry.actor_id == person_id, done_to)


def _named(words: str) -> Any:
    matches = or_(
        Person.name.icontains(words, autoescape=True), Person.email.icontains(words, autoescape=True)
    )
    return select(Person.id).where(matches).limit(MOST_NAMED)


def _names(kind: type[Person] | type[Organisation] | type[Event], keys: set[int]) -> dict[int, str]:
    if not keys:
        return {}
    found = db.session.execute(select(kind.id, kind.name).where(kind.id.in_(keys)))
    return {key: name for key, name in found}  # noqa: C416 - rows are not pairs to mypy


def _in_file(value: Any) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _readable(value: Any) -> Any:
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return datetime.fromisoformat(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{_words(name)} {_readable(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(str(_readable(part)) for part in value)
    return value

"""Creating and changing events. Their seats follow in the same transaction (WHO-3, WHO-4)."""

import re
import unicodedata
from typing import Any

from sqlalchemy import func, select

from portal.accounts.actor import Actor, Scope
from portal.accounts.models import Organisation
from portal.audit.record import record
from portal.db import db, use_case
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Invalid
from portal.events.details import EventDetails, check
from portal.events.limit_change import LimitChange, NotAgreed
from portal.events.models import Event
from portal.events.queries import locked_event
from portal.mail.post import post
from portal.roster.queries import contacts_of, organisers_of
from portal.roster.seats import sync_seats

LONGEST_SLUG = 60


@use_case
def create_event(actor: Actor, organisation_id: int, details: EventDetails, *, form_key: str) -> Event:
    """Create an event of an organisation, with the seats of its limit; sent twice, it is created once.

    Raises Invalid for details that cannot be so.
    """
    actor.require("event:write", Scope(organisation_id=organisation_id))
    key = actor.own_key(form_key)
    earlier = db.session.scalar(select(Event).where(Event.form_key == key))
    if earlier is not None:
        return earlier
    edition = edition_in_force()
    check(details, edition)
    if db.session.get(Organisation, organisation_id) is None:
        raise Invalid(organisation_id="Choose an organisation from the list.")
    event = Event(organisation_id=organisation_id, slug=_slug(details), form_key=key, **details.values())
    db.session.add(event)
    limit = sync_seats(event, edition)
    after = {**details.values(), "contact_limit": limit.total}
    record(actor, "event.created", event, after=after, scope=event.scope)
    return event


@use_case
def change_event(
    actor: Actor, event_id: int, details: EventDetails, *, version: int, agreed: str | None = None
) -> Event:
    """Change an event that is still as it was when the form was opened (`version`); its seats follow.

    Nobody is removed when the limit falls (WHO-3); the organisers are told when that puts the event over it.
    `agreed` is the mark of the change of limit that was agreed to; with None nobody is asked. Raises
    NotAgreed with the change when it lowers the limit and another mark, or none, was agreed to; Invalid for
    details that cannot be so, Conflict when somebody changed the event meanwhile, NotFound when the actor
    may not know of it.
    """
    event = locked_event(actor, event_id)
    actor.require("event:write", event.scope)
    if event.version != version:
        raise Conflict("Somebody changed this event while you were at it. Nothing of yours is saved yet.")
    edition = edition_in_force()
    check(details, edition)
    before = differences(event, details)
    if not before:
        return event
    earlier_limit = sync_seats(event, edition)
    for field in before:
        setattr(event, field, details.values()[field])
    limit = sync_seats(event, edition)
    change = LimitChange(earlier_limit, limit, len(contacts_of(event.id)))
    if agreed is not None and change.needs_consent and change.mark != agreed:
        raise NotAgreed(change)
    after = {field: details.values()[field] for field in before}
    record(
        actor, "event.changed", event, scope=event.scope,
        before={**before, "contact_limit": earlier_limit.total}, after={**after, "contact_limit": limit.total},
    )  # fmt: skip
    if change.goes_over:
        _tell_organisers(event, change)
    return event


def _tell_organisers(event: Event, change: LimitChange) -> None:
    for organiser in organisers_of(event.organisation_id):
        post(
            organiser, "event_over_limit", cause=f"event-over-limit:{event.id}:{event.version}",
            permission="event:read", scope=event.scope, event=event, change=change,
        )  # fmt: skip


def differences(event: Event, details: EventDetails) -> dict[str, Any]:
    """The fields in which an event differs from `details`, with the event's own values."""
    return {
        field: getattr(event, field)
        for field, value in details.values().items()
        if getattr(event, field) != value
    }


def _slug(details: EventDetails) -> str:
    """An address for the event's public page that no other event has."""
    plain = unicodedata.normalize("NFKD", details.name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-") or "event"
    # One at a time for each name: what is free now stays free until this transaction closes.
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(words, 0))))
    taken = set(db.session.scalars(select(Event.slug).where(Event.slug.startswith(words, autoescape=True))))
    numbered = (f"{words}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (words, *numbered) if slug not in taken)

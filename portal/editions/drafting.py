"""Writing a draft of the policy's next edition (POL-1). Several people may write on one."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.editions.drafts import beside_editions, heading_of, locked_draft, mark
from portal.editions.models import PolicyDraft
from portal.editions.queries import editions
from portal.errors import Conflict, Invalid
from portal.policy.edition import carried_over, changes, parts_of, with_parts

STATES = {"published": "published", "discarded": "discarded"}


@use_case
def begin_draft(actor: Actor, *, form_key: str) -> PolicyDraft:
    """Begin a draft with the parameters of the newest edition; sent twice, one is begun."""
    actor.require("policy:publish")
    key = actor.own_key(form_key)
    earlier = db.session.scalar(select(PolicyDraft).where(PolicyDraft.form_key == key))
    if earlier is not None:
        return earlier
    newest = editions()[0]
    draft = PolicyDraft(
        based_on=newest.number, parameters=parts_of(newest), begun_by_id=actor.id, changed_by_id=actor.id, form_key=key
    )  # fmt: skip
    db.session.add(draft)
    db.session.flush()
    record(actor, "policy_draft.begun", draft, after={"based_on": newest.number})
    return draft


@use_case
def save_part(
    actor: Actor, draft_id: int, part: str, values: dict[str, Any], *, seen: str
) -> tuple[str, ...]:
    """Put `values` in place of one part of a draft, and tell in words what that changed.

    `seen` is the mark of the part that the form showed. Raises Conflict when the part was changed since or the
    draft is closed, EditionError with every problem when the values cannot stand, KeyError for an unknown part.
    """
    draft = _open_draft(actor, draft_id)
    _check_seen(draft, mark(draft.parameters[part]), seen)
    beside = beside_editions(draft)
    before = beside.edition
    after = with_parts(before, {part: values})
    sentences = changes(before, after)
    if sentences:
        draft.parameters = {**draft.parameters, part: parts_of(after)[part]}
        _changed(actor, draft, {"part": part, "changes": list(sentences)})
    return sentences


@use_case
def save_heading(
    actor: Actor,
    draft_id: int,
    *,
    summary: str,
    in_force_from: datetime | None,
    tell_all: bool,
    tell_over_limit: bool,
    seen: str,
) -> None:
    """Keep a draft's summary, when it comes into force (None: once published), and whom to tell by mail.

    Raises Conflict as `save_part`, Invalid for a moment that is past or not after the newest edition's.
    """
    draft = _open_draft(actor, draft_id)
    before = heading_of(draft)
    _check_seen(draft, mark(before), seen)
    check_begin(in_force_from, editions()[0].in_force_from)
    draft.summary, draft.in_force_from = summary, in_force_from
    draft.tell_all, draft.tell_over_limit = tell_all, tell_over_limit
    after = heading_of(draft)
    if after != before:
        _changed(actor, draft, after, before=before)


@use_case
def carry_over(actor: Actor, draft_id: int) -> None:
    """Carry a draft over to the newest edition: what it changed stays, all else is as the edition has it."""
    draft = _open_draft(actor, draft_id)
    beside = beside_editions(draft)
    if beside.is_behind:
        draft.parameters = carried_over(draft.parameters, beside.begun_from, beside.newest)
        before, draft.based_on = draft.based_on, beside.newest.number
        _changed(actor, draft, {"based_on": draft.based_on}, before={"based_on": before})


@use_case
def discard_draft(actor: Actor, draft_id: int) -> None:
    """Close a draft without publishing it. Raises Conflict when it is closed already."""
    draft = _open_draft(actor, draft_id)
    draft.state = "discarded"
    _changed(actor, draft, {"state": "discarded"}, before={"state": "open"}, action="policy_draft.discarded")


def check_begin(begins: datetime | None, newest_begins: datetime) -> None:
    """Raise Invalid unless an edition may begin then: in time to come, after every edition there is."""
    if begins is not None and begins <= now():
        raise Invalid(day="Choose a day and time to come, or have it hold as soon as it is published.")
    if (begins or now()) <= newest_begins:
        raise Invalid(
            day="Choose a time after the newest edition begins. To have this one hold earlier, withdraw that one first."
        )


def _open_draft(actor: Actor, draft_id: int) -> PolicyDraft:
    draft = locked_draft(actor, draft_id)
    if draft.state != "open":
        raise Conflict(f"This draft was {STATES[draft.state]} meanwhile.")
    return draft


def _check_seen(draft: PolicyDraft, current: str, seen: str) -> None:
    if current != seen:
        raise Conflict(
            f"{draft.changed_by.name} saved this while you were at it. Nothing of yours is saved yet."
        )


def _changed(
    actor: Actor, draft: PolicyDraft, after: dict[str, Any], *, before: dict[str, Any] | None = None,
    action: str = "policy_draft.changed",
) -> None:  # fmt: skip
    draft.changed_by_id, draft.changed_at = actor.id, now()
    db.session.flush()
    record(actor, action, draft, before=before, after=after)

"""Publishing an edition of the policy, and withdrawing one that is not in force yet (POL-1)."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select, text, update

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.editions.drafting import check_begin
from portal.editions.drafts import Draft, beside_editions, locked_draft
from portal.editions.models import EditionCourse, PolicyDraft, PolicyEdition
from portal.editions.queries import editions
from portal.errors import Conflict, Invalid, NotFound
from portal.jobs.queue import enqueue
from portal.policy.edition import Edition, changes, to_json

# One publisher at a time: the next number and what is compared with come from the newest edition.
PUBLISHING_LOCK = 7_203_921
# What is decided under an edition must find it standing: none is withdrawn in its last minute before.
LAST_MINUTE = timedelta(minutes=1)


@use_case
def publish_draft(actor: Actor, draft_id: int, *, version: int) -> Edition:
    """Publish a draft as it was read in `version`: it gets its number, and is final from now on.

    Raises Conflict when the draft was changed, published or discarded since, or when another edition was
    published or withdrawn; Invalid when it lacks a summary, changes nothing, or its time is past.
    """
    actor.require("policy:publish")
    one_at_a_time()
    row = locked_draft(actor, draft_id)
    if row.state != "open" or row.version != version:
        raise Conflict(
            "This draft was changed or closed since you read it. Look at it again before you publish."
        )
    draft = beside_editions(row)
    edition = _next_edition(draft)
    _add(actor, draft.newest, edition, row)
    _close(actor, row, version, edition.number)
    return edition


@use_case
def withdraw_edition(actor: Actor, number: int, *, reason: str) -> None:
    """Withdraw an edition before it is in force: it never will be. Whoever was told of it is told of that.

    Raises NotFound for an unknown number, Conflict for an edition that is in force or within a minute of it, was
    withdrawn already, or that a newer one builds on.
    """
    actor.require("policy:publish")
    one_at_a_time()
    found = db.session.get(PolicyEdition, number, populate_existing=True)
    if found is None:
        raise NotFound("No edition of the support policy has this number.")
    if editions()[0].number > number and found.withdrawn_at is None:
        raise Conflict("A newer edition builds on this one: only the newest can be withdrawn.")
    coming = (PolicyEdition.number == number) & (PolicyEdition.in_force_from > now() + LAST_MINUTE)
    taken = (
        update(PolicyEdition).where(coming, PolicyEdition.withdrawn_at.is_(None)).values(withdrawn_at=now())
    )
    if db.session.scalar(taken.returning(PolicyEdition.number)) is None:
        raise Conflict("Only an edition that is still to come can be withdrawn, and only once.")
    course = db.session.get(EditionCourse, number)
    if course is not None:
        course.withdrawn_by_id, course.withdrawal_reason = actor.id, reason
        enqueue("tell_of_withdrawal", number=number)
    record(actor, "edition.withdrawn", found, after={"reason": reason})


def one_at_a_time() -> None:
    """Keep every other publisher out until the transaction closes."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": PUBLISHING_LOCK})


def _next_edition(draft: Draft) -> Edition:
    if draft.is_behind:
        raise Conflict(
            "Another edition was published or withdrawn since this draft was begun. Carry it over first."
        )
    if not draft.row.summary.strip():
        raise Invalid(summary="Say in a sentence what changes: it stands on the policy page.")
    if not draft.sentences:
        raise Invalid(summary="This draft changes nothing. Change at least one parameter.")
    check_begin(draft.row.in_force_from, draft.newest.in_force_from)
    return replace(
        draft.edition, number=_next_number(), in_force_from=draft.begins, summary=draft.row.summary
    )


def _next_number() -> int:
    # Those withdrawn keep theirs: a number never means two editions.
    return (db.session.scalar(select(func.max(PolicyEdition.number))) or 0) + 1


def _add(actor: Actor, before: Edition, edition: Edition, draft: PolicyDraft) -> None:
    published = PolicyEdition(
        number=edition.number, in_force_from=edition.in_force_from, summary=edition.summary,
        parameters=to_json(edition),
    )  # fmt: skip
    db.session.add(published)
    db.session.flush()
    told = {"tell_all": draft.tell_all, "tell_over_limit": draft.tell_over_limit}
    db.session.add(EditionCourse(number=edition.number, published_by_id=actor.id, **told))
    record(
        actor, "edition.published", published, before={"edition": before.number},
        after={"in_force_from": edition.in_force_from, "changes": list(changes(before, edition)), **told},
    )  # fmt: skip
    enqueue("apply_editions", run_at=edition.in_force_from)
    if draft.tell_all:
        enqueue("announce_edition", number=edition.number)


def _close(actor: Actor, row: PolicyDraft, version: int, number: int) -> None:
    here = (PolicyDraft.id == row.id) & (PolicyDraft.state == "open") & (PolicyDraft.version == version)
    closed = {"state": "published", "edition": number, "changed_by_id": actor.id, "changed_at": now()}
    closing = update(PolicyDraft).where(here).values(version=version + 1, **closed)
    if db.session.scalar(closing.returning(PolicyDraft.id)) is None:
        raise Conflict("Somebody else published this draft in the same moment.")

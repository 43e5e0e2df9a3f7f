"""Reading drafts of the policy's next edition. Only who may publish knows of them."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.clock import now
from portal.db import db
from portal.editions.models import PolicyDraft
from portal.editions.queries import Publication, publications
from portal.errors import NotFound
from portal.policy.edition import (
    PARTS,
    Edition,
    EditionError,
    Problem,
    changes,
    part_changes,
    parts_of,
    with_parts,
)


@dataclass(frozen=True)
class Draft:
    """A draft beside the editions: the newest one, which it is to follow, and the one it was begun from."""

    row: PolicyDraft
    newest: Edition
    begun_from: Edition

    @property
    def edition(self) -> Edition:
        """The edition as it would stand, under the number that the next one gets."""
        return with_parts(self.newest, self.row.parameters)

    @property
    def is_behind(self) -> bool:
        """Whether another edition was published, or withdrawn, since it was begun or last carried over."""
        return self.newest.number != self.begun_from.number

    @property
    def sentences(self) -> tuple[str, ...]:
        """What it changes against the newest edition, in words."""
        return changes(self.newest, self.edition)

    @property
    def sections(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """Each part's name and title, with what the draft changes in it."""
        edition = self.edition
        return [(part, title, part_changes(part, self.newest, edition)) for part, title in PARTS.items()]

    def stored(self, part: str) -> dict[str, Any]:
        """A part in its stored form; parameters that are newer than the draft included."""
        return parts_of(self.edition)[part]

    def changes_in(self, part: str) -> tuple[str, ...]:
        """What the draft changes in one part, in words."""
        return part_changes(part, self.newest, self.edition)

    def problems(self, part: str, values: dict[str, Any]) -> tuple[Problem, ...]:
        """What is wrong with values in place of a part; nothing when they can stand."""
        try:
            with_parts(self.edition, {part: values})
        except EditionError as error:
            return error.problems
        return ()

    @property
    def begins(self) -> datetime:
        """When it comes into force; this moment for one that holds as soon as it is published."""
        return self.row.in_force_from or now()


def open_drafts(actor: Actor) -> list[PolicyDraft]:
    """The drafts that are being written, the last changed first."""
    writing = _drafts(actor).where(PolicyDraft.state == "open")
    return list(db.session.scalars(writing.order_by(PolicyDraft.changed_at.desc(), PolicyDraft.id)))


def draft_for(actor: Actor, draft_id: int) -> Draft:
    """A draft with its people and the editions around it. Raises NotFound when the actor may not know of it."""
    return beside_editions(_found(db.session.scalar(_drafts(actor).where(PolicyDraft.id == draft_id))))


def locked_draft(actor: Actor, draft_id: int) -> PolicyDraft:
    """A draft as it is now, held until the transaction closes. Raises NotFound as `draft_for` does."""
    actor.require("policy:publish")
    held = select(PolicyDraft).where(PolicyDraft.id == draft_id).with_for_update(key_share=True)
    return _found(db.session.scalar(held.execution_options(populate_existing=True)))


def draft_scope(actor: Actor, draft_id: int) -> Scope | None:
    """A draft belongs to nobody's event; None for whoever may not know of it."""
    if not actor.may("policy:publish"):
        return None
    return NOWHERE if db.session.scalar(select(PolicyDraft.id).where(PolicyDraft.id == draft_id)) else None


def beside_editions(row: PolicyDraft) -> Draft:
    """A draft beside the editions that there are now."""
    known = publications()
    return Draft(row, newest_of(known), next(p.edition for p in known if p.edition.number == row.based_on))


def newest_of(known: list[Publication]) -> Edition:
    """The newest edition that was not withdrawn."""
    return next(each.edition for each in known if each.withdrawn_at is None)


def mark(values: Any) -> str:
    """A short mark of stored values, by which a form knows whether they are still what it showed."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


def heading_of(row: PolicyDraft) -> dict[str, Any]:
    """What a draft says of itself besides its parameters, as stored values."""
    begins = row.in_force_from.isoformat() if row.in_force_from else None
    told = {"tell_all": row.tell_all, "tell_over_limit": row.tell_over_limit}
    return {"summary": row.summary, "in_force_from": begins, **told}


def _drafts(actor: Actor) -> Select[PolicyDraft]:
    actor.require("policy:publish")
    return select(PolicyDraft).options(joinedload(PolicyDraft.begun_by), joinedload(PolicyDraft.changed_by))


def _found(row: PolicyDraft | None) -> PolicyDraft:
    if row is None:
        raise NotFound
    return row

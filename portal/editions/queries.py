"""Reading the policy's editions. What was withdrawn before it came into force counts as none."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Select, Text, cast, select

from portal.clock import now
from portal.db import db
from portal.editions.models import PolicyEdition
from portal.policy.edition import Edition, from_json


@dataclass(frozen=True)
class Publication:
    """An edition with what became of it: when it was published, and when it was withdrawn, if it was."""

    edition: Edition
    published_at: datetime
    withdrawn_at: datetime | None


def edition_in_force() -> Edition:
    """The edition in force now (POL-1). Raises LookupError where none has been published."""
    newest = _standing().where(PolicyEdition.in_force_from <= now())
    found = db.session.scalar(newest.order_by(PolicyEdition.in_force_from.desc()).limit(1))
    if found is None:
        raise LookupError("no policy edition is in force: run `portal migrate`")
    return _edition(found)


def editions() -> list[Edition]:
    """Every edition that is, was or will be in force, newest first: each begins after the one before it."""
    newest_first = _standing().order_by(PolicyEdition.number.desc())
    return [_edition(stored) for stored in db.session.scalars(newest_first)]


def edition_at(moment: datetime) -> Edition:
    """The edition that held at a moment (POL-1); the first one for a moment before any held."""
    known = editions()
    return next((edition for edition in known if edition.in_force_from <= moment), known[-1])


def publications() -> list[Publication]:
    """Every edition that was ever published, newest first, those withdrawn included."""
    columns = cast(PolicyEdition.parameters, Text), PolicyEdition.published_at, PolicyEdition.withdrawn_at
    rows = db.session.execute(select(*columns).order_by(PolicyEdition.number.desc()))
    return [Publication(_edition(stored), published, withdrawn) for stored, published, withdrawn in rows]


def edition_numbered(number: int) -> Edition | None:
    """The edition a decision was made under, or a draft begins from, by its number."""
    found = db.session.scalar(_stored().where(PolicyEdition.number == number))
    return _edition(found) if found else None


def _standing() -> Select[str]:
    return _stored().where(PolicyEdition.withdrawn_at.is_(None))


def _stored() -> Select[str]:
    return select(cast(PolicyEdition.parameters, Text))


@lru_cache(maxsize=64)
def _edition(stored: str) -> Edition:
    # Nearly every page asks for the edition, and reading one with all its checks takes 2 ms.
    return from_json(json.loads(stored))

"""Reading the policy's editions."""

import json
from functools import lru_cache

from sqlalchemy import Select, Text, cast, select

from portal.clock import now
from portal.db import db
from portal.editions.models import PolicyEdition
from portal.policy.edition import Edition, from_json


def edition_in_force() -> Edition:
    """The edition in force now (POL-1). Raises LookupError where none has been published."""
    newest = _stored().where(PolicyEdition.in_force_from <= now())
    found = db.session.scalar(newest.order_by(PolicyEdition.in_force_from.desc()).limit(1))
    if found is None:
        raise LookupError("no policy edition is in force: run `portal migrate`")
    return _edition(found)


def editions() -> list[Edition]:
    """Every edition, newest first."""
    newest_first = _stored().order_by(PolicyEdition.number.desc())
    return [_edition(stored) for stored in db.session.scalars(newest_first)]


def edition_numbered(number: int) -> Edition | None:
    """The edition a decision was made under, by its number."""
    found = db.session.scalar(_stored().where(PolicyEdition.number == number))
    return _edition(found) if found else None


def _stored() -> Select[str]:
    return select(cast(PolicyEdition.parameters, Text))


@lru_cache(maxsize=64)
def _edition(stored: str) -> Edition:
    # Nearly every page asks for the edition, and reading one with all its checks takes 2 ms.
    return from_json(json.loads(stored))

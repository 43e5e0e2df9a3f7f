"""Reading the policy's editions."""

from sqlalchemy import select

from portal.clock import now
from portal.db import db
from portal.editions.models import PolicyEdition
from portal.policy.edition import Edition, from_json


def edition_in_force() -> Edition:
    """The edition in force now (POL-1). Raises LookupError where none has been published."""
    newest = select(PolicyEdition).where(PolicyEdition.in_force_from <= now())
    found = db.session.scalar(newest.order_by(PolicyEdition.in_force_from.desc()).limit(1))
    if found is None:
        raise LookupError("no policy edition is in force: run `portal migrate`")
    return from_json(found.parameters)


def editions() -> list[Edition]:
    """Every edition, newest first."""
    newest_first = select(PolicyEdition).order_by(PolicyEdition.number.desc())
    return [from_json(row.parameters) for row in db.session.scalars(newest_first)]


def edition_numbered(number: int) -> Edition | None:
    """The edition a decision was made under, by its number."""
    found = db.session.get(PolicyEdition, number)
    return from_json(found.parameters) if found else None

"""Granting and ending roles. These take part in the caller's transaction."""

from sqlalchemy import update

from portal.accounts.actor import Actor
from portal.accounts.models import Grant
from portal.accounts.permissions import Role
from portal.clock import now
from portal.db import db


def grant_role(
    actor: Actor,
    person_id: int,
    role: Role,
    *,
    organisation_id: int | None = None,
    event_id: int | None = None,
) -> Grant:
    """Give a role from now on. Raises IntegrityError when the person already holds it."""
    grant = Grant(
        person_id=person_id,
        role=role,
        organisation_id=organisation_id,
        event_id=event_id,
        granted_by_id=actor.person_id,
    )
    db.session.add(grant)
    db.session.flush()
    return grant


def end_grant(grant_id: int) -> bool:
    """End a role now; False when it had ended already. The next request of that person is decided without it."""
    ended = db.session.execute(
        update(Grant)
        .where(Grant.id == grant_id, Grant.ended_at.is_(None))
        .values(ended_at=now())
        .returning(Grant.id)
    )
    return ended.first() is not None

"""Granting and ending roles. These take part in the caller's transaction."""

from sqlalchemy import update

from portal.accounts.actor import Actor, Scope
from portal.accounts.models import Grant, Person
from portal.accounts.permissions import Role
from portal.audit.record import record
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


def record_grant(actor: Actor, action: str, grant: Grant, holder: Person) -> None:
    """The audit row of a role of `holder`: `role.granted` or `role.ended`."""
    scope = Scope(event_id=grant.event_id, organisation_id=grant.organisation_id)
    said = {"person": holder.email, "person_id": holder.id, "role": grant.role}
    ended = action == "role.ended"
    record(actor, action, grant, before=said if ended else None, after=None if ended else said, scope=scope)

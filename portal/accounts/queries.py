"""Reading people and what they may do."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, select

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.accounts.models import Grant, Person, Session
from portal.accounts.permissions import STAFF, Role
from portal.accounts.tokens import digest
from portal.clock import now
from portal.db import db
from portal.errors import Forbidden


def signed_in(token: str) -> tuple[Actor, Session] | None:
    """The actor behind a session token, and the session; None when it ended, expired or is unknown."""
    rows = db.session.execute(
        _with_grants(select(Session, Person, Grant).join(Person, Person.id == Session.person_id)).where(
            Session.token_hash == digest(token), Session.ended_at.is_(None), Session.expires_at > now()
        )
    ).all()
    if not rows:
        return None
    return _actor(rows[0][1], (row[2] for row in rows)), rows[0][0]


def actor_for(person_id: int) -> Actor | None:
    """The actor for a person as their grants stand now; None when unknown or disabled."""
    rows = db.session.execute(_with_grants(select(Person, Grant)).where(Person.id == person_id)).all()
    return _actor(rows[0][0], (row[1] for row in rows)) if rows else None


def renewed(actor: object) -> object:
    """`actor` with the grants of this transaction, held against being ended until it closes.

    Raises Forbidden when the person has been disabled meanwhile. Visitors and jobs stay as they are.
    """
    if not isinstance(actor, Actor) or actor.person_id is None:
        return actor
    db.session.execute(
        select(Grant.id)
        .where(Grant.person_id == actor.person_id, Grant.ended_at.is_(None))
        .with_for_update(read=True)
    )
    fresh = actor_for(actor.person_id)
    if fresh is None:
        raise Forbidden("This account has been closed.")
    return fresh


def person_with_email(email: str) -> Person | None:
    """The person registered under a normalised address."""
    return db.session.scalar(select(Person).where(Person.email == email))


def person_of(actor: Actor) -> Person:
    """The actor's own details."""
    return db.session.scalars(select(Person).where(Person.id == actor.id)).one()


def open_sessions(actor: Actor) -> list[Session]:
    """Where the actor is signed in, last used first."""
    own = select(Session).where(
        Session.person_id == actor.id, Session.ended_at.is_(None), Session.expires_at > now()
    )
    return list(db.session.scalars(own.order_by(Session.last_write_at.desc(), Session.id.desc())))


def own_session_scope(actor: Actor, session_id: int) -> Scope | None:
    """A session belongs to whoever signed in; nobody else may know of it."""
    own = select(Session.id).where(Session.id == session_id, Session.person_id == actor.person_id)
    return NOWHERE if db.session.scalar(own) else None


def staff_with(role: Role) -> list[Person]:
    """Everyone who holds a staff role now, by name."""
    holders = select(Grant.person_id).where(Grant.role == role, Grant.ended_at.is_(None))
    found = select(Person).where(Person.id.in_(holders), Person.disabled_at.is_(None)).order_by(Person.name)
    return list(db.session.scalars(found))


def _with_grants(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    held = (Grant.person_id == Person.id) & Grant.ended_at.is_(None)
    return statement.outerjoin(Grant, held).where(Person.disabled_at.is_(None))


def _actor(person: Person, grants: Iterable[Grant | None]) -> Actor:
    held = [grant for grant in grants if grant is not None]
    return Actor(
        person_id=person.id,
        name=person.name,
        email=person.email,
        time_zone=person.time_zone,
        shortcuts=person.shortcuts,
        staff_roles=frozenset(Role(grant.role) for grant in held if grant.role in STAFF),
        organisation_ids=frozenset(g.organisation_id for g in held if g.organisation_id is not None),
        contact_event_ids=frozenset(g.event_id for g in held if g.event_id is not None),
    )

"""Who holds which role where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased, contains_eager

from portal.accounts.models import Grant, Organisation, Person
from portal.accounts.permissions import Role
from portal.db import db
from portal.events.models import Event

ROLE_NAMES = {
    Role.ORGANISER: "Organiser",
    Role.CONTACT: "Technical Contact",
    Role.AGENT: "Agent",
    Role.MODERATOR: "Moderator",
    Role.MANAGER: "Manager",
    Role.ADMIN: "Administrator",
}


@dataclass(frozen=True)
class HeldRole:
    """A role with the place it holds in, named; `ended_at` is None while it holds."""

    grant_id: int
    role: Role
    where: str
    organisation_id: int | None
    event_id: int | None
    granted_at: datetime
    granted_by: str | None
    ended_at: datetime | None

    @property
    def name(self) -> str:
        """The role as people say it."""
        return ROLE_NAMES[self.role]


def roles_of(person_id: int, *, ended: bool = False) -> list[HeldRole]:
    """The roles a person holds now, or with `ended` those they held before; newest first."""
    giver = aliased(Person)
    found = (
        select(Grant, Organisation.name, Event.name, giver.name)
        .outerjoin(Organisation, Organisation.id == Grant.organisation_id)
        .outerjoin(Event, Event.id == Grant.event_id)
        .outerjoin(giver, giver.id == Grant.granted_by_id)
        .where(
            Grant.person_id == person_id, Grant.ended_at.is_not(None) if ended else Grant.ended_at.is_(None)
        )
        .order_by(Grant.granted_at.desc(), Grant.id.desc())
    )
    return [
        HeldRole(
            grant_id=grant.id,
            role=Role(grant.role),
            where=organisation or event or "Everywhere",
            organisation_id=grant.organisation_id,
            event_id=grant.event_id,
            granted_at=grant.granted_at,
            granted_by=by,
            ended_at=grant.ended_at,
        )
        for grant, organisation, event, by in db.session.execute(found)
    ]


def role_names(person_ids: Sequence[int]) -> dict[int, list[str]]:
    """For each of these people the names of the roles they hold now, each once."""
    held = (
        select(Grant.person_id, Grant.role)
        .where(Grant.person_id.in_(person_ids), Grant.ended_at.is_(None))
        .distinct()
    )
    names: dict[int, list[str]] = {person_id: [] for person_id in person_ids}
    for person_id, role in db.session.execute(held.order_by(Grant.role)):
        names[person_id].append(ROLE_NAMES[Role(role)])
    return names


def organisers_of(organisation_id: int) -> list[Grant]:
    """Who organises the events of an organisation now, by name; each grant with its person."""
    held = select(Grant).where(Grant.organisation_id == organisation_id, Grant.ended_at.is_(None))
    named = held.join(Grant.person).options(contains_eager(Grant.person)).order_by(Person.name, Person.id)
    return list(db.session.scalars(named))

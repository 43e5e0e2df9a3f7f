"""Rotas to test with: agents who take some topics, and days on which they are away."""

from datetime import date, time

from sqlalchemy.dialects.postgresql import Range

from portal.accounts.models import Person
from portal.accounts.permissions import Role
from portal.db import db
from portal.duty.models import Absence, DutyHours, Skill
from portal.policy.instants import eastern
from tests.people import grant, person


def agent(
    name: str, *, takes: tuple[str, ...] = (), hours: dict[int, tuple[int, int]] | None = None
) -> Person:
    """An agent; `hours` are full hours by weekday, in Eastern."""
    made = person(name)
    grant(made, Role.AGENT)
    give_rota(made, takes=takes, hours=hours)
    return made


def give_rota(
    who: Person, *, takes: tuple[str, ...] = (), hours: dict[int, tuple[int, int]] | None = None
) -> None:
    """Topics and hours of somebody who has none yet."""
    db.session.add_all(Skill(person_id=who.id, topic=topic) for topic in takes)
    db.session.add_all(
        DutyHours(person_id=who.id, weekday=day, opens=time(opens), closes=time(closes))
        for day, (opens, closes) in (hours or {}).items()
    )
    db.session.commit()


def away(who: Person, first: date, last: date) -> Absence:
    """An absence from one Eastern midnight to another."""
    made = Absence(person_id=who.id, during=Range(eastern(first), eastern(last)))
    db.session.add(made)
    db.session.commit()
    return made

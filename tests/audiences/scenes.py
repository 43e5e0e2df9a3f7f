"""People of an audience to test with."""

import re
from uuid import uuid4

from sqlalchemy import func, inspect, select

from portal.audiences import attendance, inviting, listing
from portal.audiences.links import token_of
from portal.audiences.models import AudienceMember
from portal.audit.models import AuditEntry
from portal.blueprints.audiences.attending import VISITOR
from portal.bookings.models import Booking
from portal.db import db
from tests.people import World

LINK = re.compile(r"/attending/([\w-]{20,})")
NAMES = ("Ada Byron", "Bob Frost", "Cleo Diaz")

__all__ = ["VISITOR"]


def email_of(name: str) -> str:
    """The address of somebody in an audience."""
    return f"{name.split(maxsplit=1)[0].lower()}@presenters.example"


def listed(world: World, session: Booking, *names: str, who: str = "contact") -> list[AudienceMember]:
    """People put on the list of a session."""
    people = [listing.wanted(name, email_of(name)) for name in names or NAMES]
    return listing.list_people(world.actor(who), session.id, people)


def invited(world: World, session: Booking, *names: str, **changes: object) -> list[AudienceMember]:
    """People listed and invited."""
    members = listed(world, session, *names)
    invite(world, session, **changes)
    return [as_stored(member.id) for member in members]


def invite(world: World, session: Booking, *, who: str = "contact", **changes: object) -> inviting.Invited:
    """A press of the button."""
    values = {"note": "", "answers_to_me": False, "asks_feedback": True, "form_key": str(uuid4())} | changes
    return inviting.invite_audience(world.actor(who), session.id, **values)  # type: ignore[arg-type]


def came(
    world: World, session: Booking, *members: AudienceMember, who: str = "agent", others: int = 0
) -> None:
    """Those of the list who came."""
    attendance.note_attendance(world.actor(who), session.id, [member.id for member in members], others=others)


def as_stored(member_id: int) -> AudienceMember:
    """Somebody as the database has them now."""
    db.session.rollback()
    return db.session.get_one(AudienceMember, member_id, populate_existing=True)


def link(member: AudienceMember) -> str:
    """The address of somebody's private page."""
    return f"/attending/{token(member)}"


def token(member: AudienceMember) -> str:
    """What stands in the link of somebody, also of one that no session holds any more."""
    key: int = inspect(member).identity[0]
    return token_of(as_stored(key))


def count(model: type, *where: object) -> int:
    """How many rows there are."""
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0  # type: ignore[arg-type]


def actions(*, of: str) -> list[str]:
    """What was done to things of one table, in order."""
    rows = select(AuditEntry.action).where(AuditEntry.subject_type == of).order_by(AuditEntry.id)
    return list(db.session.scalars(rows))

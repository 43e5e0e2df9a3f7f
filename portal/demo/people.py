"""Writing people and their roles."""

import random
import re
import unicodedata
from datetime import datetime, timedelta

from portal.accounts.models import Grant, Person
from portal.accounts.permissions import Role
from portal.demo.cast import ACCOUNTS, EASTERN, TEAM, Account
from portal.demo.dice import dice, full_name
from portal.demo.frame import Frame, Place, Someone, note
from portal.demo.plans import OrganisationPlan
from portal.roster.phones import international

SPECIAL_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "ß": "ss", "ö": "oe", "ä": "ae", "ü": "ue", "å": "aa", "ł": "l"}
)
DIGITS = {"two": 2, "three": 3}
CUSTOMERS_PER_AGENT = 20
INVITED_LATELY = timedelta(days=30)


def settle_team(frame: Frame, customers: int) -> None:
    """Write the vendor's team and those of the cast who belong to it; more agents for more customers."""
    since = frame.now - timedelta(days=900)
    for account in ACCOUNTS:
        if account.organisation is None and not account.events:
            _join(frame, account.name, account.email, account.role, since, signs_in=True)
    for colleague in TEAM:
        _join(frame, colleague.name, colleague.email, colleague.role, since)
    for number in range(customers // CUSTOMERS_PER_AGENT):
        name = full_name("en_US", dice("agent", number))
        _join(frame, name, f"{plain(name)}.{number}@conference-tracker.example", Role.AGENT, since)


def _join(
    frame: Frame, name: str, email: str, role: Role, since: datetime, *, signs_in: bool = False
) -> None:
    who = write_person(frame, name, email, EASTERN, since, signs_in=signs_in)
    give_role(frame, who, role, since, None)
    {
        Role.AGENT: frame.team.agents,
        Role.MODERATOR: frame.team.moderators,
        Role.MANAGER: frame.team.managers,
        Role.ADMIN: frame.team.admins,
    }[role].append(who)


def settle_account(frame: Frame, account: Account, since: datetime) -> Someone:
    """Write one of the customers' people of the cast."""
    return write_person(
        frame, account.name, account.email, account.time_zone, since, phone=account.phone, signs_in=True
    )


def invent(
    frame: Frame, plan: OrganisationPlan, domain: str, zone: str, chance: random.Random, since: datetime
) -> Someone:
    """Write somebody of that customer, with a name of the country and an address of their own."""
    name = full_name(plan.locale, chance)
    local, number = plain(name), 1
    while f"{local}@{domain}" in frame.people:
        number += 1
        local = f"{plain(name)}{number}"
    return write_person(frame, name, f"{local}@{domain}", zone, since, phone=telephone(plan, chance))


def write_person(
    frame: Frame,
    name: str,
    email: str,
    zone: str,
    since: datetime,
    *,
    phone: str = "",
    signs_in: bool = False,
) -> Someone:
    """Write a person. `signs_in` gives the demo's password; whoever came lately has not chosen one yet."""
    came_lately = frame.now - since < INVITED_LATELY
    key = frame.rows.add(
        Person,
        email=email,
        name=name,
        phone=phone,
        time_zone=zone,
        password_hash=frame.password_hash if signs_in else None if came_lately else frame.unknown_hash,
        created_at=since,
    )
    who = frame.people[email] = Someone(key, name, email, zone, since)
    after = {"email": email, "name": name, "phone": phone}
    admin = frame.team.admins[0] if frame.team.admins else None
    note(frame, since, admin, "person.created", Person, key, after=after)
    return who


def give_role(
    frame: Frame,
    who: Someone,
    role: Role,
    since: datetime,
    giver: Someone | None,
    place: Place = Place(),  # noqa: B008 - immutable
    until: datetime | None = None,
) -> int:
    """Write a role; at an event for a contact, in an organisation for an organiser. Returns the grant's key."""
    grant = frame.rows.add(
        Grant,
        person_id=who.id,
        role=role.value,
        organisation_id=place.organisation_id if role is Role.ORGANISER else None,
        event_id=place.event_id if role is Role.CONTACT else None,
        granted_at=since,
        granted_by_id=giver and giver.id,
        ended_at=until,
    )
    if role is not Role.CONTACT:
        note(
            frame,
            since,
            giver,
            "role.granted",
            Grant,
            grant,
            place,
            after={"person": who.email, "person_id": who.id, "role": role.value},
        )
    return grant


def plain(name: str) -> str:
    """A name as the part of an address before the @."""
    ascii_only = unicodedata.normalize("NFKD", name.lower().translate(SPECIAL_LETTERS)).encode(
        "ascii", "ignore"
    )
    return re.sub(r"[^a-z]+", ".", ascii_only.decode()).strip(".")


def telephone(plan: OrganisationPlan, chance: random.Random) -> str:
    """A number that is kept for fiction in the customer's country; empty where none is."""
    digits = {name: f"{chance.randrange(10**size):0{size}}" for name, size in DIGITS.items()}
    return international(plan.phone.format(**digits), EASTERN)

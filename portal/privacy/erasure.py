"""Erasing a person: the books and the records of others stay right, and no longer say who it was."""

from sqlalchemy import delete, select, update

from portal.accounts.actor import Actor
from portal.accounts.models import Grant, Person
from portal.accounts.sessions import end_all
from portal.audit.record import record
from portal.clock import now
from portal.db import Base, db, use_case
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.inbound.models import InboundMail
from portal.privacy.held import HELD, Fate, Held
from portal.roster.models import Removal
from portal.tickets.storage import store


@use_case
def erase_person(actor: Actor, person_id: int, *, confirmed_email: str) -> Person:
    """Erase a person who holds no role any more; asked again by typing their address.

    Name, address, telephone, sign-ins, drafts and mail go; what they wrote on an organisation's tickets stays,
    without their name. Raises Conflict while they hold a role or were erased, Invalid for another address.
    """
    actor.require("people:manage")
    person = _locked(person_id)
    if person.id == actor.person_id:
        raise Forbidden("Nobody erases themselves; another administrator does it.")
    if person.erased_at is not None:
        raise Conflict("This person was erased already.")
    if db.session.scalar(
        select(Grant.id).where(Grant.person_id == person_id, Grant.ended_at.is_(None)).limit(1)
    ):
        raise Conflict("End their roles first: a Technical Contact is removed from the roster (WHO-6).")
    if confirmed_email.strip().casefold() != person.email:
        raise Invalid(email="Type the address exactly as it stands above.")
    raw = _raw_mail_of(person_id)
    end_all(person_id)
    for held in HELD:
        _apply(held, person_id)
    _forget(person)
    record(actor, "person.erased", person, before={"roles": "ended"}, after={"name": person.name})
    db.session.flush()
    for name in raw:
        store().delete(name)
    return person


def _locked(person_id: int) -> Person:
    held = select(Person).where(Person.id == person_id).with_for_update(key_share=True)
    found = db.session.scalar(held)
    if found is None:
        raise NotFound
    return found


def _raw_mail_of(person_id: int) -> list[str]:
    mine = select(InboundMail.storage_name).where(InboundMail.person_id == person_id)
    return list(db.session.scalars(mine))


def _apply(held: Held, person_id: int) -> None:
    table = Base.metadata.tables[held.table]
    mine = table.c[held.owner] == person_id
    if held.fate is Fate.DELETE:
        db.session.execute(delete(table).where(mine))
    elif held.fate is Fate.BLANK:
        db.session.execute(update(table).where(mine).values(**held.blanked))


def _forget(person: Person) -> None:
    former = person.email
    person.name, person.email = f"Former person {person.id}", f"erased-{person.id}@erased.invalid"
    person.phone, person.password_hash = "", None
    _forget_as_replacement(former, person)
    person.time_zone = "America/New_York"
    person.erased_at = person.disabled_at = now()


def _forget_as_replacement(former: str, person: Person) -> None:
    named = update(Removal).where(Removal.replacement_email == former, Removal.state != "pending")
    anew = {"replacement_name": person.name, "replacement_email": person.email, "replacement_phone": ""}
    db.session.execute(named.values(**anew, replacement_job_title=""))

"""What an administrator does with people: who is let in, with which role, and for how long."""

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from portal.accounts.actor import Actor
from portal.accounts.grants import end_grant, grant_role, record_grant
from portal.accounts.identity import normalise_email
from portal.accounts.invitations import find_or_invite, invite
from portal.accounts.links import withdraw_links
from portal.accounts.models import Grant, Organisation, Person
from portal.accounts.permissions import Role
from portal.accounts.queries import person_with_email
from portal.accounts.sessions import end_all
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Forbidden, Invalid, Link, NotFound


@use_case
def create_person(actor: Actor, *, email: str, name: str, phone: str = "") -> Person:
    """Register somebody and send an invitation. Raises Invalid (`email`, `name`, `phone`)."""
    actor.require("people:manage")
    if person_with_email(normalise_email(email)):
        raise Invalid(email="Somebody is registered with this address already. Search for them in the list.")
    person, new = find_or_invite(actor, email=email, name=name, phone=phone)
    if not new:
        raise Invalid(email="Somebody was registered with this address a moment ago.")
    invite(actor, person)
    return person


@use_case
def give_role(actor: Actor, person_id: int, role: Role, organisation_id: int | None = None) -> Grant:
    """Give a staff role, or make somebody an organiser of an organisation.

    A Technical Contact is registered on the event's roster instead (WHO-5). Raises Invalid (`role`, `organisation`).
    """
    person = _locked(actor, person_id)
    if role is Role.CONTACT:
        raise Invalid(role="A Technical Contact is registered on the roster of the event.")
    where = _organisation(organisation_id) if role is Role.ORGANISER else None
    if _holds(person.id, role, where.id if where else None):
        raise Invalid(role="This person holds that role already.")
    grant = grant_role(actor, person.id, role, organisation_id=where.id if where else None)
    record_grant(actor, "role.granted", grant, person)
    return grant


def _organisation(organisation_id: int | None) -> Organisation:
    found = db.session.get(Organisation, organisation_id) if organisation_id else None
    if found is None:
        raise Invalid(organisation="Choose the organisation whose events this person is to organise.")
    return found


def _holds(person_id: int, role: Role, organisation_id: int | None) -> bool:
    held = select(Grant.id).where(
        Grant.person_id == person_id, Grant.role == role, Grant.ended_at.is_(None),
        Grant.organisation_id.is_not_distinct_from(organisation_id),
    )  # fmt: skip
    return db.session.scalar(held) is not None


@use_case
def end_role(actor: Actor, person_id: int, grant_id: int) -> None:
    """End a role now: the person's next request is decided without it.

    Raises Forbidden for a contact's role (WHO-6), one's own administrator's role and the last one there is;
    Conflict when it has ended meanwhile.
    """
    person = _locked(actor, person_id)
    grant = db.session.scalar(select(Grant).where(Grant.id == grant_id, Grant.person_id == person.id))
    if grant is None:
        raise NotFound
    _refuse_contact(grant)
    if grant.role == Role.ADMIN:
        _leave_an_admin(actor, person)
    if not end_grant(grant.id):
        raise Conflict("This role has been ended already.")
    record_grant(actor, "role.ended", grant, person)


def _refuse_contact(grant: Grant) -> None:
    if grant.role == Role.CONTACT:
        raise Forbidden(
            "A Technical Contact is removed by a request on the event's roster, which a manager approves.",
            rule="WHO-6",
            links=(Link("Open the event", "events.show", {"event_id": grant.event_id}),),
        )


@use_case
def disable_person(actor: Actor, person_id: int) -> None:
    """Close an account at once: its sessions and links end, and nothing more is mailed to it.

    Raises Forbidden for one's own account and the last administrator's, Conflict when it is closed already.
    """
    person = _locked(actor, person_id)
    if _holds(person.id, Role.ADMIN, None) or person.id == actor.person_id:
        _leave_an_admin(actor, person)
    if person.disabled_at is not None:
        raise Conflict("This account has been closed already.")
    person.disabled_at = now()
    withdraw_links(person.id)
    record(actor, "person.disabled", person, after={"sessions_ended": end_all(person.id)})


@use_case
def enable_person(actor: Actor, person_id: int) -> None:
    """Open a closed account again, with the roles it has. Raises Conflict when it is open already."""
    person = _locked(actor, person_id)
    if person.disabled_at is None:
        raise Conflict("This account has been opened again already.")
    record(actor, "person.enabled", person, before={"disabled_at": person.disabled_at})
    person.disabled_at = None


@use_case
def end_sessions_of(actor: Actor, person_id: int) -> int:
    """Sign a person out everywhere; in how many browsers that was."""
    person = _locked(actor, person_id)
    ended = end_all(person.id)
    record(actor, "person.signed_out_by_admin", person, after={"sessions_ended": ended})
    return ended


@use_case
def invite_again(actor: Actor, person_id: int) -> None:
    """Send another invitation. Raises Conflict for whoever has chosen a password or is closed out."""
    person = _locked(actor, person_id)
    if person.disabled_at is not None:
        raise Conflict("This account is closed.")
    if not invite(actor, person):
        raise Conflict("This person has chosen a password meanwhile.")


def _locked(actor: Actor, person_id: int) -> Person:
    # The roles are held as well: whatever the person is writing at this moment ends before they lose any.
    actor.require("people:manage")
    _hold(Grant.person_id, person_id)
    locked = select(Person).where(Person.id == person_id).with_for_update(key_share=True)
    person = db.session.scalar(locked.execution_options(populate_existing=True))
    if person is None:
        raise NotFound
    return person


def _hold(column: InstrumentedAttribute[int] | InstrumentedAttribute[str], value: int | str) -> None:
    held = select(Grant.id).where(column == value, Grant.ended_at.is_(None)).order_by(Grant.id)
    db.session.execute(held.with_for_update())


def _leave_an_admin(actor: Actor, person: Person) -> None:
    if person.id == actor.person_id:
        raise Forbidden("You cannot shut yourself out. Another administrator can do it.")
    _hold(Grant.role, Role.ADMIN)
    others = (
        select(Grant.id)
        .join(Person, Person.id == Grant.person_id)
        .where(Grant.role == Role.ADMIN, Grant.ended_at.is_(None), Person.disabled_at.is_(None))
        .where(Person.id != person.id)
    )
    if db.session.scalar(others.limit(1)) is None:
        raise Forbidden("This is the last administrator. Make somebody else one first.")

"""What staff do with organisations: the customers."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.actor import Actor, Scope
from portal.accounts.grants import grant_role, record_grant
from portal.accounts.identity import normalise_email
from portal.accounts.invitations import find_or_invite, invite
from portal.accounts.models import Grant, Organisation, Person
from portal.accounts.permissions import Role
from portal.audit.record import record
from portal.db import db, use_case
from portal.errors import Invalid, NotFound

LONGEST_NAME = 160
LONGEST_ADDRESS = 1000


@use_case
def create_organisation(
    actor: Actor, *, name: str, billing_address: str = "", billing_email: str = ""
) -> Organisation:
    """Register a customer. Raises Invalid (`name`, `billing_address`, `billing_email`)."""
    actor.require("organisation:manage")
    values = {"name": _name(name), **_billing(billing_address, billing_email)}
    made = insert(Organisation).values(values).on_conflict_do_nothing(index_elements=["name"])
    new = db.session.scalar(made.returning(Organisation.id))
    if new is None:
        raise Invalid(name="There is an organisation of this name already.")
    organisation = db.session.scalars(select(Organisation).where(Organisation.id == new)).one()
    record(actor, "organisation.created", organisation, after=values, scope=Scope(organisation_id=new))
    return organisation


@use_case
def update_organisation(
    actor: Actor, organisation_id: int, *, billing_address: str, billing_email: str
) -> None:
    """Change where invoices go. Raises Invalid (`billing_address`, `billing_email`)."""
    organisation = _locked(actor, organisation_id)
    new = _billing(billing_address, billing_email)
    old = {field: getattr(organisation, field) for field in new}
    if new == old:
        return
    organisation.billing_address, organisation.billing_email = new["billing_address"], new["billing_email"]
    record(
        actor,
        "organisation.updated",
        organisation,
        before=old,
        after=new,
        scope=Scope(organisation_id=organisation.id),
    )


@use_case
def add_organiser(actor: Actor, organisation_id: int, *, email: str, name: str) -> Person:
    """Make somebody, known or new, an organiser of this organisation's events, and invite them if need be.

    Raises Invalid (`email`, `name`), also for whoever is one already.
    """
    actor.require("people:manage")
    organisation = _locked(actor, organisation_id)
    person, _ = find_or_invite(actor, email=email, name=name)
    if _organises(person.id, organisation.id):
        raise Invalid(email=f"{person.name} is an organiser of {organisation.name} already.")
    grant = grant_role(actor, person.id, Role.ORGANISER, organisation_id=organisation.id)
    record_grant(actor, "role.granted", grant, person)
    invite(actor, person)
    return person


def _organises(person_id: int, organisation_id: int) -> bool:
    held = select(Grant.id).where(
        Grant.person_id == person_id, Grant.organisation_id == organisation_id, Grant.ended_at.is_(None)
    )
    return db.session.scalar(held) is not None


def _locked(actor: Actor, organisation_id: int) -> Organisation:
    actor.require("organisation:manage")
    locked = select(Organisation).where(Organisation.id == organisation_id).with_for_update(key_share=True)
    organisation = db.session.scalar(locked.execution_options(populate_existing=True))
    if organisation is None:
        raise NotFound
    return organisation


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise Invalid(name="Enter the organisation's name.")
    if len(name) > LONGEST_NAME:
        raise Invalid(name=f"Enter a name of at most {LONGEST_NAME} characters.")
    return name


def _billing(address: str, email: str) -> dict[str, str]:
    if len(address) > LONGEST_ADDRESS:
        raise Invalid(billing_address=f"Enter an address of at most {LONGEST_ADDRESS} characters.")
    try:
        checked = normalise_email(email) if email else ""
    except Invalid as error:
        raise Invalid(billing_email=error.fields["email"]) from None
    lines = (line.strip() for line in address.splitlines())
    return {"billing_address": "\n".join(line for line in lines if line), "billing_email": checked}

"""Sending an invitation again to a contact who has not come in yet."""

from datetime import timedelta

from sqlalchemy import func, select

from portal.accounts.actor import Actor
from portal.accounts.invitations import invite, withdraw_invitations
from portal.accounts.models import OneTimeLink, Person
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, NotFound, PortalError
from portal.roster.models import Contact
from portal.roster.queries import contact_with

MOST, WITHIN = 3, timedelta(hours=1)


class SentOften(PortalError):
    """The person was written to as often as is decent for now."""

    status, title = 429, "Please wait a little"


@use_case
def resend_invitation(actor: Actor, contact_id: int) -> Contact:
    """Send a contact a new link to choose a password with; the earlier ones stop working.

    Raises Conflict for whoever has a password or has left, SentOften after three within an hour, whoever
    sent them, NotFound and Forbidden as for any contact.
    """
    contact = contact_with(actor, contact_id)
    if contact is None:
        raise NotFound
    actor.require("roster:add", contact.event.scope)
    person = _held(contact)
    if contact.ended_at is not None:
        raise Conflict(f"{person.name} is no longer a contact of this event.")
    _refuse_often(person)
    withdraw_invitations(person)
    if not invite(actor, person):
        raise Conflict(f"{person.name} has chosen a password already and needs no invitation.")
    record(actor, "contact.invited_again", contact, scope=contact.event.scope, after={"person": person.email})
    return contact


def _held(contact: Contact) -> Person:
    # Held, so that what is counted next stays the number until this one is sent.
    held = select(Person).where(Person.id == contact.person_id).with_for_update(key_share=True)
    return db.session.scalars(held.execution_options(populate_existing=True)).one()


def _refuse_often(person: Person) -> None:
    recent = select(func.count(OneTimeLink.id)).where(
        OneTimeLink.person_id == person.id, OneTimeLink.purpose == "invitation",
        OneTimeLink.created_at > now() - WITHIN,
    )  # fmt: skip
    if db.session.scalars(recent).one() >= MOST:
        raise SentOften(
            f"{MOST} invitations went to {person.email} within the last hour. Ask {person.name} to look"
            " among unwanted mail, and try again later."
        )

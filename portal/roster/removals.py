"""Asking for the removal of a contact, and deciding it (WHO-6)."""

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor
from portal.accounts.grants import end_grant
from portal.accounts.models import Grant, Person
from portal.accounts.permissions import Role
from portal.accounts.queries import staff_with
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Invalid, NotFound, Refused
from portal.events.models import Event
from portal.events.queries import locked_event
from portal.mail.post import post
from portal.policy.contacts import may_decide_removal, removal_due
from portal.roster.models import Contact, Removal
from portal.roster.queries import contact_with, organisers_of, pending_removal, removal_with
from portal.roster.seats import sync_seats

LONGEST_REASON = 2000


@use_case
def ask_for_removal(actor: Actor, contact_id: int, *, reason: str = "") -> Removal:
    """Ask that a contact be removed. A manager decides by the time that is set now (WHO-6).

    Asked twice by the same person it is one request. Raises Conflict when somebody else has asked or the
    contact has left already, Invalid for too long a reason, NotFound and Forbidden as for any contact.
    """
    contact = _contact(actor, contact_id)
    event = locked_event(actor, contact.event_id)
    actor.require("roster:remove", event.scope)
    earlier = pending_removal(contact_id)
    if earlier is not None and earlier.requested_by_id == actor.id:
        return earlier
    db.session.refresh(contact)
    _refuse_needless(contact, earlier)
    _check_length(reason)
    edition = edition_in_force()
    asked_at = now()
    removal = Removal(
        event_id=event.id, contact_id=contact_id, reason=reason, requested_by_id=actor.id,
        requested_at=asked_at, due_at=removal_due(asked_at, edition), policy_edition=edition.number,
    )  # fmt: skip
    db.session.add(removal)
    db.session.flush()
    record(
        actor, "removal.requested", removal, scope=event.scope,
        after={"contact": contact.person.email, "reason": reason, "due_at": removal.due_at},
    )  # fmt: skip
    _tell_of_request(actor, _loaded(removal.id))
    return removal


@use_case
def withdraw_removal(actor: Actor, removal_id: int) -> Removal:
    """Take a request back, until it is decided (WHO-6). Raises Conflict when it is no longer pending."""
    removal = _removal(actor, removal_id)
    event = locked_event(actor, removal.event_id)
    actor.require("roster:remove", event.scope)
    _settle(actor, removal_id, "withdrawn")
    record(
        actor, "removal.withdrawn", removal, scope=event.scope,
        before={"state": "pending"}, after={"state": "withdrawn"},
    )  # fmt: skip
    removal = _loaded(removal_id)
    for manager in staff_with(Role.MANAGER):
        _post(manager, "removal_withdrawn", removal, permission="roster:decide")
    return removal


@use_case
def decide_removal(actor: Actor, removal_id: int, *, approve: bool, reason: str = "") -> Removal:
    """Approve or decline a request for removal (WHO-6). On approval the person is out with this transaction.

    Raises Refused when the decider asked for it or is the one to go, Invalid when a refusal has no reason,
    Conflict when it is no longer pending.
    """
    removal = _removal(actor, removal_id)
    actor.require("roster:decide", removal.event.scope)
    # The grant before the event: the order in which every use case of the person concerned takes them.
    db.session.execute(select(Grant.id).where(Grant.id == removal.contact.grant_id).with_for_update())
    event = locked_event(actor, removal.event_id)
    _check_decision(actor, removal, approve=approve, reason=reason)
    state = "approved" if approve else "declined"
    _settle(actor, removal_id, state, reason)
    if approve:
        _end(removal.contact, event)
    record(
        actor, f"removal.{state}", removal, scope=event.scope, before={"state": "pending"},
        after={"state": state, "reason": reason, "contact": removal.contact.person.email},
    )  # fmt: skip
    removal = _loaded(removal_id)
    _tell_of_decision(removal)
    return removal


def _contact(actor: Actor, contact_id: int) -> Contact:
    found = contact_with(actor, contact_id)
    if found is None:
        raise NotFound
    return found


def _removal(actor: Actor, removal_id: int) -> Removal:
    found = removal_with(actor, removal_id)
    if found is None:
        raise NotFound
    return found


def _refuse_needless(contact: Contact, earlier: Removal | None) -> None:
    if contact.ended_at is not None:
        raise Conflict(f"{contact.person.name} is no longer a contact of this event.")
    if earlier is not None:
        raise Conflict(
            f"{earlier.requested_by.name} has asked for this removal already. It waits to be decided."
        )


def _check_length(reason: str) -> None:
    if len(reason) > LONGEST_REASON:
        raise Invalid(reason=f"Enter at most {LONGEST_REASON:,} characters.")


def _check_decision(actor: Actor, removal: Removal, *, approve: bool, reason: str) -> None:
    decision = may_decide_removal(
        removal.requested_by_id, actor.id, is_manager=actor.may("roster:decide"),
        removed_id=removal.contact.person_id,
    )  # fmt: skip
    if not decision:
        raise Refused(decision)
    _check_length(reason)
    if not approve and not reason:
        raise Invalid(reason="Say why you decline: the person who asked reads it.")


def _settle(actor: Actor, removal_id: int, state: str, reason: str = "") -> None:
    settled = db.session.scalar(
        update(Removal)
        .where(Removal.id == removal_id, Removal.state == "pending")
        .values(state=state, decided_by_id=actor.id, decided_at=now(), decision_reason=reason)
        .returning(Removal.id)
    )
    if settled is None:
        there = _loaded(removal_id)
        who = there.decided_by.name if there.decided_by else "Somebody"
        raise Conflict(f"{who} was quicker: this request is {there.state} already. Nothing was changed.")


def _end(contact: Contact, event: Event) -> None:
    contact.ended_at, contact.seat_id = now(), None
    end_grant(contact.grant_id)
    sync_seats(event, edition_in_force())


def _loaded(removal_id: int) -> Removal:
    everything = (
        joinedload(Removal.contact).joinedload(Contact.person),
        joinedload(Removal.event).joinedload(Event.organisation),
        joinedload(Removal.requested_by),
        joinedload(Removal.decided_by),
    )
    fresh = select(Removal).where(Removal.id == removal_id).options(*everything)
    return db.session.scalars(fresh.execution_options(populate_existing=True)).one()


def _tell_of_request(actor: Actor, removal: Removal) -> None:
    for manager in staff_with(Role.MANAGER):
        _post(manager, "removal_requested", removal, permission="roster:decide")
    _post(removal.requested_by, "removal_received", removal, permission="removal:read")


def _tell_of_decision(removal: Removal) -> None:
    if removal.state == "approved":
        _post(removal.contact.person, "removal_done", removal, permission=None)
    concerned = {person.id: person for person in organisers_of(removal.event.organisation_id)}
    concerned[removal.requested_by_id] = removal.requested_by
    for person in concerned.values():
        _post(person, "removal_decided", removal, permission="removal:read")


def _post(to: Person, template: str, removal: Removal, *, permission: str | None) -> None:
    post(
        to, template, cause=f"{template.replace('_', '-')}:{removal.id}", permission=permission,
        scope=removal.event.scope, removal=removal,
    )  # fmt: skip

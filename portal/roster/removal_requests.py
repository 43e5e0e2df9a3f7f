"""Asking that a contact be removed or replaced (WHO-6)."""

from dataclasses import dataclass

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Invalid, NotFound
from portal.events.models import Event
from portal.events.queries import locked_event
from portal.policy.contacts import removal_due
from portal.roster.handover import check_heir
from portal.roster.models import Contact, Removal
from portal.roster.queries import WHOLE, contact_with, pending_removal
from portal.roster.registration import Details, checked_details
from portal.roster.removal_letters import tell_of_request
from portal.roster.replacement import check_replacement, refuse_closing

LONGEST_REASON = 2000


@dataclass(frozen=True)
class _Wish:
    """What is asked for: that somebody go, perhaps that somebody come instead."""

    reason: str
    handover_to: int | None
    instead: Details | None = None

    def is_that_of(self, removal: Removal) -> bool:
        return removal.replacement_email == (self.instead.email if self.instead else "")


@use_case
def ask_for_removal(
    actor: Actor, contact_id: int, *, reason: str = "", handover_to: int | None = None
) -> Removal:
    """Ask that a contact be removed. A manager decides by the time that is set now (WHO-6).

    `handover_to` is the contact whom open tickets and coming sessions pass to; without one it is whoever
    has been a contact longest by then. Asked twice by the same person it is one request. Raises Conflict
    when something else has been asked for or the contact has left already, Invalid for too long a reason or
    a contact who cannot take over, NotFound and Forbidden as for any contact.
    """
    contact, event = _held(actor, contact_id)
    return _ask(actor, contact, event, _Wish(reason, handover_to))


@use_case
def ask_for_replacement(
    actor: Actor,
    contact_id: int,
    *,
    name: str,
    email: str,
    phone: str = "",
    job_title: str = "",
    reason: str = "",
    handover_to: int | None = None,
) -> Removal:
    """Ask that somebody else take over a contact's seat, in one request (WHO-6); else as `ask_for_removal`.

    Open tickets and coming sessions pass to the newcomer unless another contact is named. Raises Invalid
    also for details that cannot be taken, naming whoever is a contact already, and Refused (WHO-3) with
    the ways on when the seat lies beyond a limit that has fallen.
    """
    contact, event = _held(actor, contact_id)
    actor.require("roster:add", event.scope)
    instead = checked_details(event.time_zone, name=name, email=email, phone=phone, job_title=job_title)
    return _ask(actor, contact, event, _Wish(reason, handover_to, instead))


def _held(actor: Actor, contact_id: int) -> tuple[Contact, Event]:
    contact = contact_with(actor, contact_id)
    if contact is None:
        raise NotFound
    event = locked_event(actor, contact.event_id)
    actor.require("roster:remove", event.scope)
    db.session.refresh(contact, ["ended_at", "seat_id"])
    return contact, event


def _ask(actor: Actor, contact: Contact, event: Event, wish: _Wish) -> Removal:
    earlier = pending_removal(contact.id)
    if earlier is not None and earlier.requested_by_id == actor.id and wish.is_that_of(earlier):
        return earlier
    _refuse_needless(contact, earlier)
    _check(actor, contact, event, wish)
    removal = _written(actor, contact, event, wish)
    record(actor, f"{removal.kind}.requested", removal, scope=event.scope, after=_facts(contact, removal))
    tell_of_request(removal)
    return removal


def _refuse_needless(contact: Contact, earlier: Removal | None) -> None:
    if contact.ended_at is not None:
        raise Conflict(f"{contact.person.name} is no longer a contact of this event.")
    if earlier is not None:
        raise Conflict(
            f"{earlier.requested_by.name} has asked for this {earlier.kind} already. It waits to be decided."
        )


def _check(actor: Actor, contact: Contact, event: Event, wish: _Wish) -> None:
    if len(wish.reason) > LONGEST_REASON:
        raise Invalid(reason=f"Enter at most {LONGEST_REASON:,} characters.")
    check_heir(contact, wish.handover_to)
    if wish.instead:
        check_replacement(event, wish.instead.email)
        refuse_closing(actor, contact, event)


def _written(actor: Actor, contact: Contact, event: Event, wish: _Wish) -> Removal:
    edition, asked_at = edition_in_force(), now()
    removal = Removal(
        event_id=event.id, contact_id=contact.id, reason=wish.reason, requested_by_id=actor.id,
        requested_at=asked_at, due_at=removal_due(asked_at, edition), policy_edition=edition.number,
        handover_to_id=wish.handover_to, **_coming(wish.instead),
    )  # fmt: skip
    db.session.add(removal)
    db.session.flush()
    whole = select(Removal).where(Removal.id == removal.id).options(*WHOLE)
    return db.session.scalars(whole.execution_options(populate_existing=True)).one()


def _coming(instead: Details | None) -> dict[str, str]:
    if instead is None:
        return {"kind": "removal"}
    return {
        "kind": "replacement", "replacement_name": instead.name, "replacement_email": instead.email,
        "replacement_phone": instead.phone, "replacement_job_title": instead.job_title,
    }  # fmt: skip


def _facts(contact: Contact, removal: Removal) -> dict[str, object]:
    facts = {"contact": contact.person.email, "reason": removal.reason, "due_at": removal.due_at}
    if removal.handover_to:
        facts["handover_to"] = removal.handover_to.person.email
    return facts | ({"replacement": removal.replacement_email} if removal.is_replacement else {})

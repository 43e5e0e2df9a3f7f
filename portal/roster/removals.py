"""Deciding and withdrawing requests to remove or replace a contact (WHO-6)."""

from sqlalchemy import select, update

from portal.accounts.actor import Actor
from portal.accounts.grants import end_grant
from portal.accounts.models import Grant
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Invalid, NotFound, Refused
from portal.events.models import Event
from portal.events.queries import locked_event
from portal.policy.contacts import may_decide_removal
from portal.policy.decision import Decision
from portal.roster.handover import Handover, hand_over
from portal.roster.models import Contact, Removal, Seat
from portal.roster.queries import WHOLE, removal_with
from portal.roster.removal_letters import tell_of_decision, tell_of_withdrawal
from portal.roster.removal_requests import LONGEST_REASON, ask_for_removal, ask_for_replacement
from portal.roster.replacement import newcomer_of, refuse_closing, seat_newcomer
from portal.roster.seats import sync_seats

__all__ = [
    "LONGEST_REASON",
    "ask_for_removal",
    "ask_for_replacement",
    "decide_removal",
    "may_decide",
    "withdraw_removal",
]


@use_case
def withdraw_removal(actor: Actor, removal_id: int) -> Removal:
    """Take a request back, until it is decided (WHO-6). Raises Conflict when it is no longer pending."""
    removal = _removal(actor, removal_id)
    event = locked_event(actor, removal.event_id)
    actor.require("roster:remove", event.scope)
    _settle(actor, removal_id, "withdrawn")
    record(
        actor, f"{removal.kind}.withdrawn", removal, scope=event.scope,
        before={"state": "pending"}, after={"state": "withdrawn"},
    )  # fmt: skip
    removal = _loaded(removal_id)
    tell_of_withdrawal(removal)
    return removal


@use_case
def decide_removal(actor: Actor, removal_id: int, *, approve: bool, reason: str = "") -> Removal:
    """Approve or decline a request (WHO-6). On approval the person is out with this transaction.

    With it the replacement comes in on the same seat, and tickets and sessions pass on. Raises Refused when
    the decider asked for it or is concerned by it, or when the seat can no longer be taken over (WHO-3),
    Invalid when a refusal has no reason, Conflict when it is no longer pending or whoever is to come
    became a contact meanwhile.
    """
    removal = _removal(actor, removal_id)
    actor.require("roster:decide", removal.event.scope)
    # The grant before the event: the order in which every use case of the person concerned takes them.
    db.session.execute(select(Grant.id).where(Grant.id == removal.contact.grant_id).with_for_update())
    event = locked_event(actor, removal.event_id)
    _check_decision(actor, removal, approve=approve, reason=reason)
    state = "approved" if approve else "declined"
    _settle(actor, removal_id, state, reason)
    removal = _loaded(removal_id)
    handover = _carry_out(actor, removal, event) if approve else None
    record(
        actor, f"{removal.kind}.{state}", removal, scope=event.scope, before={"state": "pending"},
        after={"state": state, "reason": reason, **_outcome(removal, handover)},
    )  # fmt: skip
    removal = _loaded(removal_id)
    tell_of_decision(removal, handover)
    return removal


def may_decide(actor: Actor, removal: Removal) -> Decision:
    """WHO-6: whether this actor decides: a manager who neither asked for it nor goes nor comes."""
    comes = removal.is_replacement and removal.replacement_email == actor.email
    return may_decide_removal(
        removal.requested_by_id, actor.id, is_manager=actor.may("roster:decide"),
        removed_id=actor.id if comes else removal.contact.person_id,
    )  # fmt: skip


def _removal(actor: Actor, removal_id: int) -> Removal:
    found = removal_with(actor, removal_id)
    if found is None:
        raise NotFound
    return found


def _check_decision(actor: Actor, removal: Removal, *, approve: bool, reason: str) -> None:
    decision = may_decide(actor, removal)
    if not decision:
        raise Refused(decision)
    if len(reason) > LONGEST_REASON:
        raise Invalid(reason=f"Enter at most {LONGEST_REASON:,} characters.")
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


def _carry_out(actor: Actor, removal: Removal, event: Event) -> Handover:
    newcomer = _swap(actor, removal, event) if removal.is_replacement else None
    if newcomer is None:
        _end(removal.contact)
    sync_seats(event, edition_in_force())
    return hand_over(actor, removal, event, newcomer)


def _swap(actor: Actor, removal: Removal, event: Event) -> Contact:
    refuse_closing(actor, removal.contact, event)
    person = newcomer_of(actor, removal, event)
    seat = db.session.get_one(Seat, removal.contact.seat_id)
    _end(removal.contact)
    return seat_newcomer(actor, removal, event, person, seat)


def _end(contact: Contact) -> None:
    contact.ended_at, contact.seat_id = now(), None
    end_grant(contact.grant_id)
    db.session.flush()


def _outcome(removal: Removal, handover: Handover | None) -> dict[str, object]:
    said: dict[str, object] = {"contact": removal.contact.person.email}
    if removal.is_replacement:
        said["replacement"] = removal.replacement_email
    if handover:
        said |= {"tickets_passed": handover.tickets, "sessions_passed": handover.sessions}
        said["passed_to"] = handover.heir.email if handover.heir else None
    return said


def _loaded(removal_id: int) -> Removal:
    fresh = select(Removal).where(Removal.id == removal_id).options(*WHOLE)
    return db.session.scalars(fresh.execution_options(populate_existing=True)).one()

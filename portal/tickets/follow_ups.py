"""Reminders to look at a ticket again: each mails once whoever asked for it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from portal.accounts.actor import SYSTEM, Actor
from portal.accounts.models import Person
from portal.audit.record import record
from portal.clock import now
from portal.db import db, in_transaction, use_case
from portal.errors import Conflict, Invalid
from portal.mail.post import post
from portal.tickets.models import Ticket
from portal.tickets.models_work import FollowUp
from portal.tickets.queries import WITH_PARTIES, locked_target, with_merged
from portal.tickets.sides import require_support

AT_ONCE = 100


@use_case
def remind_me(
    actor: Actor, ticket_id: int, *, typed: datetime, zone: str, note: str, form_key: str
) -> FollowUp:
    """Have the actor reminded of a ticket at a wall-clock time in `zone`. A repeated form gives the same one.

    Raises Invalid (at) for a time that has passed or that the clocks skip, NotFound, Forbidden.
    """
    ticket = locked_target(actor, ticket_id)
    require_support(actor, ticket.scope)
    own_key = actor.own_key(form_key)
    if kept := db.session.scalar(select(FollowUp).where(FollowUp.form_key == own_key)):
        return kept
    reminder = FollowUp(
        ticket_id=ticket.id, person_id=actor.id, due_at=_instant(typed, zone), note=note, form_key=own_key
    )
    db.session.add(reminder)
    db.session.flush()
    after = {"reminder": reminder.id, "due_at": reminder.due_at}
    record(actor, "ticket.follow_up_set", ticket, after=after, scope=ticket.scope)
    return reminder


@use_case
def withdraw_follow_up(actor: Actor, ticket_id: int, reminder_id: int) -> None:
    """Take back a reminder of one's own. Raises Conflict when it has been sent or taken back, NotFound, Forbidden."""
    ticket = locked_target(actor, ticket_id)
    require_support(actor, ticket.scope)
    here = FollowUp.ticket_id.in_(with_merged(ticket))
    own = (FollowUp.id == reminder_id, here, FollowUp.person_id == actor.id)
    pending = update(FollowUp).where(*own, FollowUp.state == "pending").values(state="withdrawn")
    if db.session.scalar(pending.returning(FollowUp.id)) is None:
        raise Conflict("There is no such reminder any more.")
    record(actor, "ticket.follow_up_withdrawn", ticket, before={"reminder": reminder_id}, scope=ticket.scope)


def follow_ups_of(actor: Actor, ticket: Ticket) -> list[FollowUp]:
    """The actor's own reminders of a ticket that are still to come."""
    require_support(actor, ticket.scope)
    here = FollowUp.ticket_id.in_(with_merged(ticket))
    own = select(FollowUp).where(here, FollowUp.person_id == actor.id)
    return list(db.session.scalars(own.where(FollowUp.state == "pending").order_by(FollowUp.due_at)))


def send_follow_ups() -> int:
    """Send every reminder whose time has come, each once though two workers do it; how many were sent."""
    come = select(FollowUp.id).where(FollowUp.state == "pending", FollowUp.due_at <= now())
    keys = in_transaction(lambda: list(db.session.scalars(come.order_by(FollowUp.due_at).limit(AT_ONCE))))
    return sum(in_transaction(lambda key=key: _send(key)) for key in keys)  # type: ignore[misc]


def _send(reminder_id: int) -> bool:
    pending = update(FollowUp).where(FollowUp.id == reminder_id, FollowUp.state == "pending")
    sent = db.session.execute(
        pending.values(state="sent").returning(FollowUp.ticket_id, FollowUp.person_id, FollowUp.note)
    ).first()
    if sent is None:
        return False
    ticket = db.session.scalars(select(Ticket).where(Ticket.id == sent[0]).options(*WITH_PARTIES)).one()
    post(
        db.session.get_one(Person, sent[1]), "ticket_follow_up", cause=f"follow-up:{reminder_id}",
        permission="ticket:work", scope=ticket.scope, ticket=ticket, note=sent[2],
    )  # fmt: skip
    record(SYSTEM, "ticket.follow_up_sent", ticket, after={"reminder": reminder_id}, scope=ticket.scope)
    return True


def _instant(typed: datetime, zone: str) -> datetime:
    local = ZoneInfo(zone)
    at = typed.replace(tzinfo=local).astimezone(UTC)
    if at.astimezone(local).replace(tzinfo=None) != typed:
        raise Invalid(at="The clocks skip this time on that day. Choose another.")
    if at <= now():
        raise Invalid(at="This time has passed. Choose one to come.")
    return at

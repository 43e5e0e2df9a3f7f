"""The checklist of an event that is over: who asked for which help, its ticket, and who did it (COV-8)."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid, Link, NotFound, Refused
from portal.events.models import Event
from portal.events.queries import event_for, locked_event
from portal.policy.after_event import AFTER_HELP_LABELS, AfterHelp, may_ask_after_event
from portal.policy.coverage import Topic
from portal.policy.decision import Decision
from portal.tickets.models import Ticket
from portal.tickets.models_work import AfterEventHelp
from portal.tickets.service import opened
from portal.tickets.sides import require_support


def asking(event: Event) -> Decision:
    """COV-8: whether help after the event can be asked for today, where the event takes place."""
    return may_ask_after_event(_today(event), event.ends_on)


def checklist(actor: Actor, event: Event) -> dict[AfterHelp, list[AfterEventHelp]]:
    """For each kind of help what was asked for, newest first, of an event that the actor may see (COV-8)."""
    actor.require("ticket:read", event.scope)
    asked = select(AfterEventHelp).where(AfterEventHelp.event_id == event.id).options(
        joinedload(AfterEventHelp.ticket), joinedload(AfterEventHelp.asked_by), joinedload(AfterEventHelp.done_by)
    )  # fmt: skip
    found = list(db.session.scalars(asked.order_by(AfterEventHelp.id.desc())))
    return {kind: [each for each in found if each.kind == kind] for kind in AfterHelp}


@use_case
def ask_after_event(actor: Actor, event_id: int, *, kind: str, body: str, form_key: str) -> Ticket:
    """Ask for one kind of help after the event: a ticket like any other, and a line of the checklist (COV-8).

    A repeated form gives the same ticket. Raises Refused before the event's last day, Conflict while the
    same help is under way, Invalid (kind), NotFound, Forbidden for who is not a contact (WHO-1).
    """
    event = locked_event(actor, event_id)
    actor.require("ticket:open", event.scope)
    if sent := db.session.scalar(select(Ticket).where(Ticket.form_key == actor.own_key(form_key))):
        return sent
    if kind not in set(AfterHelp):
        raise Invalid(kind="Choose what you need.")
    if not (decision := asking(event)):
        raise Refused(decision, links=(Link("Ask in a ticket", "tickets.new", {"event_id": event.id}),))
    _refuse_twice(event, kind)
    ticket = opened(
        actor, event, topic=Topic.AFTER_THE_EVENT, subject=AFTER_HELP_LABELS[AfterHelp(kind)], body=body,
        form_key=form_key,
    )  # fmt: skip
    help_ = AfterEventHelp(event_id=event.id, kind=kind, ticket_id=ticket.id, asked_by_id=actor.id)
    db.session.add(help_)
    db.session.flush()
    record(
        actor, "after_event_help.asked", help_, after={"kind": kind, "ticket": ticket.id}, scope=event.scope
    )
    return ticket


@use_case
def settle_help(actor: Actor, event_id: int, help_id: int, *, done: bool) -> AfterEventHelp:
    """Tick a line of the checklist off, or take that back (COV-8). Raises Conflict, NotFound, Forbidden."""
    event = event_for(actor, event_id)
    require_support(actor, event.scope)
    help_ = db.session.get(AfterEventHelp, help_id)
    if help_ is None or help_.event_id != event.id:
        raise NotFound
    open_still = AfterEventHelp.done_at.is_(None) if done else AfterEventHelp.done_at.is_not(None)
    settled = update(AfterEventHelp).where(AfterEventHelp.id == help_id, open_still)
    by = {"done_at": now(), "done_by_id": actor.id} if done else {"done_at": None, "done_by_id": None}
    if db.session.scalar(settled.values(**by).returning(AfterEventHelp.id)) is None:
        raise Conflict("Somebody has done this already.", links=(_to(event),))
    action = "after_event_help.done" if done else "after_event_help.reopened"
    record(actor, action, help_, after={"kind": help_.kind, "ticket": help_.ticket_id}, scope=event.scope)
    return help_


def _refuse_twice(event: Event, kind: str) -> None:
    same = select(AfterEventHelp).where(AfterEventHelp.event_id == event.id, AfterEventHelp.kind == kind)
    under_way = db.session.scalar(same.where(AfterEventHelp.done_at.is_(None)).limit(1))
    if under_way is not None:
        ticket = Link("See its ticket", "tickets.show", {"ticket_id": under_way.ticket_id})
        raise Conflict("This help is under way already.", links=(ticket,))


def _today(event: Event) -> date:
    return now().astimezone(ZoneInfo(event.time_zone)).date()


def _to(event: Event) -> Link:
    return Link("See the checklist", "after_event.index", {"event_id": event.id})

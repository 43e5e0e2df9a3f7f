"""What customers say of a ticket once it is closed: asked once, answered once, changed once at most."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.editions.queries import edition_at
from portal.errors import Conflict, Invalid, Link, NotFound
from portal.policy.edition import Edition
from portal.tickets.models import Ticket
from portal.tickets.models_goals import Satisfaction
from portal.tickets.queries import ticket_for
from portal.tickets.sides import is_support

ANSWERS = {"good": "Yes, it helped", "bad": "No, it did not"}
COMMENT_MOST = 2_000


def ask_once(ticket: Ticket) -> bool:
    """Note that whoever has a closed ticket on the customer's side is asked; False when they were before.

    Takes part in the caller's transaction.
    """
    asked = insert(Satisfaction).values(
        ticket_id=ticket.id, asked_of_id=ticket.handed_to_id or ticket.opened_by_id, asked_at=now()
    )
    once = asked.on_conflict_do_nothing(index_elements=["ticket_id"]).returning(Satisfaction.ticket_id)
    return db.session.scalar(once) is not None


def satisfaction_of(ticket_id: int) -> Satisfaction | None:
    """What was asked and said of a ticket that the reader may see."""
    found = select(Satisfaction).where(Satisfaction.ticket_id == ticket_id)
    return db.session.scalar(found.execution_options(populate_existing=True))


def open_until(asked: Satisfaction, edition: Edition) -> datetime:
    """Until when it can be answered: as long after it was asked as a closed ticket can be opened again."""
    return asked.asked_at + timedelta(days=edition.tickets.reopen_days)


@use_case
def rate_ticket(actor: Actor, ticket_id: int, *, answer: str, comment: str = "") -> Satisfaction:
    """Say whether support helped; once more changes it. The same again changes nothing.

    For the customer's side. Raises NotFound for who cannot see the ticket or where nothing was asked,
    Forbidden, Invalid for an answer that is none, Conflict once the time is over or it was changed before.
    """
    ticket = ticket_for(actor, ticket_id)
    actor.require("ticket:reply", ticket.scope)
    asked = satisfaction_of(ticket_id)
    if asked is None or is_support(actor, ticket.scope):
        raise NotFound
    if answer not in ANSWERS:
        raise Invalid(answer="Choose one of the two answers.")
    comment = comment.strip()[:COMMENT_MOST]
    if (asked.answer, asked.comment) == (answer, comment):
        return asked
    if now() > open_until(asked, edition_at(asked.asked_at)):
        raise Conflict("The time to answer is over.", links=(_to(ticket),))
    _write(actor, ticket, asked, answer, comment)
    return asked


def unanswered() -> ColumnElement[bool]:
    """What makes one of two first answers win."""
    return Satisfaction.answer.is_(None)


def unchanged() -> ColumnElement[bool]:
    """What makes one of two changes win."""
    return Satisfaction.answer.is_not(None) & Satisfaction.changed_at.is_(None)


def _write(actor: Actor, ticket: Ticket, asked: Satisfaction, answer: str, comment: str) -> None:
    before = {"answer": asked.answer, "comment": asked.comment} if asked.answer else None
    guard, moment = (unchanged(), "changed_at") if asked.answer else (unanswered(), "answered_at")
    values = {"answer": answer, "comment": comment, moment: now()}
    mine = update(Satisfaction).where(Satisfaction.ticket_id == ticket.id, guard).values(**values)
    if db.session.scalar(mine.returning(Satisfaction.ticket_id)) is None:
        raise Conflict("Your answer has been changed once already.", links=(_to(ticket),))
    db.session.refresh(asked)
    record(
        actor, "ticket.rated", ticket, before=before, after={"answer": answer, "comment": comment},
        scope=ticket.scope,
    )  # fmt: skip


def _to(ticket: Ticket) -> Link:
    return Link("See the ticket", "tickets.show", {"ticket_id": ticket.id})

"""What an attendee does by the private link to a question: write, close, get a new link, erase (WHO-2)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor
from portal.accounts.identity import normalise_email
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict
from portal.jobs.queue import enqueue
from portal.questions import letters
from portal.questions.asking import NO_MORE_MAIL
from portal.questions.erasing import erased
from portal.questions.help_pages import help_at
from portal.questions.links import Purpose, end_links, locked_behind
from portal.questions.mail_limit import may_mail
from portal.questions.models import Question, QuestionMessage
from portal.questions.turns import by_attendee

LINKS_MOST = 10


@use_case
def write_by_link(visitor: Actor, token: str, *, body: str, form_key: str) -> QuestionMessage:
    """Add to a question; a closed one is open again. Raises LinkGone, Invalid (`body`)."""
    question = locked_behind(token, Purpose.FOLLOW)
    return by_attendee(visitor, question, body, form_key=form_key)


@use_case
def close_by_link(visitor: Actor, token: str) -> Question:
    """Say that a question is settled; closing it again changes nothing. Raises LinkGone."""
    question = locked_behind(token, Purpose.FOLLOW)
    if question.state == "closed":
        return question
    before = question.state
    question.state, question.closed_by, question.last_activity_at = "closed", "attendee", now()
    record(
        visitor, "question.closed", question, before={"state": before}, after={"state": "closed"},
        scope=question.scope,
    )  # fmt: skip
    return question


@use_case
def replace_link(visitor: Actor, token: str) -> Question:
    """End every link to a question and mail a new one to its address.

    Raises LinkGone; Conflict, with the links as they were, when the address had its mail for today.
    """
    question = locked_behind(token, Purpose.FOLLOW)
    if not may_mail(question.email):
        raise Conflict(NO_MORE_MAIL)
    end_links(question, Purpose.FOLLOW)
    record(visitor, "question.link_replaced", question, scope=question.scope)
    letters.send_links([question], cause=f"{question.id}:{now().isoformat()}")
    return question


@use_case
def erase_by_link(visitor: Actor, token: str) -> None:
    """Erase a question and all that was written on it, at the attendee's wish. Raises LinkGone."""
    question = locked_behind(token, Purpose.FOLLOW)
    erased(visitor, question)
    letters.tell_of_erasure(question)


@use_case
def ask_for_links(visitor: Actor, slug: str, email: str) -> None:
    """Queue a mail with links to what this address asked at an event. Tells and costs the same for every address.

    Raises NotFound for an event that is none, Invalid (`email`).
    """
    event = help_at(slug).event
    address = normalise_email(email)
    enqueue("send_question_links", queue="mail", event_id=event.id, email=address, asked_at=now().isoformat())


@use_case
def send_question_links(system: Actor, event_id: int, email: str, asked_at: datetime) -> None:
    """Mail new links to the newest questions of an address at an event; nothing where there are none.

    The same request done twice mails once.
    """
    theirs = select(Question).where(
        Question.email == email, Question.event_id == event_id,
        Question.state.in_(("open", "answered", "closed")),
    )  # fmt: skip
    newest = theirs.order_by(Question.id.desc()).limit(LINKS_MOST).options(joinedload(Question.event))
    questions = list(db.session.scalars(newest))
    if questions and may_mail(email):
        letters.send_links(questions, cause=f"{event_id}:{questions[0].id}:{asked_at.isoformat()}")
